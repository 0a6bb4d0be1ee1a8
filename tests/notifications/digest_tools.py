"""People who want digests, and what waits for them."""

from types import SimpleNamespace
from uuid import UUID

from kit.actor import operator, system
from kit.db import uuid7
from kit.transaction import transaction
from notifications.models import NotificationPreference
from notifications.service.notices import NewNotice, notify_many
from tenants.models import Tenant, User

PAUSED = {"endpoint": SimpleNamespace(name="SI régional", pause_reason="absent"), "waiting": 2, "why": ""}


def people(tenant: Tenant, number: int, rhythm: str = "daily") -> list[User]:
    """So many people of this portal, who want « Suivi du portail » at this rhythm."""
    with transaction(operator("tests")) as tx:
        names = [f"{place}.{uuid7().hex}@ehpad.fr" for place in range(number)]
        users = [tx.add(User(id=uuid7(), email=one, email_norm=one, name="Marie", created_at=tx.now)) for one in names]
    with transaction(system(tenant.id, "tests")) as tx:
        for user in users:
            chosen = {"choices": {"office": rhythm}, "before": None, "updated_at": tx.now}
            tx.add(
                NotificationPreference(user_id=user.id, quiet_weekends=True, quiet_begins=20, quiet_ends=8, **chosen)
            )
    return users


def tell(tenant: Tenant, users: list[User], number: int = 1, key: str = "k") -> None:
    """So many notices for each, of one thing."""
    with transaction(system(tenant.id, "tests")) as tx:
        notify_many(
            tx,
            [
                NewNotice(
                    f"{key}:{place}:{user.id}",
                    "notifications/webhook_paused",
                    UUID(int=place),
                    user.email,
                    user.id,
                    f"/staff/webhooks/{place}",
                    PAUSED,
                )
                for user in users
                for place in range(number)
            ],
        )
