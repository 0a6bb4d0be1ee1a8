"""Entries of the journal: written in the transaction of the fact, numbered without gap within the year."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from billing.models import Issuer, JournalEntry, JournalLine, JournalSeries
from billing.rules.accounts import account
from billing.rules.journal import Side, balanced
from kit.errors import Conflict
from kit.transaction import Tx
from services_catalog.service.today import today

__all__ = ["Side", "post", "reverse"]


def post(
    tx: Tx,
    *,
    journal: str,
    on: date,
    piece: str,
    piece_on: date,
    wording: str,
    subject: str,
    subject_id: UUID,
    sides: Iterable[Side],
    about_id: UUID | None = None,
) -> JournalEntry:
    """Write the entry of a fact and return it: `subject` and `subject_id` say which, and have one entry at most.

    `about_id` is the payment, invoice or matching that the amounts are of, when the subject is something else.
    Call it last: it holds the journal's number until the commit. `on` is the day of the entry, its year the series; a
    day to come (a value date) is entered today, for an entry is validated when it is written.
    Raises ValueError when the sides do not balance, Conflict without an issuer, IntegrityError for a second entry of
    the same fact.
    """
    lines = _lines(tx, sides)
    entry = JournalEntry(
        journal=journal,
        entered_on=on,
        piece=_one_line(piece),
        piece_on=piece_on,
        wording=_one_line(wording),
        subject=subject,
        subject_id=subject_id,
        about_id=about_id or subject_id,
    )
    return _write(tx, entry, lines)


def reverse(
    tx: Tx, *, of: str, of_id: UUID, on: date, wording: str, subject: str, subject_id: UUID
) -> JournalEntry | None:
    """Write the entry that undoes the one of (`of`, `of_id`): the same accounts as they were, on the other sides.

    None when that fact has no entry. The rest as `post`.
    """
    first = tx.session.scalars(
        select(JournalEntry).where(
            JournalEntry.tenant_id == tx.tenant_id, JournalEntry.subject == of, JournalEntry.subject_id == of_id
        )
    ).one_or_none()
    if first is None:
        return None
    rows = tx.session.scalars(
        select(JournalLine)
        .where(JournalLine.tenant_id == tx.tenant_id, JournalLine.entry_id == first.id)
        .order_by(JournalLine.position)
    )
    lines = [
        {
            "account": row.account,
            "account_label": row.account_label,
            "customer_id": row.customer_id,
            "debit_cents": row.credit_cents,
            "credit_cents": row.debit_cents,
        }
        for row in rows
    ]
    entry = JournalEntry(
        journal=first.journal,
        entered_on=on,
        piece=first.piece,
        piece_on=first.piece_on,
        wording=_one_line(wording),
        subject=subject,
        subject_id=subject_id,
        about_id=first.about_id,
    )
    return _write(tx, entry, lines)


def _lines(tx: Tx, sides: Iterable[Side]) -> list[dict[str, Any]]:
    """The sides on the accounts of the day."""
    kept = balanced(sides)
    issuer = tx.session.get(Issuer, tx.tenant_id)
    if issuer is None:
        raise Conflict("Réglez d’abord l’identité de facturation de votre structure.")
    accounts = {side.account_key: account(issuer.accounts, side.account_key) for side in kept}
    return [
        {
            "account": accounts[side.account_key].number,
            "account_label": accounts[side.account_key].label,
            "customer_id": side.customer_id,
            "debit_cents": side.debit_cents,
            "credit_cents": side.credit_cents,
        }
        for side in kept
    ]


def _write(tx: Tx, entry: JournalEntry, lines: list[dict[str, Any]]) -> JournalEntry:
    entry.entered_on = min(entry.entered_on, today(tx))
    entry.year, entry.lines, entry.validated_at = entry.entered_on.year, len(lines), tx.now
    tx.session.flush()  # every other lock comes before the series'
    entry.number = _next_number(tx, entry.year)
    tx.add(entry)
    tx.session.flush()
    tx.session.execute(
        insert(JournalLine),
        [
            {"tenant_id": tx.tenant_id, "entry_id": entry.id, "position": position, **line}
            for position, line in enumerate(lines, start=1)
        ],
    )
    return entry


def _next_number(tx: Tx, year: int) -> int:
    following = (
        update(JournalSeries)
        .where(JournalSeries.tenant_id == tx.tenant_id, JournalSeries.year == year)
        .values(last_number=JournalSeries.last_number + 1)
        .returning(JournalSeries.last_number)
        .execution_options(synchronize_session=False)
    )
    number = tx.session.execute(following).scalar_one_or_none()
    if number is None:
        first = upsert(JournalSeries).values(tenant_id=tx.tenant_id, year=year, last_number=0)
        tx.session.execute(first.on_conflict_do_nothing())
        number = tx.session.execute(following).scalar_one()
    return number


def _one_line(text: str) -> str:
    return " ".join(text.split())
