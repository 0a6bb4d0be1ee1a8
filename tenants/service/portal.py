"""Finding a portal by its slug, on every request: from memory, as fresh as a few seconds."""

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from kit.actor import anonymous
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.queries.tenant import find_tenant, list_slugs, list_suspended, list_tenants

FRESH_SECONDS = 5.0
AGAIN_SECONDS = 0.5  # an unknown slug may be a portal made a moment ago; a flood of them costs two queries a second
FOREVER = float("inf")
Known = TypeVar("Known")


class _Memory(Generic[Known]):
    """What was read a moment ago, and when."""

    def __init__(self, read: Callable[[Session], Known]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._found: tuple[float, Known] | None = None

    def get(self, fresh: float = FRESH_SECONDS) -> Known:
        """What was read less than `fresh` seconds ago, or is read now: by one thread, and the others wait for it."""
        asked_at = time.monotonic()
        found = self._found
        if found is None or found[0] < asked_at - fresh:
            with self._lock:
                found = self._found
                if found is None or found[0] < asked_at:
                    with transaction(anonymous(None)) as tx:
                        value = self._read(tx.session)
                    found = self._found = (time.monotonic(), value)
        return found[1]

    def forget(self) -> None:
        self._found = None


_slugs = _Memory(list_slugs)
_suspended = _Memory(list_suspended)
_everyone = _Memory(list_tenants)
_portals: dict[str, _Memory[Tenant | None]] = {}  # those whose slug was found one day


def find_portal(slug: str) -> Tenant | None:
    """The portal of a slug. The row belongs to no session: read it, never change it."""
    if slug not in _slugs.get(FOREVER) and slug not in _slugs.get(AGAIN_SECONDS):
        return None
    return _portals.setdefault(slug, _Memory(partial(find_tenant, slug=slug))).get()


def find_portal_of_host(host: str) -> Tenant | None:
    """The portal that has this host of its own. (Asked for a host that is not the installation's: seldom.)"""
    return next((portal for portal in list_portals() if portal.domain == host), None)


def is_suspended(tenant_id: UUID) -> bool:
    """Whether a portal is closed for a while: nothing leaves it then. Never asked inside a transaction."""
    return tenant_id in _suspended.get()


def list_portals() -> Sequence[Tenant]:
    """Every portal, by name: the home page names them to anybody."""
    return _everyone.get()


def forget_portals() -> None:
    """Read them again next time: this process has just changed one."""
    for memory in (_slugs, _suspended, _everyone):
        memory.forget()
    _portals.clear()
