"""The next number of the year's series: without gap, without double, never back in time."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from billing.models import InvoiceSeries
from kit.errors import Conflict
from kit.french import day
from kit.transaction import Tx


class ClockBehind(Conflict):
    """Numbers were taken on a later day: today's would not follow them."""

    def __init__(self, on: date, last: date) -> None:
        super().__init__(
            f"La date du serveur ({day(on)}) précède celle de la dernière facture ({day(last)}). "
            "L’émission attend que l’horloge soit remise à l’heure."
        )


def next_rank(tx: Tx, on: date) -> int:
    """Take the next rank of the year of `on`; the series stays locked until the commit, so call it as late as can be.

    Raises ClockBehind when a later day has had a number, in this year's series or in a later one.
    """
    series = _locked(tx, on.year)
    if series is None:
        first = insert(InvoiceSeries).values(tenant_id=tx.tenant_id, year=on.year, last_number=0)
        tx.session.execute(first.on_conflict_do_nothing())
        series = _locked(tx, on.year)
        assert series is not None  # noqa: S101 - just inserted, by us or by another
    check_clock(tx, on)
    series.last_number += 1
    series.last_issued_on = on
    tx.session.flush()  # the invoice that takes the number comes after it
    return series.last_number


def check_clock(tx: Tx, on: date) -> None:
    """Raises ClockBehind when a number was taken on a day after `on`."""
    last = tx.session.scalar(select(func.max(InvoiceSeries.last_issued_on)))
    if last is not None and last > on:
        raise ClockBehind(on, last)


def _locked(tx: Tx, year: int) -> InvoiceSeries | None:
    query = select(InvoiceSeries).where(InvoiceSeries.tenant_id == tx.tenant_id, InvoiceSeries.year == year)
    return tx.session.scalar(query.with_for_update().execution_options(populate_existing=True))
