"""When the consultants of a provider work: the half-days of their week, and the days that differ."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import delete, tuple_
from sqlalchemy.dialects.postgresql import insert

from bookings.models import AvailabilityException, AvailabilityRule
from bookings.permissions import PERMISSIONS
from bookings.queries import availability as diaries
from bookings.rules.availability import LONGEST_REASON, half_days
from bookings.rules.halves import HalfDay
from bookings.rules.states import HALVES
from bookings.service.today import today
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid, NotFound
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant, Provider

Week = frozenset[tuple[int, str]]
LONGEST_ABSENCE = 184  # days
MOST_SHOWN = 60
NOT_A_WEEK = "Une semaine est une liste de demi-journées, du lundi (0) au dimanche (6), matin (am) ou après-midi (pm)."


@dataclass(frozen=True, slots=True)
class ConsultantWeek:
    """A consultant, the half-days of the week they work today, what changes later, and the days that differ."""

    consultant: Consultant
    week: Week
    later: Sequence[AvailabilityRule]
    exceptions: Sequence[AvailabilityException]


@dataclass(frozen=True, slots=True)
class Availability:
    """A provider's consultants and when they work."""

    provider: Provider
    on: date
    weeks: Sequence[ConsultantWeek]


def view_availability(actor: Actor, provider_id: UUID) -> Availability:
    """When a provider's active consultants work. Raises NotFound to strangers."""
    with transaction(actor) as tx:
        provider = _provider(tx, provider_id)
        permit(PERMISSIONS, actor, "availability.view", provider)
        return _weeks(tx, provider, diaries.list_consultants(tx.session, provider.id))


def view_consultant(actor: Actor, consultant_id: UUID) -> ConsultantWeek:
    """When one consultant works. Raises NotFound to strangers."""
    with transaction(actor) as tx:
        consultant, provider = _permitted(tx, consultant_id, "availability.view")
        return _weeks(tx, provider, [consultant]).weeks[0]


def set_week(
    actor: Actor, consultant_id: UUID, week: Collection[tuple[int, str]], starts_on: date | None = None
) -> ConsultantWeek:
    """Say which half-days of the week a consultant works from a day on (today without one). Appointments stay.

    Raises Invalid (week, starts_on), NotFound to strangers.
    """
    with transaction(actor) as tx:
        consultant, provider = _permitted(tx, consultant_id, "availability.write")
        if any(weekday not in range(7) or half not in HALVES for weekday, half in week):
            raise Invalid(NOT_A_WEEK, {"week": NOT_A_WEEK})
        starts_on = starts_on or today(tx)
        if starts_on < today(tx):
            sentence = "Le passé ne change pas\N{NO-BREAK SPACE}: indiquez aujourd’hui ou une date à venir."
            raise Invalid(sentence, {"starts_on": sentence})
        write_week(tx, consultant, frozenset(week), starts_on)
        return _weeks(tx, provider, [consultant]).weeks[0]


def write_week(tx: Tx, consultant: Consultant, week: Week, starts_on: date) -> None:
    """Replace a consultant's rules from `starts_on`: what was so before stays known."""
    for rule in diaries.list_rules(tx.session, [consultant.id], starts_on):
        if rule.starts_on >= starts_on:
            tx.session.delete(rule)
        elif (rule.weekday, rule.half) in week and rule.ends_on is None:
            week -= {(rule.weekday, rule.half)}
        else:
            rule.ends_on = starts_on - timedelta(days=1)
    for weekday, half in sorted(week):
        rule = AvailabilityRule(
            id=uuid7(), consultant_id=consultant.id, weekday=weekday, half=half, starts_on=starts_on
        )
        tx.add(rule)
    tx.audit("availability.write", consultant.id, starts_on=starts_on.isoformat())
    tx.session.flush()


