"""Claiming a legal entity's account: who may prove it, with what, and what becomes of a request. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kit.errors import Invalid
from kit.machine import Machine, move

LONGEST_EVIDENCE = 2000
LONGEST_REASON = 1000
NOT_SENT = "Votre demande n’est pas envoyée."
_SIRET = re.compile(r"[0-9]{14}")
_OVER = "Cette demande a déjà reçu une réponse, ou son auteur l’a retirée. Rien n’a été modifié."

CLAIM = Machine(
    "organisation_claim",
    "asked",
    {
        "accept": move("asked", "accepted", _OVER),
        "refuse": move("asked", "refused", _OVER),
        "withdraw": move("asked", "withdrawn", _OVER),
    },
)
PROOF_LABELS = {
    "declaration": "Déclaration sur l’honneur",
    "proconnect": "ProConnect : le SIRET est celui de l’organisme",
    "psc": "Pro Santé Connect : l’activité est dans l’organisme",
    "invitation": "Invitation d’un collègue",
    "request": "Demande acceptée par le GRADeS",
    "grades": "Ouvert ou confié par le GRADeS",
}


@dataclass(frozen=True, slots=True)
class Claimed:
    """A legal entity as the register knows it: its EJ number, name, SIREN, and the numbers of its establishments."""

    finess_ej: str
    name: str
    siren: str | None = None
    finess_et: frozenset[str] = field(default=frozenset())


def siret_is_of(siret: str | None, siren: str | None) -> bool:
    """Whether a SIRET (14 figures) is of an establishment of this SIREN (9 figures). Unknown on either side: no."""
    return bool(siret and siren and len(siren) == 9 and _SIRET.fullmatch(siret) and siret.startswith(siren))


def activities_name(activities: Iterable[Any] | None, entity: Claimed) -> bool:
    """Whether one of the activities that Pro Santé Connect told is in the entity: a FINESS or SIRET number of it.

    An activity is a dict of texts, whose keys end in « Finess… » or « Siret… »; anything else proves nothing.
    """
    known = {entity.finess_ej, *entity.finess_et} - {""}
    return any(
        (number in known and _is_finess(key)) or (_is_siret(key) and siret_is_of(number, entity.siren))
        for activity in activities or ()
        if isinstance(activity, Mapping)
        for key, number in _texts(activity)
    )


def _texts(activity: Mapping[Any, Any]) -> Iterable[tuple[str, str]]:
    for key, value in activity.items():
        if isinstance(key, str) and isinstance(value, str):
            yield key.lower(), re.sub(r"\s", "", value).upper()


def _is_finess(key: str) -> bool:
    return "finess" in key


def _is_siret(key: str) -> bool:
    return "siret" in key


def check_text(typed: str, name: str, missing: str, longest: int) -> str:
    """A text of one or more lines, tidied. Raises Invalid (field `name`); `missing` when there is none."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", typed).splitlines())
    text = "\n".join(lines).strip()
    fault = None
    if len(text) < 2:
        fault = missing
    elif len(text) > longest:
        fault = f"Ce texte est trop long\N{NO-BREAK SPACE}: {longest} caractères au plus."
    elif any(unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn") for one in text if one != "\n"):
        fault = "Ce texte contient un caractère qui ne peut pas être enregistré."
    if fault:
        raise Invalid(NOT_SENT, {name: fault})
    return text
