"""Finding a portal by its slug, on every request: from memory, as fresh as a few seconds."""

import threading
import time
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from kit.actor import anonymous
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.queries.tenant import list_tenants

FRESH_SECONDS = 5.0
AGAIN_SECONDS = 0.5  # an unknown slug may be a portal made a moment ago; a flood of them costs two queries a second

_lock = threading.Lock()
_read_at = float("-inf")
_known: Mapping[str, Tenant] = MappingProxyType({})


def find_portal(slug: str) -> Tenant | None:
    """The portal of a slug. The row belongs to no session: read it, never change it."""
    age = time.monotonic() - _read_at
    if age > FRESH_SECONDS or (slug not in _known and age > AGAIN_SECONDS):
        _read()
    return _known.get(slug)


def find_portal_of_host(host: str) -> Tenant | None:
    """The portal that has this host of its own. (Asked for a host that is not the installation's: seldom.)"""
    return next((portal for portal in list_portals() if portal.domain == host), None)


def is_suspended(tenant_id: UUID) -> bool:
    """Whether a portal is closed for a while: nothing leaves it then. Never asked inside a transaction."""
    return any(portal.suspended_at is not None for portal in list_portals() if portal.id == tenant_id)


def list_portals() -> list[Tenant]:
    """Every portal, by name: the home page names them to anybody."""
    if time.monotonic() - _read_at > FRESH_SECONDS:
        _read()
    return list(_known.values())


def forget_portals() -> None:
    """Read them again next time: this process has just changed one."""
    global _read_at
    _read_at = float("-inf")


def _read() -> None:
    """One thread reads and the others wait; whoever waited finds it done."""
    global _read_at, _known
    asked_at = time.monotonic()
    with _lock:
        if _read_at >= asked_at:
            return
        with transaction(anonymous(None)) as tx:
            portals = list_tenants(tx.session)
        _known = MappingProxyType({portal.slug: portal for portal in portals})
        _read_at = time.monotonic()
