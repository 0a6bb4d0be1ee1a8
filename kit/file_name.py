"""The name of a file that somebody sends: kept readable, never a path, never a trick. Pure."""

import re
import unicodedata

LONGEST = 120
# Letters that show nothing, or turn the reading round (« exe.fdp » read as « pdf.exe »).
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_FORBIDDEN = re.compile(r'[<>:"|?*\x7f]')


def clean_name(typed: str, nameless: str = "document") -> str:
    """A file's own name: without folders, control or invisible characters; a long one is cut before its extension.

    `nameless` is the name of one that has none left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", typed).rstrip("/\\ "))[-1]
    spaced = re.sub(r"\s+", " ", last)
    seen = "".join(one for one in spaced if unicodedata.category(one) not in _UNSEEN)
    stem, ending = split(_FORBIDDEN.sub("", seen).rstrip(" ."))
    stem = stem.strip(" .") or nameless
    return f"{stem[: LONGEST - len(ending)].rstrip(' .')}{ending}"


def split(name: str) -> tuple[str, str]:
    """(name, ending with its dot, in lower case): an ending is at most ten letters and figures."""
    found = re.fullmatch(r"(.*)(\.[A-Za-z0-9]{1,10})", name)
    return (found[1], found[2].lower()) if found else (name, "")
