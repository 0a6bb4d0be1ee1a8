"""Documents of issued invoices: made once from the content, the same bytes, later when they cannot be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta

import facturx
import pytest
from sqlalchemy.exc import IntegrityError

from billing.gateway.pdfa import problems
from billing.jobs.issuing import DOCUMENTS
from billing.models import Customer, Invoice, InvoiceDocument
from billing.rules.content import read_content
from billing.service.document import open_document, read
from billing.service.making import make, make_next
from kit import clock, signing
from kit.actor import anonymous, system
from kit.errors import Conflict, NotFound
from kit.outbox import OutboxMessage
from kit.storage import storage
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.issuing import NOON, a_manager, issue_all, issued, make_all, queued, rows_of
from tests.billing.rows import a_customer, a_draft, an_issuer, owned_by


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    an_issuer(tenant)
    return a_customer(tenant)


@pytest.fixture
def broken_storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A storage that this version does not know."""
    monkeypatch.setenv("CRRC_STORAGE_URL", "ftp://nowhere")
    from kit.settings import settings

    settings.cache_clear()
    storage.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    settings.cache_clear()
    storage.cache_clear()


def told(tenant: Tenant) -> int:
    return len(rows_of(tenant, OutboxMessage, OutboxMessage.topic == "invoice.document"))


def test_a_document_is_made_of_the_content_once(tenant: Tenant, customer: Customer) -> None:
    invoice = issued(tenant, customer)
    with clock.frozen(NOON):
        assert DOCUMENTS.wanted(tenant.id) == 1
        assert DOCUMENTS.run(tenant.id, lambda: False) == 1
    row = owned_by(tenant, InvoiceDocument, invoice.id)
    file = open_document(a_manager(tenant), invoice.id, "pdf")
    assert (signing.sha256(file.content), len(file.content)) == (row.sha256, row.size)
    assert (file.name, file.sha256) == ("F2026-000001.pdf", row.sha256)
    assert problems(file.content) == []
    xml = read(invoice, row.xml_sha256, "xml")
    assert facturx.get_xml_from_pdf(file.content, check_xsd=False)[1] == xml
    assert b"F2026-000001" in xml
    again = make(read_content(invoice.content or {}))
    assert (again.pdf, again.xml) == (file.content, xml)
    assert (make_next(tenant.id), told(tenant), DOCUMENTS.wanted(tenant.id)) == (False, 1, 0)


def test_until_it_is_made_it_cannot_be_read(tenant: Tenant, customer: Customer) -> None:
    invoice, draft = issued(tenant, customer), a_draft(tenant, customer)
    with pytest.raises(Conflict, match="se prépare"):
        open_document(a_manager(tenant), invoice.id, "pdf")
    with pytest.raises(NotFound):
        open_document(anonymous(tenant.id), invoice.id, "pdf")
    with pytest.raises(NotFound):
        open_document(a_manager(tenant), draft.id, "pdf")


@pytest.mark.usefixtures("broken_storage")
def test_what_cannot_be_made_is_tried_later_and_later_and_says_why(
    tenant: Tenant, customer: Customer, broken_storage: pytest.MonkeyPatch
) -> None:
    invoice = issued(tenant, customer)
    pauses, at = [], NOON
    for _ in range(12):
        with clock.frozen(at):
            assert (make_next(tenant.id), make_next(tenant.id)) == (True, False), "not again before its hour"
        row = owned_by(tenant, InvoiceDocument, invoice.id)
        assert "CRRC_STORAGE_URL" in row.last_error
        pauses.append(row.next_attempt_at - at)
        at = row.next_attempt_at
    assert pauses[0] == timedelta(seconds=20)
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=6)
    broken_storage.undo()
    from kit.settings import settings

    settings.cache_clear()
    storage.cache_clear()
    with clock.frozen(at):
        assert make_next(tenant.id)
    row = owned_by(tenant, InvoiceDocument, invoice.id)
    assert (row.last_error, row.attempts, told(tenant)) == ("", 13, 1)


def test_a_maker_that_dies_is_replaced(tenant: Tenant, customer: Customer) -> None:
    """Killed after it said it would: nothing is kept, and the next one makes it soon after."""
    from billing.service import making

    invoice = issued(tenant, customer)
    with clock.frozen(NOON):
        assert making._claim(tenant.id) is not None
        assert make_next(tenant.id) is False
    with clock.frozen(NOON + timedelta(minutes=2)):
        assert make_next(tenant.id) is True
    assert owned_by(tenant, InvoiceDocument, invoice.id).made_at is not None


def test_makers_at_once_make_each_document_once(tenant: Tenant, customer: Customer) -> None:
    queued(tenant, customer, 6)
    assert issue_all(tenant) == ["issued"] * 6
    with ThreadPoolExecutor(3) as pool:
        made = [one.result() for one in [pool.submit(copy_context().run, make_all, tenant) for _ in range(3)]]
    assert sum(made) == 6
    assert told(tenant) == 6
    assert all(one.attempts == 1 for one in rows_of(tenant, InvoiceDocument))


def test_what_is_made_never_changes(tenant: Tenant, customer: Customer) -> None:
    invoice = issued(tenant, customer)
    assert make_all(tenant) == 1
    with pytest.raises(IntegrityError, match="never changes"), transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(InvoiceDocument, (tenant.id, invoice.id)).sha256 = "0" * 64
    assert owned_by(tenant, Invoice, invoice.id).state == "issued"
