"""Every errand of the house, on one page, and how a worker is called for those that are due."""

import time
from collections.abc import Callable
from uuid import UUID

from billing.jobs.issuing import DOCUMENTS, ISSUING
from billing.jobs.online import ONLINE
from billing.jobs.transmitting import TRANSMITTING
from kit import queue
from kit.errand import Errand

ERRANDS: tuple[Errand, ...] = (ISSUING, DOCUMENTS, TRANSMITTING, ONLINE)
# Somebody else's turn after this long; a worker that dies meanwhile is replaced after the second delay.
RUN_SECONDS = 10.0
QUIET_SECONDS = 30


def run_errand(name: str, tenant_id: str, place: str, stopping: Callable[[], bool]) -> int:
    """Do what is due of one errand, for one tenant, for ten seconds at most."""
    errand = next(one for one in ERRANDS if one.name == name)
    end = time.monotonic() + RUN_SECONDS
    done = errand.run(UUID(tenant_id), lambda: stopping() or time.monotonic() > end)
    queue.hush(_job_id(name, tenant_id, place))
    return done


def ring_errands(tenant_id: UUID) -> int:
    """Call as many workers as useful for each errand of the tenant; returns how many were called."""
    return sum(
        queue.ring(
            "run_errand",
            errand.name,
            str(tenant_id),
            str(place),
            job_id=_job_id(errand.name, str(tenant_id), str(place)),
            quiet=QUIET_SECONDS,
        )
        for errand in ERRANDS
        for place in range(errand.wanted(tenant_id))
    )


def _job_id(name: str, tenant_id: str, place: str) -> str:
    return f"errand-{name}-{tenant_id}-{place}"
