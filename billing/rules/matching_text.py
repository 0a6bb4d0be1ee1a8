"""What the words of a transfer say: the numbers of invoices, however they are mangled, and the names of customers."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar
from uuid import UUID

from billing.rules.bank import compact
from services_catalog.rules.figures import plain

Thing = TypeVar("Thing")
# What eyes and scanners take for one another.
_FOLDED = str.maketrans("OQILSBZ", "0011582")
_SERIAL = re.compile(r"(?=(20\d{2})(\d{6,7}))")
_MOST_SERIALS = 50
# Words that many customers share: they tell nobody apart.
_COMMON = {"de", "du", "des", "la", "le", "les", "l", "d", "et", "en", "a", "au", "aux", "association", "asso", "ste"}
_LEGAL = {"sa", "sas", "sarl", "gcs", "gip", "monsieur", "madame", "m", "mme", "vir", "virement", "recu", "sepa"}
_SHORTEST_PART = 15


class References(Generic[Thing]):
    """Things by the numbers that may name them in a wording: spaces, signs and case do not matter."""

    def __init__(self, things: Iterable[tuple[Thing, Iterable[str]]]) -> None:
        self._folded: dict[str, set[str]] = {}
        self._things: dict[str, list[Thing]] = {}
        for thing, names in things:
            for key in {compact(name) for name in names} - {""}:
                self._folded.setdefault(key.translate(_FOLDED), set()).add(key)
                self._things.setdefault(key, []).append(thing)
        self._lengths = sorted({len(key) for key in self._folded})

    def find(self, text: str) -> tuple[list[Thing], list[Thing]]:
        """Those that the text names, and those that it names but for letters and digits that look alike."""
        exact: list[Thing] = []
        alike: list[Thing] = []
        for written, keys in self._found(text):
            for key in sorted(keys):
                (exact if key == written and len(keys) == 1 else alike).extend(self._things[key])
        return _once(exact), [one for one in _once(alike) if one not in exact]

    def _found(self, text: str) -> Iterator[tuple[str, set[str]]]:
        places = [(index, up) for index, up in enumerate(map(str.upper, text)) if len(up) == 1 and up.isalnum()]
        letters = "".join(up for _, up in places)
        folded = letters.translate(_FOLDED)
        for start in range(len(letters)):
            for length in self._lengths:
                end = start + length
                if end > len(letters):
                    break
                keys = self._folded.get(folded[start:end])
                if keys and not _cut(text, places[start][0], places[end - 1][0]):
                    yield letters[start:end], keys


def _cut(text: str, first: int, last: int) -> bool:
    """Whether the number goes on, on either side: it is another, longer one."""
    before, after = text[first - 1 : first], text[last + 1 : last + 2]
    return (text[last].isdigit() and after.isdigit()) or (text[first].isdigit() and before.isdigit())


def _once(things: list[Thing]) -> list[Thing]:
    return list(dict.fromkeys(things))


def serials(text: str) -> set[tuple[int, int]]:
    """The (year, rank) that could be those of a series' numbers in a wording: what to look up, nothing more."""
    found = _SERIAL.findall(compact(text).translate(_FOLDED))[:_MOST_SERIALS]
    return {(int(year), int(rank[:6])) for year, rank in found} | {(int(year), int(rank)) for year, rank in found}


class Names:
    """Customers by their names, as banks write them: capitals, cut, with other words around."""

    def __init__(self, names: Mapping[UUID, str]) -> None:
        self._words = {one: _words(name) for one, name in names.items()}
        self._compact = {one: compact(plain(name)) for one, name in names.items()}
        self._by_word: dict[str, set[UUID]] = {}
        for one, words in self._words.items():
            for word in words:
                self._by_word.setdefault(word, set()).add(one)

    def close(self, counterpart: str, wording: str) -> set[UUID]:
        """The customers that a payer's name (or the wording, when the bank gives no name) names: one, or doubt."""
        said = _words(counterpart or wording)
        near = set().union(*(self._by_word.get(word, set()) for word in said))
        same = {one for one in near if self._words[one] == said}
        if same:
            return same
        cut = compact(plain(counterpart))
        return {
            one
            for one in near
            if _inside(self._words[one], said) or (len(cut) >= _SHORTEST_PART and self._compact[one].startswith(cut))
        }


def _words(text: str) -> frozenset[str]:
    return frozenset(re.sub(r"[^a-z0-9]+", " ", plain(text)).split()) - _COMMON - _LEGAL


def _inside(name: frozenset[str], said: frozenset[str]) -> bool:
    """All the words of a name, when they are enough to be somebody's."""
    return len(name) >= 2 and sum(map(len, name)) >= 8 and name <= said
