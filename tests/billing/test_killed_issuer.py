"""Two workers issue, and are killed again and again: no gap, no double, each document once."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import facturx
import pytest
from sqlalchemy import func, select

from billing.models import Invoice, InvoiceDocument, JournalEntry, Receivable
from billing.service.document import open_document
from billing.service.queueing import queue_drafts
from kit import queue
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.issuing import a_manager, rows_of, series_is_whole
from tests.billing.rows import a_customer, a_draft, an_issuer
from tests.kit.crew import Crew, crew

pytestmark = pytest.mark.slow
DRAFTS, KILLS = 60, 4


def left(tenant: Tenant) -> int:
    """Drafts that wait, and documents to make."""
    with transaction(system(tenant.id, "tests")) as tx:
        waiting = tx.session.scalar(select(func.count()).where(Invoice.state == "queued")) or 0
        return waiting + (tx.session.scalar(select(func.count()).where(InvoiceDocument.made_at.is_(None))) or 0)


def storm(tenant: Tenant, hands: Crew) -> None:
    """Work until nothing is left; whoever has just done something may be killed in the middle of the next."""
    hands.start("scheduler")
    workers, kills, before = [hands.start("worker") for _ in range(2)], 0, left(tenant)
    end = time.monotonic() + 240
    while now := left(tenant):
        assert time.monotonic() < end, f"{now} are left"
        time.sleep(random.uniform(0.05, 0.5))
        if kills < KILLS and before - now > 8:
            workers.pop(0).kill()
            workers.append(hands.start("worker"))
            kills, before = kills + 1, now
        for key in queue.redis().scan_iter("crrc:bell:errand-*"):
            queue.redis().delete(key)  # a bell that died with its worker is rung again at once
    assert kills > 1


@pytest.mark.usefixtures("own")
def test_workers_killed_in_the_middle_issue_each_once(make_tenant: Callable[[], Tenant], tmp_path: Path) -> None:
    tenant = make_tenant()
    queue.redis().flushdb()
    an_issuer(tenant)
    customer = a_customer(tenant)
    drafts = [a_draft(tenant, customer).id for _ in range(DRAFTS)]
    refused = a_draft(tenant, a_customer(tenant, siret="")).id
    queue_drafts(a_manager(tenant), [*drafts, refused])
    with crew(tmp_path, CRRC_SMTP_URL="null:") as hands:
        storm(tenant, hands)
    (count,) = series_is_whole(tenant).values()
    assert count == DRAFTS
    for table in (Receivable, InvoiceDocument, JournalEntry):
        assert len(rows_of(tenant, table)) == DRAFTS
    for topic in ("invoice.issue", "invoice.document"):
        told = rows_of(tenant, OutboxMessage, OutboxMessage.topic == topic)
        assert len(told) == len({one.subject_id for one in told}) == DRAFTS
    for invoice in rows_of(tenant, Invoice, Invoice.state == "issued"):
        file = open_document(a_manager(tenant), invoice.id, "pdf")
        assert str(invoice.number).encode() in facturx.get_xml_from_pdf(file.content, check_xsd=False)[1]
