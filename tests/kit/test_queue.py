"""The queue: nothing runs but what is listed, repeats do not lengthen it, what failed comes back."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from rq.job import Job, JobStatus
from rq.registry import FailedJobRegistry, ScheduledJobRegistry
from rq.worker import SimpleWorker
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from kit import queue
from kit.actor import operator
from kit.queue import SafeJob
from kit.transaction import transaction

ran: list[str] = []


def fail(what: str) -> None:
    """A task that fails the first time."""
    ran.append(what)
    if len(ran) == 1:
        raise RuntimeError("not yet")


@pytest.fixture
def tasks(database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty Redis and two tasks."""
    queue.redis().flushdb()
    ran.clear()
    monkeypatch.setattr(SafeJob, "tasks", {"note": ran.append, "fail": fail})
    yield
    queue.redis().flushdb()


def work() -> None:
    """Run what waits."""
    connection = queue.redis()
    SimpleWorker([queue.queue()], connection=connection, serializer="json", job_class=SafeJob).work(
        burst=True, logging_level="CRITICAL"
    )


@pytest.mark.usefixtures("tasks")
def test_only_listed_tasks_run() -> None:
    """JSON does not stop `os.system`: the allow-list does."""
    queue.queue().enqueue("os.system", "touch /tmp/owned", job_id="bad")
    queue.enqueue("note", "a", job_id="good")
    work()
    assert ran == ["a"]
    assert Job.fetch("bad", queue.redis(), serializer="json").get_status() is JobStatus.FAILED
    with pytest.raises(PermissionError, match=r"os\.system"):
        _ = SafeJob.fetch("bad", queue.redis(), serializer="json").func


@pytest.mark.usefixtures("tasks")
def test_a_repeat_does_not_lengthen_the_queue() -> None:
    """A bell rung again while the job waits is the same bell; once it has run, it is rung anew."""
    assert [queue.enqueue("note", "a", job_id="one") for _ in range(3)] == [True, False, False]
    assert len(queue.queue()) == 1
    work()
    assert queue.enqueue("note", "b", job_id="one") is True
    work()
    assert ran == ["a", "b"]


@pytest.mark.usefixtures("tasks")
def test_what_failed_comes_back() -> None:
    """RQ wants a scheduler's process for its pauses; our ticker does without."""
    queue.enqueue("fail", "a", job_id="one")
    work()
    retries = ScheduledJobRegistry(queue=queue.queue(), job_class=SafeJob)
    assert retries.get_job_ids() == ["one"]
    assert queue.requeue_retries() == 0
    queue.redis().zadd(retries.key, {"one": 1})
    assert queue.requeue_retries() == 1
    work()
    assert ran == ["a", "a"]
    assert FailedJobRegistry(queue=queue.queue()).get_job_ids() == []


@pytest.mark.usefixtures("tasks")
def test_a_bell_is_quiet_until_it_is_hushed() -> None:
    """One sender per slot, until it says it has finished or has been silent for too long."""
    assert queue.ring("note", "a", job_id="bell", quiet=30) is True
    work()
    assert queue.ring("note", "b", job_id="bell", quiet=30) is False
    assert queue.is_quiet("bell")
    queue.hush("bell")
    assert queue.ring("note", "c", job_id="bell", quiet=30) is True
    queue.hush("bell", 30)
    assert queue.ring("note", "d", job_id="bell", quiet=30) is False
    work()
    assert ran == ["a", "c"]


ADDRESS = "marquee.dans.redis@marque.test"


def repeat_a_row(name: str) -> None:
    """A task whose fault carries what somebody wrote: PostgreSQL's « DETAIL:  Key (…)=(…) already exists »."""
    ran.append(name)
    with transaction(operator("tests")) as tx:
        for _ in range(2):
            tx.session.execute(text("create temp table if not exists seen (address text primary key)"))
            tx.session.execute(text("insert into seen values (:address)"), {"address": ADDRESS})


@pytest.mark.usefixtures("tasks")
def test_what_people_wrote_does_not_stay_in_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that fails for good is kept a day, with the kind of its fault; one that succeeds leaves nothing at all."""
    with pytest.raises(IntegrityError, match=ADDRESS):
        repeat_a_row("here")
    monkeypatch.setitem(SafeJob.tasks, "repeat_a_row", repeat_a_row)
    queue.enqueue("repeat_a_row", "there", job_id="bad")
    retries = ScheduledJobRegistry(queue=queue.queue(), job_class=SafeJob)
    for _ in range(4):
        work()
        if retries.get_job_ids():
            queue.redis().zadd(retries.key, {"bad": 1})
            queue.requeue_retries()
    assert ran == ["here", *["there"] * 4]
    job = SafeJob.fetch("bad", queue.redis(), serializer="json")
    result = job.latest_result()
    assert result is not None
    assert (job.get_status(), result.exc_string) == (JobStatus.FAILED, "IntegrityError")
    queue.enqueue("note", "a", job_id="good")
    work()
    assert [key for key in queue.redis().scan_iter() if b"good" in key] == []


def test_the_queue_does_not_need_pickle() -> None:
    """No process of ours reads a pickle from Redis."""
    source = "import kit.queue as q; print(q.queue().serializer.__name__)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)
    assert "JSON" in done.stdout, done.stderr
