"""Every errand of the house, on one page, and how a worker is called for those that are due."""

import time
from collections.abc import Callable
from uuid import UUID

from app.sweeping import LOST_FILES
from billing.jobs.issuing import DOCUMENTS, ISSUING
from billing.jobs.online import ONLINE
from billing.jobs.transmitting import TRANSMITTING
from campaigns.jobs.attachment import ATTACHMENTS
from kit import queue
from kit.errand import Errand
from notifications.jobs.digests import DIGESTS
from notifications.jobs.webhooks import WEBHOOKS
from privacy.jobs.errands import COPIES, ERASING, PURGING
from tenants.jobs import EXPORTS
from tenants.service.portal import is_suspended

ERRANDS: tuple[Errand, ...] = (
    ISSUING,
    DOCUMENTS,
    TRANSMITTING,
    ONLINE,
    WEBHOOKS,
    DIGESTS,
    ATTACHMENTS,
    EXPORTS,
    PURGING,
    COPIES,
    ERASING,
    LOST_FILES,
)
# What is done for a portal that is suspended too.
ALWAYS: tuple[Errand, ...] = (EXPORTS,)
# Somebody else's turn after this long; a worker that dies meanwhile is replaced after the second delay.
RUN_SECONDS = 10.0
QUIET_SECONDS = 30


def run_errand(name: str, tenant_id: str, place: str, stopping: Callable[[], bool]) -> int:
    """Do what is due of one errand, for one tenant, for ten seconds at most."""
    errand = next(one for one in ERRANDS if one.name == name)
    if errand not in ALWAYS and is_suspended(UUID(tenant_id)):
        return 0
    end = time.monotonic() + RUN_SECONDS
    done = errand.run(UUID(tenant_id), lambda: stopping() or time.monotonic() > end)
    queue.hush(_job_id(name, tenant_id, place))
    return done


def ring_errands(tenant_id: UUID, among: tuple[Errand, ...] | None = None) -> int:
    """Call as many workers as useful for each errand of the tenant; returns how many were called.

    An errand that cannot say what is due does not silence the next ones: its fault is raised last.
    """
    called, fault = 0, None
    for errand in ERRANDS if among is None else among:
        try:
            called += sum(_ring(errand, str(tenant_id), str(place)) for place in range(errand.wanted(tenant_id)))
        except Exception as error:
            fault = error
    if fault is not None:
        raise fault
    return called


def _ring(errand: Errand, tenant_id: str, place: str) -> bool:
    job_id = _job_id(errand.name, tenant_id, place)
    return queue.ring("run_errand", errand.name, tenant_id, place, job_id=job_id, quiet=QUIET_SECONDS)


def _job_id(name: str, tenant_id: str, place: str) -> str:
    return f"errand-{name}-{tenant_id}-{place}"
