"""One structure of the register, as read from any format, before it is accepted. Pure."""

from datetime import date
from typing import Literal, NamedTuple

ACTIVE = "A"


class LegalEntityRecord(NamedTuple):
    """An EJ as a file tells it. Absent facts are None; `position` is where in the file, for people.

    `name` is None for an EJ that a legacy file only names through its ET: everything else about it is unknown.
    """

    position: str
    finess_ej: str | None
    name: str | None
    siren: str | None
    legal_status_code: str | None
    commune_code: str | None
    postal_code: str | None
    town: str | None
    opened_on: date | None
    closed_on: date | None
    is_open: bool


class EstablishmentRecord(NamedTuple):
    """An ET as a file tells it; its place is that of exercise. `finess_ej` is the EJ that runs it."""

    position: str
    finess_et: str | None
    finess_ej: str | None
    name: str | None
    category_code: str | None
    siret: str | None
    commune_code: str | None
    postal_code: str | None
    town: str | None
    address: str | None
    opened_on: date | None
    authorised_on: date | None
    closed_on: date | None
    is_open: bool


Severity = Literal["rejected", "warning"]


class Remark(NamedTuple):
    """What there is to say of one record: it is left out ("rejected"), or taken all the same ("warning"); in French."""

    position: str
    number: str | None
    severity: Severity
    reason: str


Record = LegalEntityRecord | EstablishmentRecord


def is_open(state: str | None, closing: date | str | None) -> bool:
    """Whether a structure of FINESS+ is in service: state "A" and no closing date, not even an unreadable one."""
    return state == ACTIVE and not closing
