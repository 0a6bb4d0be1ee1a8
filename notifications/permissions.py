"""Action → who, for notices and the pulse."""

from typing import Any

from kit.actor import Actor
from kit.permissions import Table, role, signed_in


def recipient(actor: Actor, thing: Any) -> bool:
    """The person a notice is for. Before it is loaded, any person with an account."""
    return signed_in(actor, thing) and (thing is None or thing.user_id == actor.user_id)


PERMISSIONS: Table = {
    "notification.view": recipient,
    "notification.read": recipient,
    "notification.list": role("ars_manager", "grades_manager"),
    "notification.retry": role("ars_manager", "grades_manager"),
    "pulse.view": role("ars_manager", "grades_manager"),
}
