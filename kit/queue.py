"""The queue: RQ with a JSON serializer, an allow-list of tasks and retries. Losing Redis loses nothing."""

import sys
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from redis import Redis
from rq import Queue, Retry
from rq.job import Job
from rq.registry import ScheduledJobRegistry, clean_registries

from kit.redis_server import connect

RETRY_AFTER_SECONDS = [2, 10, 30]


class SafeJob(Job):
    """A job that only runs what the application lists: JSON alone would not stop `os.system`."""

    tasks: ClassVar[dict[str, Callable[..., Any]]] = {}

    @property
    def func(self) -> Callable[..., Any]:
        """The task. Raises PermissionError for anything that is not listed."""
        if self.func_name not in self.tasks:
            raise PermissionError(f"{self.func_name} is not a task of this application.")
        return self.tasks[self.func_name]

    def _handle_failure(self, exc_string: str, *where: Any, **when: Any) -> None:
        """Redis keeps the kind of fault alone: its words may be people's (a row that PostgreSQL repeats, an address
        that a server refused), and the log has them, cleaned, under the job's name."""
        kind = sys.exc_info()[0]
        super()._handle_failure(kind.__qualname__ if kind else exc_string, *where, **when)


@cache
def redis() -> Redis:
    """The process's connection pool to Redis."""
    return connect(socket_timeout=5, socket_connect_timeout=2, health_check_interval=30)


@cache
def queue() -> Queue:
    """The one queue: tasks are short, and fairness belongs to whoever enqueues."""
    return Queue("crrc", connection=redis(), serializer="json", job_class=SafeJob, default_timeout=120)


def enqueue(task: str, *args: str, job_id: str) -> bool:
    """Ring the bell: run `task` soon. Returns False when that job is waiting its turn already.

    `job_id` is deterministic ([A-Za-z0-9_-]): a repeat replaces a job that has run, and never lengthens the queue.
    """
    if redis().hget(Job.key_for(job_id), "status") == b"queued" and redis().lpos(queue().key, job_id) is not None:
        return False  # the status alone would lie when a worker died with the job in its hand
    queue().enqueue(
        task, *args, job_id=job_id, retry=Retry(max=3, interval=RETRY_AFTER_SECONDS), result_ttl=0, failure_ttl=86400
    )
    return True


def ring(task: str, *args: str, job_id: str, quiet: int) -> bool:
    """Enqueue, unless that was done in the last `quiet` seconds and the task has not called `hush` since."""
    return take(job_id, quiet) and enqueue(task, *args, job_id=job_id)


def hush(job_id: str, seconds: int = 0) -> None:
    """Let `ring` ring again for this job: now, or in `seconds`."""
    bell = f"crrc:bell:{job_id}"
    redis().set(bell, 1, ex=seconds) if seconds else redis().delete(bell)


def take(name: str, seconds: int) -> bool:
    """Be the only one to do something for so long, or until `hush(name)`. False when somebody else does it."""
    return bool(redis().set(f"crrc:bell:{name}", 1, nx=True, ex=seconds))


def is_quiet(job_id: str) -> bool:
    """Whether `ring` would not ring for this job."""
    return bool(redis().exists(f"crrc:bell:{job_id}"))


def requeue_retries() -> int:
    """Put the failed jobs whose pause is over back into the queue; returns how many. RQ wants a process for that."""
    retries = ScheduledJobRegistry(queue=queue(), job_class=SafeJob)  # type: ignore[no-untyped-call]
    count = 0
    for job_id in retries.get_jobs_to_schedule():
        if not redis().zrem(retries.key, job_id):
            continue  # another ticker has just done it
        job = queue().fetch_job(job_id)
        if job is not None:
            queue().enqueue_job(job)
            count += 1
    return count


def clean() -> int:
    """Notice the jobs whose worker died, which RQ then runs again; returns how many jobs are being run."""
    clean_registries(queue())
    return int(queue().started_job_registry.get_job_count(cleanup=False))
