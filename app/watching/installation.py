"""What Prometheus is told of the whole installation: read from the database and from Redis when it asks, and kept for
ten seconds. Worker and scheduler say theirs in their pulse, so that one scrape of the web says all."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import structlog
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis.exceptions import RedisError
from rq.job import Job
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import health
from app.watching import sharing
from app.watching.memory import memory
from app.watching.portals import Portal, read_portals
from finess.queries.edition import find_current_edition
from kit import backup_run, clock, pulse, queue
from kit.db import engine

KEPT_SECONDS = 10.0
Read = Callable[[], Iterable[Metric]]
log = structlog.get_logger("crrc.watching")


class Installation:
    """A collector. What cannot be read is absent, and `crrc_ready` says why."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._found: list[Metric] = []

    def collect(self) -> list[Metric]:
        """The figures, ten seconds old at most; one thread reads them, others wait for it."""
        with self._lock:
            if time.monotonic() - self._read_at > KEPT_SECONDS:
                self._found = [metric for read in READS for metric in _tried(read)]
                self._read_at = time.monotonic()
            return self._found


def _tried(read: Read) -> list[Metric]:
    try:
        return list(read())
    except (SQLAlchemyError, RedisError, OSError) as error:
        log.warning("figures_missing", of=read.__name__, error=type(error).__name__)
        return []


def _ready() -> Iterator[Metric]:
    ready = GaugeMetricFamily("crrc_ready", "Whether a check of /readyz passes.", labels=["check"])
    for name, found in health.check().items():
        ready.add_metric([name], found["ok"])
    yield ready


def _web() -> Iterator[Metric]:
    alive = sharing.processes()
    yield GaugeMetricFamily("crrc_web_processes", "Processes of this web.", len(alive))
    held = sum(memory(one) for one in alive)
    yield GaugeMetricFamily("crrc_web_memory_bytes", "Memory of this web's processes.", held)


def _processes() -> Iterator[Metric]:
    """Workers and schedulers, wherever they run, by their pulse."""
    now = clock.now()
    with Session(engine()) as session:
        pulses = pulse.list_pulses(session)
    alive = [one for one in pulses if not one.is_silent(now)]
    yield _by_sort("crrc_processes", "Background processes that beat.", [(one.sort, 1) for one in alive])
    silent = [(one.sort, 1) for one in pulses if one.is_silent(now)]
    yield _by_sort("crrc_processes_silent", "Those that went silent without a word, in the last day.", silent)
    held = [(one.sort, int(one.facts.get("memory", 0))) for one in alive]
    yield _by_sort("crrc_process_memory_bytes", "Memory of background processes.", held)
    tasks = CounterMetricFamily("crrc_tasks", "Tasks that workers ran.", labels=["process", "outcome"])
    for one in alive:
        if one.sort == "worker":
            tasks.add_metric([one.process, "done"], one.facts.get("done", 0))
            tasks.add_metric([one.process, "failed"], one.facts.get("failed", 0))
    yield tasks
    yield from _entries([one.facts.get("entries", {}) for one in alive if one.sort == "scheduler"], now)


def _by_sort(name: str, says: str, counted: list[tuple[str, int]]) -> Metric:
    metric = GaugeMetricFamily(name, says, labels=["sort"])
    for sort in ("worker", "scheduler"):
        metric.add_metric([sort], sum(number for of, number in counted if of == sort))
    return metric


def _entries(told: list[dict[str, Any]], now: datetime) -> Iterator[Metric]:
    """What the clock does at each tick: since when it last did, in whichever scheduler did it last."""
    age = GaugeMetricFamily("crrc_clock_age_seconds", "Since an entry of the clock last ran.", labels=["entry"])
    every = GaugeMetricFamily("crrc_clock_every_seconds", "How often it should.", labels=["entry"])
    for name in sorted({name for entries in told for name in entries}):
        ran = [entries[name] for entries in told if entries.get(name, {}).get("last_at")]
        if ran:
            last = max(datetime.fromisoformat(facts["last_at"]) for facts in ran)
            age.add_metric([name], max((now - last).total_seconds(), 0))
            every.add_metric([name], ran[0]["every"])
    yield age
    yield every


