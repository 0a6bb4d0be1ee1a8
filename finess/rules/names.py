"""Names and towns as they are compared and searched: capitals, no accents, single blanks. Pure."""

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f]+")  # combining accents, once a letter is decomposed
_WORD = re.compile(r"[A-Z0-9]+")
# "E.H.P.A.D." and "EHPAD", "S.M.J.P.M" and "SMJPM" are one word.
_DOTTED = re.compile(r"(?<![A-Z0-9])(?:[A-Z]\.)+[A-Z]?(?![A-Z0-9])")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})
# The post office's spelling, which the register follows in most rows and people seldom type.
_POSTAL = {"SAINT": "ST", "SAINTE": "STE"}
# Typed or left out at random, in the register and by people; they would only slow a search down.
_SMALL_WORDS = frozenset(["A", "AU", "AUX", "D", "DE", "DES", "DU", "EN", "ET", "L", "LA", "LE", "LES", "SUR"])


def normalise(text: str) -> str:
    """`text` unaccented, in capitals, punctuation turned to single blanks; Saint(e) becomes ST(E)."""
    return " ".join(words(text))


def words(text: str) -> list[str]:
    """The words of `normalise(text)`."""
    if not text.isascii():
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_LIGATURES)))
    text = text.upper()
    if "." in text:
        text = _DOTTED.sub(lambda acronym: acronym[0].replace(".", ""), text)
    found = _WORD.findall(text)
    return [_POSTAL.get(word, word) for word in found] if "SAINT" in text else found


def significant_words(typed: str) -> list[str]:
    """The words a search looks for, each once: those of `typed` without articles, nor single letters."""
    return [word for word in dict.fromkeys(words(typed)) if len(word) > 1 and word not in _SMALL_WORDS]


def search_text(name: str | None, town: str | None) -> str:
    """What a search looks into: the words of the name, then of the town. Read as it is by PostgreSQL's `tsvector`."""
    return normalise(f"{name or ''} {town or ''}")
