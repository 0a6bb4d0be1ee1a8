"""Transmissions: begun when a document is made, carried by an errand; the GRADeS is told of what stops."""

from typing import Any
from uuid import UUID

from billing.models import Transmission
from billing.queries import invoice as invoices
from billing.queries import transmission as queries
from billing.rules.portal_words import word
from billing.rules.states import CHANNEL_LABELS
from billing.service.channel import find_expiring
from billing.service.transmission import route_invoice
from billing.service.transmitting import NAME, transmit_next
from campaigns.queries.review import list_users_with_role
from kit.actor import system
from kit.errand import Errand, Stop
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from notifications.service.notices import NewNotice, notify_many

PER_WORKER, MOST_WORKERS = 20, 2
WHY = "Vous recevez ce message parce que vous êtes gestionnaire du GRADeS."


def begin(tx: Tx, message: OutboxMessage) -> None:
    """The document of an invoice is made: it takes its customer's way."""
    route_invoice(tx, message.subject_id)


def tell_rejection(tx: Tx, message: OutboxMessage) -> None:
    """An invoice was rejected: the motive, and what to do."""
    row = queries.get_transmission(tx.session, message.subject_id)
    if row.state == "rejected":
        _tell(tx, message, "transmission_rejected", row, motive=row.last_error)


def tell_failure(tx: Tx, message: OutboxMessage) -> None:
    """An invoice could not be sent: why, and that it waits for somebody."""
    row = queries.get_transmission(tx.session, message.subject_id)
    if row.state == "failed":
        _tell(tx, message, "transmission_failed", row, reason=row.last_error)


def tell_asking(tx: Tx, message: OutboxMessage) -> None:
    """The customer waits for something at the portal (the key is its status)."""
    row = queries.get_transmission(tx.session, message.subject_id)
    said = [one for one in queries.list_events(tx.session, [row.id])[row.id] if one.status == message.key]
    detail = said[-1].detail if said else ""
    _tell(tx, message, "transmission_asking", row, label=word(message.key).label, detail=detail)


def tell_expiry(tx: Tx, message: OutboxMessage) -> None:
    """The technical password of an account ends soon (the key says which, and how long before)."""
    found = find_expiring(tx, message.subject_id, message.key)
    if found is None:
        return
    account, days = found
    words = {"portal": CHANNEL_LABELS[account.channel], "expires_on": account.expires_on, "days": days}
    _notify(tx, message, "channel_expires", tx.tenant_id, "/staff/billing/channels", words)


def wanted(tenant_id: UUID) -> int:
    """One worker for twenty due transmissions, two at most: portals count calls."""
    with transaction(system(tenant_id, NAME)) as tx:
        due = queries.count_due(tx.session, tx.now, PER_WORKER * MOST_WORKERS)
    return -(-due // PER_WORKER)


def run(tenant_id: UUID, stop: Stop) -> int:
    """Deposit and ask what is due; a portal that is away is left alone until the next time."""
    done, without = 0, set[str]()
    while not stop() and transmit_next(tenant_id, without):
        done += 1
    return done


TRANSMITTING = Errand(NAME, wanted, run)


def _tell(tx: Tx, message: OutboxMessage, what: str, row: Transmission, **words: Any) -> None:
    invoice = invoices.get_invoice(tx.session, row.invoice_id)
    customer = queries.customer_of_invoice(tx.session, invoice)
    context = {"invoice": invoice, "customer": customer, "portal": CHANNEL_LABELS[row.channel], **words}
    _notify(tx, message, what, invoice.id, f"/invoices/{invoice.id}/transmission", context)


def _notify(tx: Tx, message: OutboxMessage, what: str, subject_id: UUID, path: str, words: dict[str, Any]) -> None:
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{what}:{message.id}:{user.id}",
                template=f"billing/{what}",
                subject_id=subject_id,
                email=user.email,
                user_id=user.id,
                path=path,
                context={"why": WHY, **words},
            )
            for user in list_users_with_role(tx.session, tx.tenant_id, "grades_manager")
        ],
    )
