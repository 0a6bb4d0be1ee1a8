"""An award after the release: until when it is confirmed, when people are reminded, who is named as contact. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from campaigns.rules import form as forms
from campaigns.rules.document.award import Terms
from campaigns.rules.form import REFERENT_SECTION
from kit.errors import Conflict, Invalid
from kit.french import NBSP, count, day

MORNING = time(9)
REMINDERS = {"P7D": timedelta(days=7), "P1D": timedelta(days=1)}
MOTIVE_LENGTH = 2_000
NOT_CONFIRMED = "Rien n’est confirmé."


class Offer(Protocol):
    """What is asked of an award here."""

    state: str
    confirm_by: date


class Appointment(NamedTuple):
    """A deadline to set: its topic, its key, its instant."""

    topic: str
    key: str
    at: datetime


def today(now: datetime, zone: str) -> date:
    """The day it is at `now` (aware) in the zone."""
    return now.astimezone(ZoneInfo(zone)).date()


def confirm_by(terms: Terms, released_at: datetime, zone: str) -> date:
    """The last day, included, to confirm what was released then."""
    return today(released_at, zone) + terms.confirm_within


def appointments(last: date, now: datetime, zone: str) -> list[Appointment]:
    """The deadlines of the awards to confirm by `last`, at nine in the morning; those gone by at `now` are left out.

    Two reminders, seven days and one day before; the day after, who did not answer. The key begins by the day: awards
    of one call that are offered later have deadlines of their own.
    """
    reminders = [Appointment("award.remind", f"{last}:{key}", _morning(last - b, zone)) for key, b in REMINDERS.items()]
    told = Appointment("award.unconfirmed", str(last), _morning(last + timedelta(days=1), zone))
    return [one for one in (*reminders, told) if now < one.at]


def current_reminder(last: date, now: datetime, zone: str) -> str | None:
    """The key of the reminder whose hour came last; None before the first and once the last day is over.

    After an interruption of the workers, people get the nearest one and not all of them at once.
    """
    if is_late(last, now, zone):
        return None
    hours = [(_morning(last - before, zone), key) for key, before in REMINDERS.items()]
    return max(((at, key) for at, key in hours if at <= now), default=(now, None))[1]


def is_late(last: date, now: datetime, zone: str) -> bool:
    """Whether the last day to confirm is over. A late answer is still taken, until somebody declares it lapsed."""
    return today(now, zone) > last


def check_lapse(award: Offer, now: datetime, zone: str) -> None:
    """Raise Conflict while the organisation still has the time it was promised."""
    if not is_late(award.confirm_by, now, zone):
        raise Conflict(
            f"Cet organisme peut répondre jusqu’au {day(award.confirm_by)} inclus{NBSP}: "
            "l’attribution ne peut pas être déclarée caduque avant."
        )


def read_referent(given: Mapping[str, Any]) -> dict[str, str]:
    """The named contact (name, function, email, phone) from what was typed. Raises Invalid (fields `referent.…`)."""
    referent, wrong = {}, {}
    for field in REFERENT_SECTION.fields:
        value = forms.read(field, given.get(_short(field.key)))
        fault = forms.missing(field) if value is None else forms.problem(field, value)
        if fault:
            wrong[field.key] = fault
        referent[_short(field.key)] = str(value)
    if wrong:
        raise Invalid(NOT_CONFIRMED, wrong)
    return referent


def shown_referent(referent: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The named contact as pages show it: (label, value)."""
    return [(one.label, forms.shown(one, referent.get(_short(one.key)))) for one in REFERENT_SECTION.fields]


def check_motive(motive: str) -> str:
    """Why an award is declined, tidied; it may be empty. Raises Invalid when it is too long."""
    motive = forms.tidy(motive)
    if len(motive) > MOTIVE_LENGTH:
        raise Invalid("Rien n’a changé.", {"motive": f"Le motif dépasse {count(MOTIVE_LENGTH, 'caractère')}."})
    return motive


def is_complete(proofs: Iterable[datetime | None]) -> bool:
    """Whether every milestone is proved (and there is one)."""
    found = list(proofs)
    return bool(found) and all(found)


def _short(key: str) -> str:
    return key.partition(".")[2]


def _morning(on: date, zone: str) -> datetime:
    return datetime.combine(on, MORNING, ZoneInfo(zone))