def add_exception(
    actor: Actor,
    consultant_id: UUID,
    first: date,
    last: date,
    halves: Collection[str],
    available: bool,
    reason: str = "",
) -> ConsultantWeek:
    """Say that a consultant is away, or works, on these halves of each day between two (included). Appointments stay.

    Raises Invalid (first, last, halves, reason), NotFound to strangers.
    """
    with transaction(actor) as tx:
        consultant, provider = _permitted(tx, consultant_id, "availability.write")
        _check_days(tx, first, last, halves, reason)
        rows = [
            {
                "tenant_id": tx.tenant_id,
                "consultant_id": consultant.id,
                "on": half.on,
                "half": half.half,
                "available": available,
                "reason": reason.strip(),
            }
            for half in half_days(first, last)
            if half.half in halves
        ]
        statement = insert(AvailabilityException)
        changed = {"available": statement.excluded.available, "reason": statement.excluded.reason}
        keys = ["tenant_id", "consultant_id", "on", "half"]
        tx.session.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)
        tx.audit("availability.write", consultant.id, first=first.isoformat(), last=last.isoformat())
        return _weeks(tx, provider, [consultant]).weeks[0]


def remove_exceptions(actor: Actor, consultant_id: UUID, first: HalfDay, last: HalfDay) -> ConsultantWeek:
    """Follow the week again from one half-day to another (included). Nothing happens when it was followed already."""
    with transaction(actor) as tx:
        consultant, provider = _permitted(tx, consultant_id, "availability.write")
        moment = tuple_(AvailabilityException.on, AvailabilityException.half)
        tx.session.execute(
            delete(AvailabilityException).where(
                AvailabilityException.consultant_id == consultant.id,
                moment >= tuple_(first.on, first.half),
                moment <= tuple_(last.on, last.half),
            )
        )
        tx.audit("availability.write", consultant.id, first=first.on.isoformat(), last=last.on.isoformat())
        return _weeks(tx, provider, [consultant]).weeks[0]


def _check_days(tx: Tx, first: date, last: date, halves: Collection[str], reason: str) -> None:
    faults: dict[str, str] = {}
    if first < today(tx):
        faults["first"] = "Indiquez aujourd’hui ou une date à venir."
    if last < first:
        faults["last"] = "Le dernier jour vient avant le premier."
    elif (last - first).days >= LONGEST_ABSENCE:
        faults["last"] = f"{LONGEST_ABSENCE}{NBSP}jours au plus à la fois."
    if not halves or not set(halves) <= set(HALVES):
        faults["halves"] = "Indiquez le matin, l’après-midi ou les deux."
    if len(reason) > LONGEST_REASON:
        faults["reason"] = f"{LONGEST_REASON}{NBSP}caractères au plus."
    if faults:
        raise Invalid("Ces jours n’ont pas été enregistrés.", faults)


def _provider(tx: Tx, provider_id: UUID) -> Provider:
    provider = tx.session.get(Provider, (tx.tenant_id, provider_id))
    if provider is None:
        raise NotFound()
    return provider


def _permitted(tx: Tx, consultant_id: UUID, action: str) -> tuple[Consultant, Provider]:
    consultant = diaries.get_consultant(tx.session, tx.tenant_id, consultant_id)
    permit(PERMISSIONS, tx.actor, action, consultant)
    return consultant, _provider(tx, consultant.provider_id)


def _weeks(tx: Tx, provider: Provider, consultants: Sequence[Consultant]) -> Availability:
    on, ids = today(tx), [consultant.id for consultant in consultants]
    rules = diaries.list_rules(tx.session, ids, on)
    exceptions = diaries.list_exceptions(tx.session, ids, on)
    return Availability(
        provider,
        on,
        [
            ConsultantWeek(
                one,
                frozenset((r.weekday, r.half) for r in rules if r.consultant_id == one.id and r.starts_on <= on),
                [rule for rule in rules if rule.consultant_id == one.id and rule.starts_on > on],
                [exception for exception in exceptions if exception.consultant_id == one.id],
            )
            for one in consultants
        ],
    )