def _queue() -> Iterator[Metric]:
    """Redis: it holds no truth, but a queue that grows says that workers lack."""
    held = queue.queue()
    jobs = GaugeMetricFamily("crrc_queue_jobs", "Jobs by state.", labels=["state"])
    jobs.add_metric(["queued"], held.count)
    jobs.add_metric(["started"], held.started_job_registry.get_job_count(cleanup=False))
    jobs.add_metric(["retry"], held.scheduled_job_registry.get_job_count(cleanup=False))
    jobs.add_metric(["failed"], held.failed_job_registry.get_job_count(cleanup=False))
    yield jobs
    yield GaugeMetricFamily("crrc_queue_lag_seconds", "Since when the next job waits.", _queue_lag())


def _queue_lag() -> float:
    first = queue.redis().lindex(queue.queue().key, 0)
    said = queue.redis().hget(Job.key_for(first.decode()), "enqueued_at") if isinstance(first, bytes) else None
    if not isinstance(said, bytes):
        return 0.0
    return max((clock.now() - datetime.fromisoformat(said.decode())).total_seconds(), 0.0)


def _portals() -> Iterator[Metric]:
    found = list(read_portals())
    for name, says, figure in PORTAL:
        metric = GaugeMetricFamily(name, says, labels=["tenant"])
        for one in found:
            metric.add_metric([one.slug], figure(one))
        yield metric
    mails = GaugeMetricFamily("crrc_mails", "Mails that are not over, by state.", labels=["tenant", "state"])
    for one in found:
        for state, number in one.mails.items():
            mails.add_metric([one.slug, state], number)
    yield mails


PORTAL: tuple[tuple[str, str, Callable[[Portal], float]], ...] = (
    ("crrc_deadlines_late", "Deadlines due and not done.", lambda one: one.deadlines_late),
    ("crrc_deadlines_lag_seconds", "Since when the oldest is.", lambda one: one.deadlines_lag),
    ("crrc_outbox_waiting", "News not told to every listener.", lambda one: one.outbox),
    ("crrc_outbox_lag_seconds", "Since when the oldest waits.", lambda one: one.outbox_lag),
    ("crrc_mails_lag_seconds", "Since when the oldest mail waits.", lambda one: one.mails_lag),
    ("crrc_webhooks_due", "Calls due to active webhooks.", lambda one: one.webhooks),
    ("crrc_webhooks_lag_seconds", "Since when the oldest waits.", lambda one: one.webhooks_lag),
    ("crrc_webhooks_paused", "Webhooks in pause.", lambda one: one.endpoints_paused),
    ("crrc_incidents_open", "Incidents under way on the status page.", lambda one: one.incidents),
)


def _register() -> Iterator[Metric]:
    with Session(engine()) as session:
        edition = find_current_edition(session)
    age = GaugeMetricFamily("crrc_register_age_seconds", "Age of the national register in force.")
    if edition is not None:
        age.add_metric([], (clock.now() - edition.generated_at).total_seconds())
    yield age


def _backups() -> Iterator[Metric]:
    """Since the last one that was well made, read again, restored for a drill; nothing when none ever was."""
    age = GaugeMetricFamily("crrc_backup_age_seconds", "Since the last one without a fault.", labels=["sort"])
    size = GaugeMetricFamily("crrc_backup_bytes", "What the last one weighs.")
    with Session(engine()) as session:
        for sort in backup_run.SORTS:
            last = backup_run.newest(session, sort)
            if last is not None:
                age.add_metric([sort], (clock.now() - last.finished_at).total_seconds())
            if last is not None and sort == "backup":
                size.add_metric([], last.size_bytes)
    yield age
    yield size


READS: tuple[Read, ...] = (_ready, _web, _processes, _queue, _portals, _register, _backups)
