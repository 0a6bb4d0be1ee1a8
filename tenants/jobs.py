"""At what hour: what this package does by itself, once a day."""

from kit.actor import operator, system
from kit.transaction import transaction
from tenants.queries.tenant import list_tenants
from tenants.service.retention import forget_ended, forget_links


def forget() -> int:
    """Forget the links and sessions that ended; returns how many. Any number of schedulers may call it, at any time."""
    with transaction(operator("rétention")) as tx:
        tenants = [tenant.id for tenant in list_tenants(tx.session)]
    return forget_ended(operator("rétention")) + sum(forget_links(system(one, "rétention")) for one in tenants)
