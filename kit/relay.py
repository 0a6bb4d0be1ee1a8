"""Moving news: from a deadline to the outbox, to the queue, and to each listener exactly once."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kit import clock
from kit.actor import system
from kit.db import engine
from kit.outbox import Deadline, Delivery, OutboxMessage
from kit.rls import RELAY_ROLE
from kit.transaction import Tx, transaction

FIRST_RETRY = timedelta(seconds=20)
LAST_RETRY = timedelta(hours=1)

Reaction: TypeAlias = Callable[[Tx, OutboxMessage], None]
Subscriptions: TypeAlias = Mapping[str, Sequence[Reaction]]
Enqueue: TypeAlias = Callable[[UUID, UUID, str], None]


def listener_name(reaction: Reaction) -> str:
    """The ledger's name of a reaction: `campaigns.jobs.close_window`."""
    return f"{reaction.__module__}.{reaction.__name__}"


def relay(subscriptions: Subscriptions, enqueue: Enqueue, limit: int = 500) -> int:
    """Ring the bell for every message that is due, oldest first; returns how many were relayed.

    `enqueue(tenant_id, message_id, listener)` may be called again for a message whose jobs were lost: `deliver` makes
    repeats harmless. Each ring comes later than the one before. Raises Unsure (kit.clock).
    """
    now = clock.now()
    with Session(engine()) as session, session.begin():
        session.execute(text(f"set local role {RELAY_ROLE}"))
        clock.agree(float(session.scalars(text(clock.ASK)).one()))
        due = session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.settled_at.is_(None), OutboxMessage.relay_after <= now)
            .order_by(OutboxMessage.relay_after, OutboxMessage.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for message in due:
            for reaction in subscriptions.get(message.topic, ()):
                enqueue(message.tenant_id, message.id, listener_name(reaction))
            message.relay_after = now + min(FIRST_RETRY * 2**message.relays, LAST_RETRY)
            message.relays = min(message.relays + 1, 12)
            if not subscriptions.get(message.topic):
                message.settled_at = now
        return len(due)


def deliver(subscriptions: Subscriptions, tenant_id: UUID, message_id: UUID, listener: str) -> bool:
    """Let one listener react to one message, once. Returns False when it had already been done.

    Ledger line and effect commit together. The message's row lock makes its listeners take turns, so that the last
    one knows it is the last.
    """
    with transaction(system(tenant_id, listener)) as tx:
        message = tx.session.get_one(OutboxMessage, (tenant_id, message_id), with_for_update=True)
        # Clocks of hosts differ: here too it is at least the hour at which the news was told, or « not yet » would be
        # the answer to what has just come due, and nobody would ask again.
        tx.now = max(tx.now, message.emitted_at)
        reactions = {listener_name(reaction): reaction for reaction in subscriptions.get(message.topic, ())}
        line = insert(Delivery).values(tenant_id=tenant_id, message_id=message_id, listener=listener, done_at=tx.now)
        is_new = tx.session.execute(line.on_conflict_do_nothing().returning(Delivery.listener)).first() is not None
        if is_new:
            reactions[listener](tx, message)
        done = set(tx.session.scalars(select(Delivery.listener).where(Delivery.message_id == message_id)))
        if done >= reactions.keys():
            message.settled_at = tx.now
        return is_new


def lag(session: Session) -> dict[str, Any]:
    """The outbox's pulse for the session's tenant: messages still due, and the oldest of them."""
    waiting = OutboxMessage.settled_at.is_(None)
    count, oldest = session.execute(
        select(func.count(), func.min(OutboxMessage.emitted_at)).select_from(OutboxMessage).where(waiting)
    ).one()
    return {"waiting": count, "oldest_at": oldest}


def fire_due(tenant_id: UUID, limit: int = 200) -> int:
    """Turn the tenant's due deadlines into news, oldest first, each once; returns how many.

    A ticker that was down for a week catches up in order. Several tickers may run: each takes rows no other holds.
    """
    with transaction(system(tenant_id, "échéances")) as tx:
        due = tx.session.scalars(
            select(Deadline)
            .where(Deadline.done_at.is_(None), Deadline.due_at <= tx.now)
            .order_by(Deadline.due_at, Deadline.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        for deadline in due:
            deadline.done_at = tx.now
            tx.emit(deadline.topic, deadline.subject_id, deadline.key)
        return len(due)
