"""What to answer somebody who typed a number: which legal entity it leads to, or what is wrong with it. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from finess.rules.geography import department_name
from finess.rules.nomenclature import category_name
from kit import french
from kit.french import NBSP

Outcome = Literal["legal_entity", "closed", "establishment", "several", "unknown", "unreadable"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the register says of a structure, as far as an answer needs it. `name` is None when only its number is."""

    number: str
    name: str | None
    town: str | None
    department: str | None
    is_open: bool
    closed_on: date | None
    category_code: str | None = None

    @property
    def called(self) -> str:
        """« Les Tilleuls » (Rennes, Ille-et-Vilaine)."""
        name = f"«{NBSP}{self.name}{NBSP}»" if self.name else "dont le registre ne donne que le numéro"
        place = ", ".join(filter(None, (self.town, department_name(self.department) if self.department else None)))
        return f"{name} ({place})" if place else name


@dataclass(frozen=True, slots=True)
class NumberAnswer:
    """What a typed number is.

    `outcome`: "legal_entity" (an open EJ, in `finess_ej`); "closed" (an EJ that is closed); "establishment" (an ET, in
    `finess_et`; its EJ is offered in `finess_ej`); "several" (a SIREN or SIRET of several EJ, in `candidates`);
    "unknown" (well written, not in the register); "unreadable". `sentence` says it in French.
    """

    typed: str
    outcome: Outcome
    sentence: str
    finess_ej: str | None = None
    finess_et: str | None = None
    candidates: tuple[str, ...] = ()


def entity(typed: str, known: Known, by: str | None = None) -> NumberAnswer:
    """An EJ, found by its own number, or `by` "SIREN" or "SIRET"."""
    if not known.is_open:
        said = f"L’entité juridique {known.number} {known.called} est fermée{_since(known)}."
        return NumberAnswer(typed, "closed", said, known.number)
    if by:
        said = f"Ce {by} est celui de l’entité juridique {known.number} {known.called}."
    else:
        said = f"{known.number} est le numéro de l’entité juridique {known.called}."
    return NumberAnswer(typed, "legal_entity", said, known.number)


def establishment(
    typed: str, known: Known, run_by: Known | None, finess_ej: str, by: str | None = None
) -> NumberAnswer:
    """An ET, found by its own number or `by` "SIRET": its EJ is offered in its place."""
    if by:
        said = f"Ce {by} est celui de l’établissement {known.number} {known.called}"
    else:
        said = f"{known.number} est le numéro d’un établissement, pas d’une entité juridique{NBSP}: {known.called}"
    shut = "" if known.is_open else f", fermé{_since(known)}"
    who = f"{finess_ej} {run_by.called}" if run_by else finess_ej
    gone = "" if run_by is None or run_by.is_open else f", fermée{_since(run_by)}"
    said = f"{said}, {category_name(known.category_code)}{shut}. Son entité juridique est {who}{gone}."
    return NumberAnswer(typed, "establishment", said, finess_ej, known.number)


def several(typed: str, found: list[Known]) -> NumberAnswer:
    """A SIREN, or a SIRET, that several EJ share."""
    names = f"{NBSP}; ".join(f"{known.number} {known.called}" for known in found)
    said = f"Plusieurs entités juridiques ont ce numéro{NBSP}: {names}. Indiquez leur numéro FINESS."
    return NumberAnswer(typed, "several", said, candidates=tuple(known.number for known in found))


def unknown(typed: str, number: str, kind: str, key_holds: bool, edition_on: date) -> NumberAnswer:
    """A well-written number that the register does not hold. `kind` is "numéro FINESS", "SIREN" or "SIRET"."""
    advice = (
        "Vérifiez-le, ou cherchez la structure par son nom."
        if key_holds
        else f"Sa clé de contrôle est fausse{NBSP}: un chiffre a sans doute été mal tapé."
    )
    said = f"Le {kind} {number} ne figure pas dans le registre du {french.day(edition_on)}. {advice}"
    return NumberAnswer(typed, "unknown", said)


def unreadable(typed: str) -> NumberAnswer:
    """Something that is no number at all."""
    if not typed.strip():
        return NumberAnswer(typed, "unreadable", "Indiquez un numéro FINESS, un SIREN ou un SIRET.")
    quoted = typed.strip() if len(typed.strip()) <= 30 else f"{typed.strip()[:30]}…"
    said = (
        f"«{NBSP}{quoted}{NBSP}» n’est ni un numéro FINESS (9{NBSP}caractères), ni un SIREN (9{NBSP}chiffres), "
        f"ni un SIRET (14{NBSP}chiffres)."
    )
    return NumberAnswer(typed, "unreadable", said)


def _since(known: Known) -> str:
    return f" depuis le {french.day(known.closed_on)}" if known.closed_on else ""
