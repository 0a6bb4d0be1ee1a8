"""Digests: an errand of every portal, in the morning. What waited at 8 h is made by whoever passes first."""

from uuid import UUID

from kit.actor import system
from kit.errand import Errand, Stop
from kit.transaction import transaction
from notifications.queries.digest import digest_is_due
from notifications.service.digest import make_due_digests


def wanted(tenant_id: UUID) -> int:
    """One worker is enough for a portal's morning."""
    with transaction(system(tenant_id, "résumés")) as tx:
        return int(digest_is_due(tx.session, tx.now))


def run(tenant_id: UUID, stop: Stop) -> int:
    """Make what is due."""
    return make_due_digests(tenant_id, stop)


DIGESTS = Errand("digests", wanted, run)
