"""What is said of a transmission, written once; what it changes. Steps of whoever heard it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from billing.gateway.channel import Status
from billing.models import Transmission, TransmissionEvent
from billing.queries import transmission as queries
from billing.rules.portal_words import DEPOSITED, word
from billing.rules.routing import next_news
from billing.rules.states import TRANSMISSION
from kit.transaction import Tx


def note(tx: Tx, row: Transmission, status: str, detail: str = "", said_at: datetime | None = None) -> bool:
    """Write an event; False when it was written already. By whom, when a person says it."""
    said_at = said_at or tx.now
    known = {(one.status, one.said_at) for one in queries.list_events(tx.session, [row.id])[row.id]}
    if (status, said_at) in known:
        return False
    _write(tx, row, Status(status, detail, said_at))
    return True


def _write(tx: Tx, row: Transmission, said: Status) -> None:
    tx.add(
        TransmissionEvent(
            transmission_id=row.id,
            status=said.code,
            detail=said.detail,
            said_at=said.said_at,
            recorded_by=tx.actor.user_id,
            recorded_at=tx.now,
        )
    )
    tx.session.flush()


def mark_deposited(
    tx: Tx, row: Transmission, reference: str, status: str = DEPOSITED, at: datetime | None = None, detail: str = ""
) -> None:
    """The portal (or whoever deposited by hand) says it has the invoice, under this reference."""
    row.external_reference, row.deposited_at, row.begun_at = reference, at or tx.now, None
    row.attempts, row.last_error = 0, ""
    tx.advance(row, TRANSMISSION, "deposit", channel=row.channel)
    row.next_attempt_at = next_news(row.deposited_at, tx.now) if row.channel in ("chorus_pro", "platform") else None
    note(tx, row, status, detail or reference, at)


def hear(tx: Tx, row: Transmission, statuses: Iterable[Status]) -> None:
    """Write what a portal says, once each, and follow it: accepted, rejected with its motive, something to do there.

    A status without an instant is new when it differs from the last one that was heard.
    """
    known = queries.list_events(tx.session, [row.id])[row.id]
    seen, written = {one.status for one in known}, {(one.status, one.said_at) for one in known}
    is_over = False
    for status in statuses:
        means = word(status.code)
        is_over = is_over or means.is_last
        if (status.code, status.said_at) in written or (status.said_at is None and status.code in seen):
            continue
        _write(tx, row, replace(status, said_at=status.said_at or tx.now))
        seen.add(status.code)
        if status.said_at is not None:
            written.add((status.code, status.said_at))
        if means.move and TRANSMISSION.can(row.state, means.move):
            row.last_error = status.detail or means.label if means.move == "reject" else ""
            tx.advance(row, TRANSMISSION, means.move, status=status.code)
        if means.is_asking:
            tx.emit("transmission.ask", row.id, key=status.code)
    row.next_attempt_at = None if is_over else next_news(row.deposited_at or tx.now, tx.now)
