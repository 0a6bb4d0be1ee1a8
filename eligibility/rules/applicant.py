"""What is known of one applicant: the facts a rule may ask about. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from eligibility.rules.tree import Condition
from eligibility.rules.truth import Unknown


@dataclass(frozen=True, slots=True)
class LegalEntity:
    """An EJ at an edition of the register. A fact the register does not hold is None."""

    finess_ej: str
    name: str | None
    legal_status_code: str | None = None
    department: str | None = None
    is_open: bool = True
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Establishment:
    """An ET at an edition of the register. A fact the register does not hold is None."""

    finess_et: str
    name: str | None
    category_code: str | None = None
    department: str | None = None
    is_open: bool = True
    opened_on: date | None = None
    authorised_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The slugs of the tenant's campaigns where the entity submitted a file, and where it was awarded."""

    applied_to: frozenset[str] = frozenset()
    awarded_in: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Applicant:
    """An entity, its establishments, and what the tenant and the form know of it.

    None for `attributes`, `adherent`, `history` or `answers` means "not consulted": a check made without an account
    must not tell a stranger who applied where, and before the form is opened nobody has answered. Every clause that
    asks is then unknown. An empty mapping means consulted, and nothing there.
    """

    legal_entity: LegalEntity
    establishments: tuple[Establishment, ...] = ()
    attributes: Mapping[str, object] | None = None
    adherent: bool | None = None
    history: History | None = None
    answers: Mapping[str, object] | None = None


def _named(facts: Mapping[str, object] | None, name: str | None) -> object:
    return Unknown.NOT_CONSULTED if facts is None else facts.get(name or "")


def _answered(answers: Mapping[str, object] | None, name: str | None) -> object:
    """An answer; several choices as a tuple, none as None."""
    value = _named(answers, name)
    return (tuple(value) or None) if isinstance(value, list) else value


def _past(applicant: Applicant, slugs: Callable[[History], frozenset[str]], name: str | None) -> object:
    return Unknown.NOT_CONSULTED if applicant.history is None else name in slugs(applicant.history)


def _authorised(applicant: Applicant, establishment: Establishment, declared_in: str | None) -> object:
    """The register's date settles it; without one, the form's declaration when the rule names it; else unknown."""
    if establishment.authorised_on is not None:
        return True
    return _named(applicant.answers, declared_in) if declared_in else None


ENTITY_FACTS: Mapping[str, Callable[[Applicant, str | None], object]] = {
    "open": lambda applicant, _: applicant.legal_entity.is_open,
    "legal_status": lambda applicant, _: applicant.legal_entity.legal_status_code,
    "legal_status_group": lambda applicant, _: applicant.legal_entity.legal_status_code,
    "seat_department": lambda applicant, _: applicant.legal_entity.department,
    "seat_region": lambda applicant, _: applicant.legal_entity.department,
    "adherent": lambda applicant, _: Unknown.NOT_CONSULTED if applicant.adherent is None else applicant.adherent,
    "attribute": lambda applicant, name: _named(applicant.attributes, name),
    "answer": lambda applicant, name: _answered(applicant.answers, name),
    "applied_to": lambda applicant, name: _past(applicant, lambda history: history.applied_to, name),
    "awarded_in": lambda applicant, name: _past(applicant, lambda history: history.awarded_in, name),
}
ESTABLISHMENT_FACTS: Mapping[str, Callable[[Applicant, Establishment, str | None], object]] = {
    "open": lambda _, establishment, __: establishment.is_open,
    "category": lambda _, establishment, __: establishment.category_code,
    "category_group": lambda _, establishment, __: establishment.category_code,
    "department": lambda _, establishment, __: establishment.department,
    "region": lambda _, establishment, __: establishment.department,
    "opened_on": lambda _, establishment, __: establishment.opened_on,
    "authorised_on": lambda _, establishment, __: establishment.authorised_on,
    "authorised": _authorised,
    "authorised_or_declared": _authorised,
}


def value_of(condition: Condition, applicant: Applicant, establishment: Establishment | None = None) -> object:
    """The fact a condition asks about: of `establishment` when there is one, else of the entity."""
    if establishment is None:
        return ENTITY_FACTS[condition.keyword](applicant, condition.name)
    return ESTABLISHMENT_FACTS[condition.keyword](applicant, establishment, condition.name)
