"""Listeners of tests: what they do is seen in the audit log."""

import os
from pathlib import Path

from sqlalchemy import select

from kit.audit import AuditLine
from kit.outbox import OutboxMessage
from kit.relay import Subscriptions
from kit.transaction import Tx


def note(tx: Tx, message: OutboxMessage) -> None:
    """Write that it was done: an effect in the database."""
    tx.audit("test.done", message.subject_id, key=message.key)


def note_too(tx: Tx, message: OutboxMessage) -> None:
    """A second listener."""
    tx.audit("test.done_too", message.subject_id, key=message.key)


def stumble(tx: Tx, message: OutboxMessage) -> None:
    """Fail after having written, as many times as the message's key says."""
    tx.audit("test.done", message.subject_id, key=message.key)
    tx.session.flush()
    tries = Path(os.environ["TEST_FOLDER"]) / f"tries-{message.id}"
    with tries.open("a") as file:
        file.write("x")
    if tries.stat().st_size <= int(message.key):
        raise RuntimeError("not yet")


LISTENERS: Subscriptions = {
    "test.one": [note],
    "test.two": [note, note_too],
    "test.stumble": [stumble],
    "test.deadline": [note],
}


def done(tx: Tx, action: str = "test.done") -> list[str]:
    """The keys of the messages that were done in the transaction's tenant, in order."""
    lines = select(AuditLine.facts["key"].astext).where(AuditLine.action == action).order_by(AuditLine.id)
    return list(tx.session.scalars(lines))
