"""At what hour: what this package does by itself, and when others have news."""

from uuid import UUID

from kit.actor import operator, system
from kit.errand import Errand
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from tenants.queries.tenant import list_tenants
from tenants.service import exporting
from tenants.service.account_review import arm, open_reviews
from tenants.service.retention import forget_ended, forget_links


def forget() -> int:
    """Forget the links and sessions that ended; returns how many. Any number of schedulers may call it, at any time."""
    with transaction(operator("rétention")) as tx:
        tenants = [tenant.id for tenant in list_tenants(tx.session)]
    return forget_ended(operator("rétention")) + sum(forget_links(system(one, "rétention")) for one in tenants)


def arm_review(tx: Tx, message: OutboxMessage) -> None:
    """A portal was made: its accounts are reviewed from now on."""
    arm(tx)


def open_due_reviews(tx: Tx, message: OutboxMessage) -> None:
    """It is time: open the reviews, and set the day of the next ones."""
    open_reviews(tx)
    arm(tx)


def arm_reviews_of(tenant_id: UUID) -> int:
    """A portal that no review waits for, or too late a one since its policy changed, gets its day; returns how many."""
    with transaction(system(tenant_id, "revue des accès")) as tx:
        return int(arm(tx))


EXPORTS = Errand("exports", exporting.count_work, exporting.work)
