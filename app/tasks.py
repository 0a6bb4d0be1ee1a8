"""The tasks of the workers: the whole allow-list. Each says who listens for it in Redis, and none holds any truth."""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from rq.timeouts import JobTimeoutException

from app import errands
from app.watching.traces import traced
from kit import queue, relay
from kit.relay import Subscriptions
from notifications.jobs import mails as jobs
from tenants.service.portal import is_suspended

# Somebody else's turn after this long: other tenants, other news.
SENDING_SECONDS = 10.0
# A worker that dies while sending is replaced after this long; more than a run and one slow mail.
SENDER_QUIET = 30
# The mail server is the same for the whole installation. Between two attempts at one that is away, thirty seconds, and
# ten times what the attempt cost: a server that hangs takes a worker's time, one that refuses takes none.
SERVER_AWAY = "mail-server"
SERVER_AWAY_SECONDS, LONGEST_AWAY = 30, 120
# While it has not answered lately, one worker asks and the others do what else there is: else all of them would wait
# for a server that hangs. More than the longest task.
SERVER_ANSWERS, SERVER_ASKED = "mail-server-answers", "mail-server-asked"
ANSWERS_SECONDS, ASKED_SECONDS = 60, 130

Task = Callable[..., Any]


def tasks(subscriptions: Subscriptions, stopping: Callable[[], bool]) -> dict[str, Task]:
    """What a worker may run. `stopping`: it was asked to end, long tasks hurry."""

    def deliver_message(tenant_id: str, message_id: str, listener: str) -> bool:
        return relay.deliver(subscriptions, UUID(tenant_id), UUID(message_id), listener)

    def send_due_mails(tenant_id: str, sender: str) -> int:
        if queue.is_quiet(SERVER_AWAY):
            return 0
        asks = not queue.is_quiet(SERVER_ANSWERS)
        if asks and not queue.take(SERVER_ASKED, ASKED_SECONDS):
            queue.hush(_sender_id(tenant_id, sender), 1)
            return 0
        return _send(UUID(tenant_id), sender, asks, stopping)

    def run_errand(name: str, tenant_id: str, place: str) -> int:
        return errands.run_errand(name, tenant_id, place, stopping)

    listed: dict[str, Task] = {
        "deliver_message": deliver_message,
        "send_due_mails": send_due_mails,
        "run_errand": run_errand,
    }
    return {name: traced(name, task) for name, task in listed.items()}


def _send(tenant_id: UUID, sender: str, asks: bool, stopping: Callable[[], bool]) -> int:
    begun = time.monotonic()
    end = begun + SENDING_SECONDS

    def answers() -> None:
        queue.hush(SERVER_ANSWERS, ANSWERS_SECONDS)

    try:
        done = jobs.send_due_mails(
            tenant_id, lambda: stopping() or time.monotonic() > end or is_suspended(tenant_id), answers
        )
    except JobTimeoutException:  # it says a word now and then, and never an answer
        _leave_server_alone(time.monotonic() - begun)
        raise
    finally:
        if asks:
            queue.hush(SERVER_ASKED)
    if done.unreachable is not None:
        _leave_server_alone(time.monotonic() - begun)
    queue.hush(_sender_id(tenant_id, sender))
    return done.sent


def _leave_server_alone(cost: float) -> None:
    """For a while, according to the seconds that the last attempt took."""
    queue.hush(SERVER_AWAY, min(LONGEST_AWAY, max(SERVER_AWAY_SECONDS, 10 * int(cost))))
    queue.hush(SERVER_ANSWERS)


def ring_delivery(tenant_id: UUID, message_id: UUID, listener: str) -> None:
    """Let a worker deliver a message to a listener."""
    job_id = f"deliver-{message_id}-{re.sub('[^A-Za-z0-9_]', '-', listener)}"
    queue.enqueue("deliver_message", str(tenant_id), str(message_id), listener, job_id=job_id)


def ring_senders(tenant_id: UUID) -> int:
    """Let as many workers as useful send the tenant's due mails; returns how many were called."""
    senders = map(str, range(jobs.count_senders(tenant_id)))
    return sum(
        queue.ring("send_due_mails", str(tenant_id), sender, job_id=_sender_id(tenant_id, sender), quiet=SENDER_QUIET)
        for sender in senders
    )


def _sender_id(tenant_id: UUID | str, sender: str) -> str:
    return f"mails-{tenant_id}-{sender}"
