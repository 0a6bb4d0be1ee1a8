"""What a portal told other systems, for tests that only need it to be there."""

from uuid import uuid4

from kit.actor import system
from kit.db import uuid7
from kit.transaction import transaction
from kit.vault import lock_away
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.rules.webhook import new_secret
from tenants.models import Tenant


def an_endpoint(tenant: Tenant, lines: int = 1, name: str = "Entrepôt", state: str = "active") -> dict[str, str]:
    """An endpoint with so many delivered lines: the values of its address and of the last line's."""
    with transaction(system(tenant.id, "tests")) as tx:
        endpoint = WebhookEndpoint(
            id=uuid7(),
            name=name,
            url="https://hooks.example/crrc",
            topics=["candidacy.submit"],
            state=state,
            secret=lock_away(new_secret(bytes(32))),
            created_at=tx.now,
            read_at=tx.now,
        )
        tx.add(endpoint)
        tx.session.flush()
        for _ in range(lines):
            line = WebhookDelivery(
                endpoint_id=endpoint.id,
                message_id=uuid7(),
                topic="candidacy.submit",
                subject_id=uuid4(),
                emitted_at=tx.now,
                state="delivered",
                attempts=1,
                tried_at=tx.now,
                status=204,
                milliseconds=12,
                delivered_at=tx.now,
            )
            tx.add(line)
        return {"endpoint_id": str(endpoint.id), "message_id": str(line.message_id if lines else uuid7())}
