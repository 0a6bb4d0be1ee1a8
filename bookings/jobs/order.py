"""Who is told of an order: whoever may approve it, the buyer's people, the provider's people."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from bookings.models import Order
from bookings.queries import order as orders
from bookings.queries import quote as quotes
from bookings.rules.details import shown_contact
from campaigns.queries.candidacy import list_members
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many

BUYERS = ("owner", "editor")
EVERYBODY = ("owner", "editor", "billing", "reader")


def tell_request(tx: Tx, message: OutboxMessage) -> None:
    """An order waits: tell whoever of the organisation may approve it, and did not ask for it."""
    order = orders.get_order(tx.session, message.subject_id)
    if order.state != "requested":
        return
    people = [one for one in _people(tx, order.organisation_id, BUYERS) if one[0] != order.requested_by]
    asker = orders.list_people(tx.session, [order.requested_by])
    name = next((one.name for one in asker.values()), "Un programme de votre organisme")
    _tell(tx, "order_to_approve", message, order, people, asker=name, action_text="Voir la commande")


def tell_place(tx: Tx, message: OutboxMessage) -> None:
    """An order is placed: the buyer's people have the facts, the provider's have a mission."""
    order = orders.get_order(tx.session, message.subject_id)
    words = {"contact": shown_contact(order.contact), "action_text": "Voir la commande"}
    _tell(tx, "order_placed", message, order, _people(tx, order.organisation_id, BUYERS), **words)
    _tell(tx, "order_received", message, order, _people(tx, order.provider_id, EVERYBODY), **words)


def tell_refusal(tx: Tx, message: OutboxMessage) -> None:
    """An order is refused: tell whoever asked for it."""
    order = orders.get_order(tx.session, message.subject_id)
    asker = orders.list_people(tx.session, [order.requested_by])
    people = [(user.id, user.email) for user in asker.values()]
    _tell(tx, "order_refused", message, order, people, action_text="Voir la commande")


def tell_cancellation(tx: Tx, message: OutboxMessage) -> None:
    """An order is cancelled: tell the buyer's people, and the provider's when it had been placed."""
    order = orders.get_order(tx.session, message.subject_id)
    people = _people(tx, order.organisation_id, BUYERS)
    if order.placed_at is not None:
        people = [*people, *_people(tx, order.provider_id, EVERYBODY)]
    _tell(tx, "order_cancelled", message, order, people, action_text="Voir la commande")


def _people(tx: Tx, organisation_id: UUID, roles: Collection[str]) -> list[tuple[UUID, str]]:
    return [(user_id, email) for _, user_id, email in list_members(tx.session, [organisation_id], roles)]


def _tell(
    tx: Tx, what: str, message: OutboxMessage, order: Order, people: Collection[tuple[UUID, str]], **words: Any
) -> None:
    purchase = quotes.purchases(tx.session, [order.quote_id])[order.quote_id]
    context: Mapping[str, Any] = {"order": order, "purchase": purchase, **words}
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{what}:{message.id}:{user_id}",
                template=f"bookings/{what}",
                subject_id=order.id,
                email=email,
                user_id=user_id,
                path=f"/orders/{order.id}",
                context=context,
            )
            for user_id, email in people
        ],
    )
