"""What happens at every tick, on one page. Several schedulers may run: PostgreSQL's row locks share out the work."""

import threading
from collections.abc import Callable
from uuid import UUID

from app.anchoring import anchor
from app.errands import ALWAYS, ring_errands
from app.heart import Heart, redis_fault, refuse_powerful_role
from app.subscriptions import SUBSCRIPTIONS
from app.tasks import SERVER_AWAY, ring_delivery, ring_senders
from app.ticker import Entry, tick
from kit import queue, relay
from kit.actor import operator
from kit.relay import Subscriptions
from kit.transaction import transaction
from privacy.jobs.errands import open_purges
from tenants.jobs import arm_reviews_of, forget
from tenants.queries.tenant import list_tenants

MOST_MESSAGES = 500
MOST_DEADLINES = 200


def entries(subscriptions: Subscriptions) -> list[Entry]:
    """Name, seconds between two runs, what to do (returns a count for the pulse)."""
    return [
        Entry("relay", 1, lambda: relay_messages(subscriptions)),
        Entry("deadlines", 1, fire_deadlines),
        Entry("mails", 1, ring_mails),
        Entry("errands", 1, lambda: each_tenant(ring_errands) + ring_suspended()),
        Entry("retries", 1, queue.requeue_retries),
        Entry("clean", 15, queue.clean),
        Entry("forget", 3600, forget),
        Entry("anchors", 600, lambda: each_tenant(anchor)),
        Entry("purges", 900, open_purges),
        Entry("reviews", 3600, lambda: each_tenant(arm_reviews_of)),
    ]


def run(subscriptions: Subscriptions = SUBSCRIPTIONS) -> None:
    """Tick until SIGTERM. An entry that fails says so and is tried again at its next tick; the others go on."""
    stop = threading.Event()
    with Heart("scheduler", stop, redis_fault, entries={}) as heart:
        refuse_powerful_role(stop)
        tick(entries(subscriptions), stop, lambda facts: heart.tell(entries=facts))


def relay_messages(subscriptions: Subscriptions) -> int:
    """Ring for every due message, a few hundred at a time so that each batch commits soon."""
    total = 0
    while True:
        count = relay.relay(subscriptions, ring_delivery, MOST_MESSAGES)
        total += count
        if count < MOST_MESSAGES:
            return total


def fire_deadlines() -> int:
    """Turn every tenant's due deadlines into news."""
    return each_tenant(_fire)


def _fire(tenant_id: UUID) -> int:
    total = 0
    while True:
        count = relay.fire_due(tenant_id, MOST_DEADLINES)
        total += count
        if count < MOST_DEADLINES:
            return total


def ring_mails() -> int:
    """Call senders for every tenant with due mails, unless the mail server has just been found away."""
    if queue.is_quiet(SERVER_AWAY):
        return 0
    return each_tenant(ring_senders)


def ring_suspended() -> int:
    """A portal that is closed still gives its data back to those who asked for them."""
    return each_tenant(lambda tenant_id: ring_errands(tenant_id, among=ALWAYS), suspended=True)


def each_tenant(act: Callable[[UUID], int], suspended: bool = False) -> int:
    """Do it for every tenant that is open (or suspended), and sum.

    Nothing moves in a portal that is suspended: what was due is done when it opens again. One that fails does not
    starve the next ones: its fault is raised last.
    """
    total, fault = 0, None
    for tenant_id in tenant_ids(suspended):
        try:
            total += act(tenant_id)
        except Exception as error:
            fault = error
    if fault is not None:
        raise fault
    return total


def tenant_ids(suspended: bool = False) -> list[UUID]:
    """The tenants of the installation that are open, or those that are suspended."""
    with transaction(operator("horloge")) as tx:
        return [tenant.id for tenant in list_tenants(tx.session) if (tenant.suspended_at is not None) == suspended]
