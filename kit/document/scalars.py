"""How a text is best written in YAML: plain, folded, literal, quoted; each candidate is read back. Pure."""

import re
import textwrap
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import yaml

from kit.document.yaml_builder import Builder, Refused

WIDTH = 110
SHORTEST_BLOCK = 90
# Other readers of YAML (1.1) take these for booleans.
_TREACHEROUS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_PLAIN = re.compile(r"[^\W\d_].*|\d+\S* [^\W\d_].*|\d{4}-\d{2}-\d{2}(T[\d:]+)?", re.S)
_PLAIN_KEY = re.compile(r"[a-z][a-z0-9_]*")
_ESCAPED = re.compile(r'[\\"]|[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]')


def written(value: Any, indent: int) -> str:
    """`value` as it stands after `key:` or `-`, its continuation lines `indent` blanks deep."""
    if isinstance(value, str):
        return _text(value, " " * indent)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return format(Decimal(repr(value)), "f")


def key(text: str) -> str:
    """A key as it stands before its colon."""
    return text if _PLAIN_KEY.fullmatch(text) and text.lower() not in _TREACHEROUS else _quoted(text)


def _text(text: str, margin: str) -> str:
    return next(candidate for candidate in _candidates(text, margin) if _reads_back(candidate, text, margin))


def _candidates(text: str, margin: str) -> Iterator[str]:
    """From the most pleasant to the one that is always right."""
    if "\n" not in text and len(text) <= SHORTEST_BLOCK:
        if _PLAIN.fullmatch(text) and text.lower() not in _TREACHEROUS:
            yield text
    elif text.strip("\n") and not text.endswith("\n\n"):
        longest = max(map(len, text.split("\n")))
        if "\n" not in text or longest > WIDTH - len(margin):
            yield _folded(text, margin)
        yield _block("|", text, text.rstrip("\n").split("\n"), margin)
    yield _quoted(text)


def _quoted(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _folded(text: str, margin: str) -> str:
    """`>`: a blank line for each line break of the text, and lines broken at single blanks."""
    lines: list[str] = []
    for number, line in enumerate(text.rstrip("\n").split("\n")):
        if number and line:
            lines.append("")
        lines += _wrapped(line, WIDTH - len(margin)) or [""]
    return _block(">", text, lines, margin)


def _wrapped(line: str, width: int) -> list[str]:
    """Broken at ordinary blanks only: a no-break space stays inside its line."""
    kept = line.replace("\N{NO-BREAK SPACE}", "\ue000").replace("\N{NARROW NO-BREAK SPACE}", "\ue001")
    broken = textwrap.wrap(kept, max(width, 20), break_long_words=False, break_on_hyphens=False)
    return [
        part.replace("\ue000", "\N{NO-BREAK SPACE}").replace("\ue001", "\N{NARROW NO-BREAK SPACE}") for part in broken
    ]


def _block(sign: str, text: str, lines: list[str], margin: str) -> str:
    """A block whose text ends with one line break, or none (`-`)."""
    chomping = "" if text.endswith("\n") else "-"
    return "\n".join([sign + chomping, *(f"{margin}{line}" if line else "" for line in lines)])


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    if character in '\\"':
        return f"\\{character}"
    code = ord(character)
    if character == "\n":
        return "\\n"
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def _reads_back(candidate: str, text: str, margin: str) -> bool:
    """Whether our own reader finds `text` again, followed by something else."""
    outer = margin[:-2]
    source = f"{outer}k: {candidate}\n{outer}l: end\n"
    builder = Builder({})
    try:
        for event in yaml.parse(source, Loader=yaml.SafeLoader):
            builder.take(event)
    except (yaml.YAMLError, Refused):
        return False
    return bool(builder.root == {"k": text, "l": "end"})
