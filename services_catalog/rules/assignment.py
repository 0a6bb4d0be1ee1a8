"""Which holder of a lot does a mission, and why this one: state, skill, zone, qualification, insurance, load. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from kit.french import MONTHS, NBSP, count, day, money
from services_catalog.rules.place import located
from services_catalog.rules.states import FAMILY_LABELS, QUALIFICATION_LABELS

Period = tuple[date, date]  # both days included


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider as a mission looks at it. `rank` and `ordered_cents` are its place in the lot (0 outside any lot).

    `load_half_days` is what it has already taken in the month of the need; qualifications are (kind, first day, last
    day).
    """

    provider_id: UUID
    name: str
    rank: int
    ordered_cents: int
    state: str
    zones: frozenset[str]
    skills: frozenset[str]
    capacity_half_days: int
    load_half_days: int
    qualifications: tuple[tuple[str, date, date], ...]
    insurances: tuple[Period, ...]
    lot_number: int | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What a mission asks: a family, maybe a qualification and a département, on a day, for so many half-days.

    For none (0), how much the provider has taken already is not looked at. `until` is the last day of a mission that
    takes several: papers cover them all.
    """

    family: str
    qualification: str | None
    department: str | None
    on: date
    half_days: int
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Who does it (None: nobody can), why, and why the others cannot: (name, sentence) in their order."""

    provider_id: UUID | None
    sentence: str
    refused: tuple[tuple[str, str], ...]


def choose(candidates: Iterable[Candidate], need: Need, assignment: str) -> Choice:
    """The first fit candidate: by rank, or `in_turn` by what was ordered least, then by rank."""
    ordered = sorted(candidates, key=lambda one: _turn(one, assignment))
    if not ordered:
        return Choice(None, "Ce lot n’a pas de titulaire\N{NO-BREAK SPACE}: ajoutez-en un dans le marché.", ())
    faults = [(one, defect(one, need)) for one in ordered]
    refused = tuple((one.name, sentence) for one, sentence in faults if sentence)
    for index, (one, sentence) in enumerate(faults):
        if not sentence:
            before = [fault for _, fault in faults[:index]]
            return Choice(one.provider_id, _why(one, need, assignment, before), refused)
    return Choice(None, _nobody(ordered[0].lot_number, [sentence for _, sentence in refused]), refused)


def defect(candidate: Candidate, need: Need) -> str:
    """The first reason why a provider cannot do it, as a whole sentence; "" when it is fit."""
    return next(_defects(candidate, need), "")


def _defects(candidate: Candidate, need: Need) -> Iterator[str]:
    name = candidate.name
    if candidate.state != "active":
        yield f"{name} est suspendu."
    if need.family not in candidate.skills:
        yield f"{name} n’intervient pas dans la famille «{NBSP}{FAMILY_LABELS[need.family]}{NBSP}»."
    if need.department is not None and need.department not in candidate.zones:
        yield f"{name} n’intervient pas {located(need.department)}."
    if need.qualification is not None and (gap := _gap(_qualified(candidate, need), need)):
        yield f"{name} n’est pas qualifié {QUALIFICATION_LABELS[need.qualification]} à la date du {day(gap)}."
    if gap := _gap(candidate.insurances, need):
        yield f"{name} n’a pas d’assurance connue à la date du {day(gap)}."
    if need.half_days and candidate.load_half_days + need.half_days > candidate.capacity_half_days:
        left = max(0, candidate.capacity_half_days - candidate.load_half_days)
        month = f"{MONTHS[need.on.month - 1]} {need.on.year}"
        yield (
            f"{name} n’a pas assez de temps en {month}{NBSP}: il faut {count(need.half_days, 'demi-journée')}, "
            f"il en reste {left} sur {candidate.capacity_half_days}."
        )


def _turn(candidate: Candidate, assignment: str) -> tuple[int, int, UUID]:
    spent = candidate.ordered_cents if assignment == "in_turn" else 0
    return spent, candidate.rank, candidate.provider_id


def _why(one: Candidate, need: Need, assignment: str, before: list[str]) -> str:
    lot = f" du lot {one.lot_number}" if one.lot_number is not None else ""
    facts = [f"{one.name}, titulaire de rang {one.rank}{lot}" if one.rank else one.name]
    if assignment == "in_turn":
        facts.append(f"dont c’est le tour ({money(one.ordered_cents)} HT commandés)")
    facts.append(f"intervient {located(need.department)}" if need.department else "intervient dans cette famille")
    until = _end(_qualified(one, need), need.on)
    if need.qualification is not None and until is not None:
        facts.append(f"qualifié {QUALIFICATION_LABELS[need.qualification]} jusqu’au {day(until)}")
    insured = _end(one.insurances, need.on)
    if insured is not None:
        facts.append(f"assuré jusqu’au {day(insured)}")
    sentence = f"{', '.join([*facts, _load(one, need.on)])}."
    return f"{sentence} Avant lui\N{NO-BREAK SPACE}: {' '.join(before)}" if before else sentence


def _nobody(lot_number: int | None, faults: list[str]) -> str:
    holder = f"titulaire du lot {lot_number}" if lot_number is not None else "prestataire"
    return (
        f"Aucun {holder} ne peut faire cette mission. {' '.join(faults)} Une autre date peut convenir{NBSP}; sinon, le "
        "GRADeS met à jour la fiche du prestataire, ou attribue la mission lui-même."
    )


def _load(candidate: Candidate, on: date) -> str:
    taken, word = candidate.load_half_days, "prises" if candidate.load_half_days > 1 else "prise"
    of = f"{count(taken, 'demi-journée')} sur {candidate.capacity_half_days} {word}"
    return f"{of} en {MONTHS[on.month - 1]} {on.year}"


def _qualified(candidate: Candidate, need: Need) -> list[Period]:
    return [(start, end) for kind, start, end in candidate.qualifications if kind == need.qualification]


def _gap(periods: Collection[Period], need: Need) -> date | None:
    """The first day of the mission that nothing covers; one paper may take over from another."""
    on, last = need.on, max(need.until or need.on, need.on)
    while on <= last:
        end = _end(periods, on)
        if end is None:
            return on
        on = end + timedelta(days=1)
    return None


def _end(periods: Iterable[Period], on: date) -> date | None:
    """The last day of what covers `on`; None when nothing does."""
    return max((end for start, end in periods if start <= on <= end), default=None)
