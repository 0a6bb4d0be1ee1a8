"""Work that is found in the rows: purges, copies, erasures. A worker that dies leaves it to the next one."""

from uuid import UUID

from kit.actor import operator
from kit.errand import Errand
from kit.transaction import transaction
from privacy.service.erasing import erasures_wanted, run_erasures
from privacy.service.exporting import exports_wanted, run_exports
from privacy.service.purging import is_wanted, open_due_purge, run_purge
from tenants.queries.tenant import list_tenants

PURGING = Errand("purges", is_wanted, run_purge)
COPIES = Errand("personal-exports", exports_wanted, run_exports)
ERASING = Errand("erasures", erasures_wanted, run_erasures)


def open_purges() -> int:
    """Open the purge of the day in every portal whose night has come; returns how many. Any scheduler may call it."""
    with transaction(operator("rétention")) as tx:
        tenants: list[UUID] = [tenant.id for tenant in list_tenants(tx.session)]
    return sum(open_due_purge(tenant_id) for tenant_id in tenants)
