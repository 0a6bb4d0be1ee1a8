"""Where tests of issuing begin: an issuer, drafts that wait, and what the series has given."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from billing.models import Customer, Invoice, InvoiceLine, InvoiceSeries, IssueRun
from billing.queries import invoice as invoices
from billing.service.issuing import issue_next
from billing.service.making import make_next
from kit import clock
from kit.actor import Actor, system
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_draft, owned_by

NOON = datetime(2026, 12, 10, 11, tzinfo=UTC)


def rows_of(tenant: Tenant, table: Any, *conditions: Any) -> list[Any]:
    """Rows of the tenant."""
    with transaction(system(tenant.id, "tests")) as tx:
        return list(tx.session.scalars(select(table).where(*conditions)))


def a_manager(tenant: Tenant) -> Actor:
    """Somebody of the GRADeS who has no account: for commands."""
    return Actor("person", tenant.id, name="Gestion", roles=frozenset({"grades_manager"}))


def queued(tenant: Tenant, customer: Customer, count: int = 1, **columns: Any) -> list[Invoice]:
    """Drafts that wait for their number."""
    return [a_draft(tenant, customer, state="queued", **columns) for _ in range(count)]


def a_run(tenant: Tenant) -> IssueRun:
    """A run, whose drafts have gone elsewhere."""
    with transaction(system(tenant.id, "tests")) as tx:
        run: IssueRun = tx.add(IssueRun(total=1, asked_at=tx.now))
    return run


def issue_all(tenant: Tenant, at: datetime = NOON) -> list[str]:
    """Issue whatever waits, at one instant; what happened to each."""
    found = []
    with clock.frozen(at):
        while (outcome := issue_next(tenant.id)) not in ("nothing", "behind"):
            found.append(outcome)
    return [*found, outcome] if outcome == "behind" else found


def issued(tenant: Tenant, customer: Customer, *totals: int, at: datetime = NOON, **columns: Any) -> Invoice:
    """An invoice issued by the errand itself."""
    draft = a_draft(tenant, customer, *totals, state="queued", **columns)
    assert issue_all(tenant, at) == ["issued"]
    found: Invoice = owned_by(tenant, Invoice, draft.id)
    return found


def make_all(tenant: Tenant, at: datetime = NOON) -> int:
    """Make every document that is due; returns how many."""
    made = 0
    with clock.frozen(at):
        while make_next(tenant.id):
            made += 1
    return made


def lines(tenant: Tenant, invoice_id: UUID) -> list[InvoiceLine]:
    """The lines of an invoice."""
    with transaction(system(tenant.id, "tests")) as tx:
        return list(invoices.lines_of(tx.session, invoice_id))


def series_is_whole(tenant: Tenant) -> dict[int, int]:
    """Assert that each series gave 1..n, each to one invoice; returns n by year."""
    given: dict[int, list[int]] = {}
    for invoice in rows_of(tenant, Invoice, Invoice.state == "issued"):
        assert invoice.series_year is not None
        assert invoice.series_number is not None
        given.setdefault(invoice.series_year, []).append(invoice.series_number)
    last = {row.year: row.last_number for row in rows_of(tenant, InvoiceSeries)}
    for year, numbers in given.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), f"{year}: a gap or a double"
        assert last[year] == len(numbers)
    return {year: len(numbers) for year, numbers in sorted(given.items())}
