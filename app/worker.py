"""The worker: RQ in one process, the application loaded once. Outlives Redis and PostgreSQL; ends when told to."""

import os
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

import structlog
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.worker import SimpleWorker

from app.heart import Heart, redis_fault, refuse_powerful_role
from app.subscriptions import SUBSCRIPTIONS
from app.tasks import tasks
from kit import queue
from kit.queue import SafeJob
from kit.redis_server import connect
from kit.relay import Subscriptions
from tenants.service.exporting import forget_drafts

NICER = 10  # on a machine that also answers people, they come first: what a worker does may come a little later
LONGEST_PAUSE = 5.0  # seconds between two attempts at a Redis that is away
log = structlog.get_logger("crrc.worker")


class PortalWorker(SimpleWorker):
    """RQ's worker in process, with our signals, our patience, and figures for the pulse."""

    max_connection_wait_time = LONGEST_PAUSE
    stop: threading.Event
    heart: Heart

    def subscribe(self) -> None:
        """Not: nobody commands a worker through Redis, and a listening thread less."""

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """Told to end: the running task finishes, hurrying if it is long; an idle worker ends at once."""
        if not self.stop.is_set():
            self.stop.set()
            super().request_stop(signum, frame)

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()
        if self.stop.is_set():  # told to end just before
            raise StopRequested

    def set_shutdown_requested_date(self) -> None:
        """Not: it would talk to Redis inside a signal handler, in the middle of whatever was being said."""

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        """Run a task, and count it."""
        self.heart.tell(task=job.func_name)
        done: bool = super().perform_job(job, queue, execution)
        self.heart.add("done" if done else "failed")
        self.heart.tell(task=None)
        return done


def run(subscriptions: Subscriptions = SUBSCRIPTIONS) -> None:
    """Work until SIGTERM or SIGINT. Never returns because a server is away: it tries again, and its pulse says so."""
    stop = threading.Event()
    with suppress(PermissionError):  # where the system says who comes first (infra/debian), it is not ours to say
        os.nice(NICER)
    SafeJob.tasks = tasks(subscriptions, stop.is_set)
    with Heart("worker", stop, redis_fault, done=0, failed=0, task=None) as heart:
        refuse_powerful_role(stop)
        forget_drafts()
        pause = 0.5
        while not stop.is_set():
            try:
                worker = _worker(stop, heart)
                worker.work(logging_level="ERROR")
                pause = 0.5
            except StopRequested:
                break
            except (RedisError, OSError) as error:
                log.warning("redis_away", error=str(error), again_in=pause)
            finally:
                heart.listen()  # RQ's own handlers would raise in the middle of our pause
            if stop.wait(pause):
                break
            pause = min(pause * 2, LONGEST_PAUSE)


def _worker(stop: threading.Event, heart: Heart) -> PortalWorker:
    # A pool of its own: RQ lengthens the time limits of the connection it waits on.
    connection: Any = connect(socket_connect_timeout=2, health_check_interval=30)
    own = Queue(queue.queue().name, connection=connection, serializer="json", job_class=SafeJob)
    worker = PortalWorker(
        [own],
        connection=connection,
        serializer="json",
        job_class=SafeJob,
        worker_ttl=60,
        maintenance_interval=30,
        log_job_description=False,
    )
    worker.stop, worker.heart = stop, heart
    return worker
