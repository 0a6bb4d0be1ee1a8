"""Finding somebody's name and address in what people wrote, as PostgreSQL's regular expressions. Pure.

A name is looked for as it is written, without its accents, and last name first; never inside a longer word. A name of
one word is not looked for: « Paul » would be erased from « Saint-Paul ».
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator

SHORTEST_SPELLING = 5
# Blanks of every sort; in JSON text a line's end is written \n.
_BLANKS = r"([[:space:]\u00a0\u202f]|\\n|&nbsp;)+"
_SPECIAL = re.compile(r"([.^$*+?()\[\]{}\\|/-])")
# In JSON text, the letter of \n is the end of a line and not of a word.
_LINE = r"(?<=\\[nrt])"
_BEFORE, _AFTER = rf"((?<![[:alnum:]])|{_LINE})", r"(?![[:alnum:]])"


def is_searchable(name: str) -> bool:
    """Whether a name is told apart from ordinary words: two words at least, five letters in all."""
    return len(name.split()) > 1 and sum(map(str.isalpha, name)) >= SHORTEST_SPELLING


def spellings(names: Iterable[str]) -> list[str]:
    """Every way the names may be written, the longest first, so that none leaves a part of another behind."""
    found = {" ".join(one) for name in names if is_searchable(name) for one in _orders(name.split())}
    found |= {_bare(one) for one in found}
    return sorted(found, key=lambda one: (-len(one), one))


def _orders(words: list[str]) -> Iterator[list[str]]:
    """« Marie Le Goff », « Le Goff Marie », « Goff Marie Le » is nobody's: the first word alone moves."""
    yield words
    yield [*words[1:], words[0]]


def _bare(name: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))


def name_pattern(names: Iterable[str]) -> str:
    """A pattern (to be used without regard to case) of every spelling; "" when none may be looked for."""
    written = [_written(one) for one in spellings(names)]
    return f"{_BEFORE}({'|'.join(written)}){_AFTER}" if written else ""


def _written(spelling: str) -> str:
    """In text, in JSON, in HTML: the signs that they escape are looked for in each of their forms."""
    forms = {spelling, html.escape(spelling), json.dumps(spelling, ensure_ascii=False)[1:-1]}
    forms |= {one.replace("'", "’") for one in forms} | {one.replace("’", "'") for one in forms}
    return "|".join(_BLANKS.join(_quoted(word) for word in form.split()) for form in sorted(forms))


def email_pattern(email: str) -> str:
    """A pattern of an address: not the end of a longer one, nor the beginning."""
    before = rf"((?<![[:alnum:]._%+-])|{_LINE})"
    return rf"{before}{_quoted(email)}(?![[:alnum:]-]|\.[[:alnum:]])" if email else ""


def _quoted(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
