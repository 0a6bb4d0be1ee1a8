"""At what hour: what this package does by itself, once a day."""

from kit.actor import operator
from tenants.service.retention import forget_ended


def forget() -> int:
    """Forget the links and sessions that ended; returns how many. Any number of schedulers may call it, at any time."""
    return forget_ended(operator("rétention"))
