"""Finding a service by words, typed with accents or without, whole or begun. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeVar

from services_catalog.rules.states import FAMILY_LABELS

# What people call a family, besides its name.
NICKNAMES = {
    "diagnostic": "cyberdiagnostic état des lieux maturité",
    "exercise": "simulation cellule",
    "shared_ciso": "RSSI mutualisé SSI responsable sécurité",
    "audit": "pentest intrusion AD vulnérabilités PASSI",
    "continuity_plan": "PCA PRA PCRA reprise secours sauvegarde",
    "awareness": "formation sensibiliser atelier",
    "data_protection": "DPO DPD RGPD CNIL données personnelles",
    "phishing": "phishing courriel mail piégé simulation",
    "incident_response": "rançongiciel ransomware attaque urgence CSIRT crise PRIS",
}
_WORD = re.compile(r"\w+")


class Findable(Protocol):
    """What a search reads of a service."""

    @property
    def title(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def family(self) -> str: ...


Found = TypeVar("Found", bound=Findable)


def fold(text: str) -> str:
    """Without accents nor capitals: « Évaluation » and « evaluation » are the same word."""
    bare = unicodedata.normalize("NFKD", text.replace("’", "'").replace("œ", "oe").replace("Œ", "oe"))
    return "".join(character for character in bare if not unicodedata.combining(character)).casefold()


def search(services: Iterable[Found], typed: str) -> list[Found]:
    """The services in which every word typed begins a word; those whose title has them all come first.

    Nothing typed: all of them. Their order is otherwise kept.
    """
    wanted = _words(typed)
    if not wanted:
        return [] if typed.strip() else list(services)
    ranked = [(_rank(service, wanted), service) for service in services]
    return [service for rank in (1, 2) for found, service in ranked if found == rank]


def _rank(service: Findable, wanted: Sequence[str]) -> int:
    """1: all in the title; 2: somewhere; 0: not there."""
    title = _words(service.title)
    if _all_begin(wanted, title):
        return 1
    rest = f"{service.summary} {FAMILY_LABELS[service.family]} {NICKNAMES[service.family]}"
    return 2 if _all_begin(wanted, [*title, *_words(rest)]) else 0


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _all_begin(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return all(any(word.startswith(start) for word in words) for start in wanted)
