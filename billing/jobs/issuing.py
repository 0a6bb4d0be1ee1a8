"""The errands that issue drafts and make documents. Which and how many is read in the rows, whatever happened."""

from collections.abc import Callable
from uuid import UUID

from billing.queries import issue_run as runs
from billing.service.issuing import NAME as ISSUER
from billing.service.issuing import issue_next
from billing.service.making import NAME as DOCUMENT_MAKER
from billing.service.making import make_next
from kit.actor import system
from kit.errand import Errand, Stop
from kit.transaction import transaction
from services_catalog.service.today import today

PER_WORKER = 20  # fewer are done sooner by one
MOST_WORKERS = 4


def issuers_wanted(tenant_id: UUID) -> int:
    """None while the clock is behind the last number that was taken: today's would not follow it."""
    with transaction(system(tenant_id, ISSUER)) as tx:
        waiting = runs.count_queued(tx.session, PER_WORKER * MOST_WORKERS)
        last = runs.last_issued_on(tx.session) if waiting else None
        behind = last is not None and last > today(tx)
    return 0 if behind else -(-waiting // PER_WORKER)


def run_issuers(tenant_id: UUID, stop: Stop) -> int:
    """Issue what waits, one transaction each. A clock that is behind is asked twice: midnight may just have passed."""
    done = behind = 0
    while not stop() and behind < 2:
        outcome = issue_next(tenant_id)
        if outcome == "nothing":
            break
        behind = behind + 1 if outcome == "behind" else 0
        done += outcome in ("issued", "refused")
    return done


def makers_wanted(tenant_id: UUID) -> int:
    """How many workers should be making documents."""
    with transaction(system(tenant_id, DOCUMENT_MAKER)) as tx:
        due = runs.count_documents(tx.session, tx.now, PER_WORKER * MOST_WORKERS)
    return -(-due // PER_WORKER)


def run_makers(tenant_id: UUID, stop: Stop) -> int:
    """Make the documents that are due."""
    return _until(stop, lambda: make_next(tenant_id))


def _until(stop: Stop, act: Callable[[], bool]) -> int:
    done = 0
    while not stop() and act():
        done += 1
    return done


ISSUING = Errand("invoices", issuers_wanted, run_issuers)
DOCUMENTS = Errand("documents", makers_wanted, run_makers)
