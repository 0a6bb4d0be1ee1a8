"""What is held against addresses: mails they refuse, mails they do not want; seen by staff, and lifted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from kit import limits
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from notifications.models import MailReport, Notification, SuppressedAddress
from notifications.permissions import PERMISSIONS
from notifications.queries import address as queries
from notifications.rules.mail import GIVE_UP_AFTER
from tenants.rules.people import normalise_email

PAGE = 50
MOST_LIFTS = 3  # by the person themselves, a day: each is a try at a mail server that said no
TOO_MANY = "Vous avez déjà réessayé plusieurs fois aujourd’hui."


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A page of addresses, newest first; `after` asks for the next one, None on the last."""

    rows: Sequence[SuppressedAddress]
    after: UUID | None


def list_suppressed(actor: Actor, words: str = "", after: UUID | None = None) -> Suppressed:
    """The addresses that something is held against, for staff. Raises Forbidden."""
    permit(PERMISSIONS, actor, "suppressed_address.view")
    with transaction(actor) as tx:
        rows = queries.list_suppressed(tx.session, normalise_email(words), after, PAGE + 1)
        return Suppressed(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def lift(actor: Actor, suppressed_id: UUID) -> tuple[str, int]:
    """Write to an address again; returns it, and how many mails of the last days leave now. Raises NotFound."""
    permit(PERMISSIONS, actor, "suppressed_address.lift")
    with transaction(actor) as tx:
        found = queries.get_suppressed(tx.session, tx.tenant_id, suppressed_id)
        return found.email, _lift(tx, found)


def lift_mine(actor: Actor) -> int:
    """One's own mailbox is repaired: try again, three times a day at most. Raises TooManyRequests."""
    permit(PERMISSIONS, actor, "suppressed_address.lift_mine")
    limits.hit("mail-lift", f"{actor.tenant_id} {actor.user_id}", MOST_LIFTS, timedelta(days=1), TOO_MANY)
    with transaction(actor) as tx:
        found = queries.find_suppressed(tx.session, normalise_email(actor.email), lock=True)
        if found is None or found.refused_at is None:
            raise NotFound("Cette adresse ne refuse pas nos courriels.")
        return _lift(tx, found, ("refused_at", "refusal"))


def _lift(tx: Tx, found: SuppressedAddress, columns: tuple[str, ...] = ()) -> int:
    """Forget it, with what came back before: the next refusal is a first one. What was withheld lately leaves."""
    email = found.email
    tx.audit("suppressed_address.lift", found.id, refused=found.refused_at is not None)
    let_go(tx, email, *(columns or ("refused_at", "refusal", "optional_off_at", "optional_off_by")))
    tx.session.execute(delete(MailReport).where(MailReport.email == email))
    withheld = (
        select(Notification.id)
        .where(
            Notification.state == "withheld",
            func.lower(Notification.email) == email,
            Notification.created_at > tx.now - GIVE_UP_AFTER,
        )
        .with_for_update()
        .cte("withheld")
    )
    again = (
        update(Notification)
        .where(Notification.tenant_id == tx.tenant_id, Notification.id.in_(withheld.select()))
        .values(state="pending", next_attempt_at=tx.now, last_error=None, attempts=0)
        .returning(Notification.id)
    )
    return len(tx.session.scalars(again.execution_options(synchronize_session=False)).all())


def hold_against(tx: Tx, email: str, values: dict[str, Any]) -> None:
    """Hold something against a normalised address; what was held before stays as it was said then."""
    row = {"tenant_id": tx.tenant_id, "id": uuid7(), "email": email} | values
    first = next(iter(values))
    suppressed_id = tx.session.scalar(
        insert(SuppressedAddress)
        .values(row)
        .on_conflict_do_update(
            index_elements=["tenant_id", "email"], set_=values, where=getattr(SuppressedAddress, first).is_(None)
        )
        .returning(SuppressedAddress.id)
    )
    if suppressed_id is not None:
        tx.audit("suppressed_address.add", suppressed_id, what=first.removesuffix("_at"))


def let_go(tx: Tx, email: str, *columns: str) -> None:
    """Hold these things against it no more; a row that holds nothing goes."""
    found = queries.find_suppressed(tx.session, email, lock=True)
    if found is None:
        return
    for column in columns:
        setattr(found, column, None)
    if found.refused_at is None and found.optional_off_at is None:
        tx.session.delete(found)
    tx.session.flush()
