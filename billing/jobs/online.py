"""The errand of online payment: events to process, checkouts to read again, refunds to send; and what calls for it."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy import Select

from billing.gateway.provider import Away, Refused
from billing.models import Checkout, Matching, OnlineRefund
from billing.queries import online as queries
from billing.rules.online import pause
from billing.service.checkout_reading import reading_actor, refresh
from billing.service.online_refund import send_refund
from billing.service.payment_event import LEASE, claim_event, process_event
from kit.actor import Actor
from kit.errand import Errand, Stop
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction

Thing = TypeVar("Thing", Checkout, OnlineRefund)
log = structlog.get_logger("crrc.online")
AGAIN = timedelta(minutes=10)


def wanted(tenant_id: UUID) -> int:
    """One worker when anything is due."""
    with transaction(reading_actor(tenant_id)) as tx:
        return int(queries.has_work(tx.session, tx.now))


def run(tenant_id: UUID, stop: Stop) -> int:
    """Do what is due, one thing at a time, the network outside any transaction; returns how many things were done."""
    actor, done = reading_actor(tenant_id), 0
    while not stop() and any(step(actor) for step in (_next_event, _next_refund, _next_checkout)):
        done += 1
    return done


def look_again(tx: Tx, message: OutboxMessage) -> None:
    """What is due of an invoice changed: its open payment page may be for another amount."""
    matching = tx.session.get(Matching, (tx.tenant_id, message.subject_id))
    invoice_id = message.subject_id if matching is None else matching.invoice_id
    if invoice_id is not None:
        queries.look_again(tx.session, invoice_id, tx.now)


ONLINE = Errand("online", wanted, run)


def _next_event(actor: Actor) -> bool:
    event = claim_event(actor)
    if event is None:
        return False
    process_event(actor, event)
    return True


def _next_refund(actor: Actor) -> bool:
    refund = _claim(actor, queries.due_refunds, _lease_refund)
    if refund is None:
        return False
    try:
        refresh(actor, send_refund(actor, refund.id))
    except (Away, Refused) as error:
        log.warning("refund_waits", refund_id=str(refund.id), why=str(error))
        with transaction(actor) as tx:
            row = queries.get_refund(tx.session, refund.id, lock=True)
            row.next_attempt_at, row.last_error = tx.now + pause(row.attempts), str(error)
    return True


def _next_checkout(actor: Actor) -> bool:
    checkout = _claim(actor, queries.due_checkouts, _lease_checkout)
    if checkout is None:
        return False
    try:
        refresh(actor, checkout.id)
    except (Away, Refused) as error:
        log.warning("checkout_waits", checkout_id=str(checkout.id), why=str(error))
        with transaction(actor) as tx:
            queries.get_checkout(tx.session, checkout.id, lock=True).next_read_at = tx.now + AGAIN
    return True


def _claim(actor: Actor, due: Callable[..., Select[Thing]], lease: Callable[[Thing, Tx], None]) -> Thing | None:
    """The next thing that is due, for this worker alone for a minute."""
    with transaction(actor) as tx:
        thing = tx.session.scalars(due(tx.now).limit(1).with_for_update(skip_locked=True)).first()
        if thing is not None:
            lease(thing, tx)
        return thing


def _lease_refund(row: OnlineRefund, tx: Tx) -> None:
    row.attempts += 1
    row.next_attempt_at = tx.now + LEASE


def _lease_checkout(row: Checkout, tx: Tx) -> None:
    row.next_read_at = tx.now + LEASE
