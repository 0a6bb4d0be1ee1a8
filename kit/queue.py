"""The queue: RQ with a JSON serializer, an allow-list of tasks and retries. Losing Redis loses nothing."""

from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from redis import Redis
from rq import Queue, Retry
from rq.job import Job

from kit import servers

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


@cache
def redis() -> "Redis[bytes]":
    """The process's connection pool to Redis."""
    return Redis.from_url(servers.redis_url(), socket_timeout=5, socket_connect_timeout=2, health_check_interval=30)


@cache
def queue() -> Queue:
    """The one queue: tasks are short, and fairness belongs to whoever enqueues."""
    return Queue("crrc", connection=redis(), serializer="json", job_class=SafeJob, default_timeout=120)


def enqueue(task: str, *args: str, job_id: str) -> None:
    """Ring the bell: run `task` soon. `job_id` is deterministic ([A-Za-z0-9_-]), so that a repeat replaces itself."""
    queue().enqueue(
        task, *args, job_id=job_id, retry=Retry(max=3, interval=RETRY_AFTER_SECONDS), result_ttl=60, failure_ttl=86400
    )
