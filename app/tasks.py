"""The tasks of the workers: the whole allow-list. Each says who listens for it in Redis, and none holds any truth."""

import re
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from app import errands
from kit import queue, relay
from kit.relay import Subscriptions
from notifications.jobs import mails as jobs

# Somebody else's turn after this long: other tenants, other news.
SENDING_SECONDS = 10.0
# A worker that dies while sending is replaced after this long; more than a run and one slow mail.
SENDER_QUIET = 30
# Between two attempts at a mail server that is away, for the whole installation: it is the same server.
SERVER_AWAY = "mail-server"
SERVER_AWAY_SECONDS = 30

Task = Callable[..., Any]


def tasks(subscriptions: Subscriptions, stopping: Callable[[], bool]) -> dict[str, Task]:
    """What a worker may run. `stopping`: it was asked to end, long tasks hurry."""

    def deliver_message(tenant_id: str, message_id: str, listener: str) -> bool:
        return relay.deliver(subscriptions, UUID(tenant_id), UUID(message_id), listener)

    def send_due_mails(tenant_id: str, sender: str) -> int:
        if queue.is_quiet(SERVER_AWAY):
            return 0
        end = time.monotonic() + SENDING_SECONDS
        done = jobs.send_due_mails(UUID(tenant_id), lambda: stopping() or time.monotonic() > end)
        if done.unreachable is not None:
            queue.hush(SERVER_AWAY, SERVER_AWAY_SECONDS)
        queue.hush(_sender_id(tenant_id, sender))
        return done.sent

    def run_errand(name: str, tenant_id: str, place: str) -> int:
        return errands.run_errand(name, tenant_id, place, stopping)

    return {"deliver_message": deliver_message, "send_due_mails": send_due_mails, "run_errand": run_errand}


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
