"""What orders and missions keep of people, once its period is over. Orders, missions and proofs themselves stay."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, cast, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.types import DateTime

from bookings.models import AvailabilityException, CalendarFeed, Entitlement, Order, Satisfaction, WaitingEntry
from kit.retention import Expiring
from kit.transaction import Tx
from tenants.models import Membership, OrganisationMember
from tenants.rules.person import ERASED_NAME, NOBODY

OVER = ("completed", "cancelled", "refused")
QUICK = {"synchronize_session": False}


def _orders(before: datetime) -> Select[Any, Any]:
    since = func.coalesce(Order.completed_at, Order.cancelled_at, Order.requested_at)
    named = Order.contact["name"].astext
    return select(Order.id, since.label("since")).where(Order.state.in_(OVER), named != ERASED_NAME, since < before)


def _forget_contacts(tx: Tx, orders: Sequence[UUID]) -> None:
    held = update(Order).where(Order.id.in_(orders)).values(contact=dict(NOBODY))
    tx.session.execute(held.execution_options(**QUICK))


def _rights(before: datetime) -> Select[Any, Any]:
    """Rights that are used, closed, or expired: one that is open without a last day is still somebody's."""
    since = func.coalesce(cast(Entitlement.expires_on, DateTime(timezone=True)), Entitlement.created_at)
    named = Entitlement.contact["name"].astext
    over = or_(Entitlement.state != "open", Entitlement.expires_on.is_not(None))
    return select(Entitlement.id, since.label("since")).where(over, named != ERASED_NAME, since < before)


def _forget_right_contacts(tx: Tx, rights: Sequence[UUID]) -> None:
    held = update(Entitlement).where(Entitlement.id.in_(rights)).values(contact=dict(NOBODY))
    tx.session.execute(held.execution_options(**QUICK))


def _opinions(before: datetime) -> Select[Any, Any]:
    written = (Satisfaction.comment != "") | Satisfaction.answered_by.is_not(None)
    since = Satisfaction.answered_at
    return select(Satisfaction.mission_id, since.label("since")).where(written, since < before)


def _make_anonymous(tx: Tx, missions: Sequence[UUID]) -> None:
    held = update(Satisfaction).where(Satisfaction.mission_id.in_(missions)).values(comment="", answered_by=None)
    tx.session.execute(held.execution_options(**QUICK))


def _key() -> Any:
    one = AvailabilityException
    return func.jsonb_build_array(one.consultant_id, one.on, one.half)


def _absences(before: datetime) -> Select[Any, Any]:
    since = cast(AvailabilityException.on, DateTime(timezone=True))
    return select(_key(), since.label("since")).where(AvailabilityException.on < before.date())


def _remove_absences(tx: Tx, keys: Sequence[Any]) -> None:
    one = AvailabilityException
    tx.session.execute(delete(one).where(tuple_(one.consultant_id, one.on, one.half).in_([tuple(key) for key in keys])))


def _feeds(before: datetime) -> Select[Any, Any]:
    """Of people who hold nothing here any more."""
    member = exists().where(Membership.tenant_id == CalendarFeed.tenant_id, Membership.user_id == CalendarFeed.user_id)
    place = exists().where(
        OrganisationMember.tenant_id == CalendarFeed.tenant_id, OrganisationMember.user_id == CalendarFeed.user_id
    )
    since = CalendarFeed.renewed_at
    return select(CalendarFeed.user_id, since.label("since")).where(~member, ~place, since < before)


def _remove_feeds(tx: Tx, people: Sequence[UUID]) -> None:
    tx.session.execute(delete(CalendarFeed).where(CalendarFeed.user_id.in_(people)))


def _waited(before: datetime) -> Select[Any, Any]:
    over, since = WaitingEntry.state.not_in(("waiting", "offered")), WaitingEntry.joined_at
    return select(WaitingEntry.id, since.label("since")).where(over, since < before)


def _remove_waited(tx: Tx, entries: Sequence[UUID]) -> None:
    tx.session.execute(delete(WaitingEntry).where(WaitingEntry.id.in_(entries)))


EXPIRING = (
    Expiring("order_contact", _orders, _forget_contacts),
    Expiring("order_contact", _rights, _forget_right_contacts),
    Expiring("satisfaction", _opinions, _make_anonymous),
    Expiring("availability", _absences, _remove_absences),
    Expiring("calendar_feed", _feeds, _remove_feeds),
    Expiring("waiting_entry", _waited, _remove_waited),
)
