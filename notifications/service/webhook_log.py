"""What was told to an endpoint, and telling it again: one piece of news, or all since a day."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit.actor import Actor
from kit.errors import Conflict
from kit.french import NBSP, count
from kit.permissions import permit
from kit.transaction import transaction
from notifications.models import WebhookDelivery
from notifications.permissions import PERMISSIONS
from notifications.queries import webhook as queries
from notifications.rules.webhook import MOST_REPLAYED, TEST

WAITS = "Cette nouvelle attend déjà d’être remise."
DONE = f"Cette nouvelle n’attend pas{NBSP}: il n’y a rien à abandonner."
A_TEST = f"Un essai ne se renvoie pas{NBSP}: demandez-en un autre."
TOO_MANY = f"Cela ferait {{many}}{NBSP}: choisissez une date plus proche ({MOST_REPLAYED} au plus à la fois)."


def list_deliveries(
    actor: Actor, endpoint_id: UUID, limit: int = 50, before: UUID | None = None, state: str | None = None
) -> Sequence[WebhookDelivery]:
    """The log of an endpoint, the youngest first. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "webhook_delivery.view")
        queries.get_endpoint(tx.session, endpoint_id)
        return queries.list_deliveries(tx.session, endpoint_id, limit, before, state)


def replay(actor: Actor, endpoint_id: UUID, message_id: UUID) -> None:
    """Tell one piece of news again, under the same number. Raises Conflict when it waits, NotFound."""
    with transaction(actor) as tx:
        queries.get_endpoint(tx.session, endpoint_id, lock=True)
        delivery = queries.get_delivery(tx.session, endpoint_id, message_id)
        permit(PERMISSIONS, actor, "webhook_delivery.replay", delivery)
        if delivery.state == "due":
            raise Conflict(WAITS)
        if delivery.topic == TEST:
            raise Conflict(A_TEST)
        delivery.state, delivery.delivered_at, delivery.attempts = "due", None, 0
        tx.audit("webhook_delivery.replay", message_id, endpoint=str(endpoint_id))


def replay_since(actor: Actor, endpoint_id: UUID, since: datetime) -> int:
    """Tell again all the news since an instant, in its order and before what is newer; returns how many.

    Raises Conflict above ten thousand, NotFound.
    """
    with transaction(actor) as tx:
        endpoint = queries.get_endpoint(tx.session, endpoint_id, lock=True)
        permit(PERMISSIONS, actor, "webhook_delivery.replay", endpoint)
        many = queries.count_since(tx.session, endpoint_id, since)
        if many > MOST_REPLAYED:
            raise Conflict(TOO_MANY.format(many=count(many, "nouvelle", "nouvelles")))
        again = queries.repeat_since(tx.session, endpoint_id, since)
        tx.audit("webhook_delivery.replay", endpoint.id, endpoint=str(endpoint_id), count=again)
        return again


def skip(actor: Actor, endpoint_id: UUID, message_id: UUID) -> None:
    """Give up a piece of news that waits, so that the next ones pass. Raises Conflict when it does not wait."""
    with transaction(actor) as tx:
        endpoint = queries.get_endpoint(tx.session, endpoint_id, lock=True)
        delivery = queries.get_delivery(tx.session, endpoint_id, message_id)
        permit(PERMISSIONS, actor, "webhook_delivery.skip", delivery)
        if delivery.state != "due":
            raise Conflict(DONE)
        delivery.state, endpoint.retry_at = "skipped", None
        tx.audit("webhook_delivery.skip", message_id, endpoint=str(endpoint_id))
