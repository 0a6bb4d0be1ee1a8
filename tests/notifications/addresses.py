"""An address that refuses mails, for whoever needs one."""

from uuid import UUID

from kit.actor import system
from kit.transaction import transaction
from notifications.queries.address import find_suppressed
from notifications.service.address import hold_against, let_go
from tenants.models import Tenant


def a_refused_address(tenant: Tenant, email: str = "parti@ehpad.fr") -> UUID:
    """Its row's identifier."""
    with transaction(system(tenant.id, "tests")) as tx:
        hold_against(tx, email, {"refused_at": tx.now, "refusal": "550 5.1.1 User unknown"})
        found = find_suppressed(tx.session, email)
        assert found is not None
        return found.id


def repaired(tenant: Tenant, email: str) -> None:
    """Its refusal is lifted."""
    with transaction(system(tenant.id, "tests")) as tx:
        let_go(tx, email, "refused_at", "refusal")
