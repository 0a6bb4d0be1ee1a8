"""Many entries at once: what billing.service.journal does to one, done to ten thousand in a few statements."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from billing.models import JournalEntry, JournalLine, JournalSeries
from billing.rules.accounts import account
from billing.rules.journal import Side, balanced
from billing.service.issuer import issuer_of
from kit.db import uuid7
from kit.transaction import Tx
from services_catalog.service.today import today


@dataclass(frozen=True, slots=True)
class Entry:
    """The arguments of `post`."""

    journal: str
    on: date
    piece: str
    piece_on: date
    wording: str
    subject: str
    subject_id: UUID
    sides: tuple[Side, ...]


def post_all(tx: Tx, entries: Sequence[Entry]) -> None:
    """Write entries in their order, numbered without gap within each year. Call it last.

    A day to come is entered today, as `post` does.

    Raises ValueError when one does not balance, Conflict without an issuer.
    """
    if not entries:
        return
    accounts = issuer_of(tx).accounts
    latest = today(tx)
    kept = [(uuid7(), replace(one, on=min(one.on, latest)), balanced(one.sides)) for one in entries]
    tx.session.flush()  # every other lock comes before the series'
    numbers = _numbers(tx, [one.on.year for _, one, _ in kept])
    tx.session.execute(
        insert(JournalEntry),
        [
            {
                "tenant_id": tx.tenant_id,
                "id": entry_id,
                "year": one.on.year,
                "number": next(numbers[one.on.year]),
                "journal": one.journal,
                "entered_on": one.on,
                "piece": " ".join(one.piece.split()),
                "piece_on": one.piece_on,
                "wording": " ".join(one.wording.split()),
                "lines": len(sides),
                "subject": one.subject,
                "subject_id": one.subject_id,
                "about_id": one.subject_id,
                "validated_at": tx.now,
            }
            for entry_id, one, sides in kept
        ],
    )
    lines = [line for entry_id, _, sides in kept for line in _lines(tx, accounts, entry_id, sides)]
    tx.session.execute(insert(JournalLine), lines)


def _lines(tx: Tx, accounts: dict[str, Any], entry_id: UUID, sides: Sequence[Side]) -> Iterator[dict[str, Any]]:
    for position, side in enumerate(sides, start=1):
        of = account(accounts, side.account_key)
        yield {
            "tenant_id": tx.tenant_id,
            "entry_id": entry_id,
            "position": position,
            "account": of.number,
            "account_label": of.label,
            "customer_id": side.customer_id,
            "debit_cents": side.debit_cents,
            "credit_cents": side.credit_cents,
        }


def _numbers(tx: Tx, years: Sequence[int]) -> dict[int, Iterator[int]]:
    """The next numbers of each year, one per entry; years are locked in their order."""
    wanted: defaultdict[int, int] = defaultdict(int)
    for year in years:
        wanted[year] += 1
    found = {}
    for year, size in sorted(wanted.items()):
        first = upsert(JournalSeries).values(tenant_id=tx.tenant_id, year=year, last_number=0)
        tx.session.execute(first.on_conflict_do_nothing())
        last = tx.session.execute(
            update(JournalSeries)
            .where(JournalSeries.tenant_id == tx.tenant_id, JournalSeries.year == year)
            .values(last_number=JournalSeries.last_number + size)
            .returning(JournalSeries.last_number)
            .execution_options(synchronize_session=False)
        ).scalar_one()
        found[year] = iter(range(last - size + 1, last + 1))
    return found
