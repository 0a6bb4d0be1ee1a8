"""Two workers and the scheduler, as in production; every few seconds a worker is killed (kill -9) and another started.

`python -m bench.billing.issue` reads its world on stdin; prints the series, the speed and the processor time as JSON.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from itertools import cycle
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from billing.models import Invoice, InvoiceDocument, InvoiceSeries
from billing.queries.draft import DraftFilter
from billing.service.queueing import queue_found
from kit.actor import system
from kit.errors import Conflict
from kit.queue import redis
from kit.transaction import transaction

WORKERS, KILL_EVERY = 2, 5.0  # seconds
KILL_AFTER = 10  # steps each: a busy machine takes more than five seconds to start a worker
PATIENCE = 3600.0


def start(what: str) -> "subprocess.Popen[bytes]":
    """A process of the portal."""
    crrc = os.path.join(os.path.dirname(sys.executable), "crrc")
    return subprocess.Popen([crrc, what], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def queue(tenant_id: UUID) -> None:
    """Everything is sent, as the button does."""
    while True:
        try:
            queue_found(system(tenant_id, "bench"), DraftFilter())
        except Conflict:
            return


def left(tenant_id: UUID) -> int:
    """Drafts that wait, and documents to make."""
    with transaction(system(tenant_id, "bench")) as tx:
        waiting = tx.session.scalar(select(func.count()).where(Invoice.state == "queued")) or 0
        unmade = tx.session.scalar(select(func.count()).where(InvoiceDocument.made_at.is_(None))) or 0
    return waiting + unmade


def work(tenant_id: UUID) -> dict[str, float]:
    """Until nothing is left; returns seconds, kills and processor time of the workers."""
    scheduler, workers = start("scheduler"), [start("worker") for _ in range(WORKERS)]
    started, kills = time.perf_counter(), 0
    turns = cycle(range(WORKERS))
    try:
        before = left(tenant_id)
        while (now := left(tenant_id)) > 0:
            assert time.perf_counter() - started < PATIENCE, "this does not end"
            time.sleep(KILL_EVERY)
            if before - now < WORKERS * KILL_AFTER:
                continue  # they are still starting
            before, victim = now, next(turns)
            workers[victim].send_signal(signal.SIGKILL)
            workers[victim].wait()
            workers[victim], kills = start("worker"), kills + 1
        seconds = time.perf_counter() - started
    finally:
        for one in workers:
            one.kill()
            one.wait()
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        scheduler.kill()
        scheduler.wait()
    return {"seconds": seconds, "kills": kills, "processor_seconds": used.ru_utime + used.ru_stime}


def series(tenant_id: UUID) -> dict[str, float]:
    """What the series gave: each number once, none left out; drafts that were refused."""
    with transaction(system(tenant_id, "bench")) as tx:
        rows = tx.session.execute(select(Invoice.series_year, Invoice.series_number).where(Invoice.state == "issued"))
        numbers = [tuple(row) for row in rows]
        refused = tx.session.scalar(select(func.count()).where(Invoice.state == "draft")) or 0
        last = {row.year: row.last_number for row in tx.session.scalars(select(InvoiceSeries))}
    wanted = {(year, rank) for year, number in last.items() for rank in range(1, number + 1)}
    return {
        "series.issued": len(numbers),
        "series.missing": len(wanted - set(numbers)),
        "series.double": len(numbers) - len(set(numbers)),
        "refused": refused,
    }


def main() -> None:
    """Every figure, as one line of JSON."""
    world: dict[str, Any] = json.load(sys.stdin)
    tenant_id = UUID(world["tenant_id"])
    redis().flushdb()
    queue(tenant_id)
    done = work(tenant_id)
    print(json.dumps(series(tenant_id) | done | {"per_second": world["count"] / done["seconds"]}))


if __name__ == "__main__":
    main()
