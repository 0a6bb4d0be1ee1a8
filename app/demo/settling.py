"""The hours that pass in the story: what the scheduler and the workers would have done by then is done, here."""

from uuid import UUID

from app.schedule import tenant_ids
from app.subscriptions import SUBSCRIPTIONS
from kit import relay


def settle() -> None:
    """Fire every deadline that is due and deliver every piece of news, until nothing is left."""
    rung: list[tuple[UUID, UUID, str]] = []

    def ring(tenant_id: UUID, message_id: UUID, listener: str) -> None:
        rung.append((tenant_id, message_id, listener))

    while sum(relay.fire_due(tenant_id) for tenant_id in tenant_ids()) + relay.relay(SUBSCRIPTIONS, ring):
        for due in rung:
            relay.deliver(SUBSCRIPTIONS, *due)
        rung.clear()
