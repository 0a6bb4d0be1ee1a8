"""Making the Factur-X of an issued invoice, once, from its content; kept under its SHA-256.

Who makes it says so first (an attempt, and the hour of the next): killed meanwhile, another makes the same bytes later.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog

from billing.gateway import pdf, xml
from billing.models import InvoiceDocument
from billing.queries import invoice as invoices
from billing.queries import issue_run as runs
from billing.rules.content import Content, read_content
from billing.service.document import place
from kit import signing
from kit.actor import system
from kit.errors import CrrcError
from kit.storage import keep_bytes
from kit.transaction import transaction

NAME = "documents"
# Longer than a document takes on a busy machine; then later and later, four times a day at last.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=20), timedelta(hours=6)
LONGEST_ERROR = 300
log = structlog.get_logger("crrc.billing")


@dataclass(frozen=True, slots=True)
class Made:
    """A document as bytes: the PDF, and the XML that it carries."""

    pdf: bytes
    xml: bytes


def make_next(tenant_id: UUID) -> bool:
    """Make the document that has been due for longest; False when none is. One that fails is tried again later."""
    claimed = _claim(tenant_id)
    if claimed is None:
        return False
    invoice_id, content = claimed
    try:
        made = make(content)
        names = keep(tenant_id, made)
    except Exception as error:
        log.exception("document_failed", invoice_id=str(invoice_id))
        _say_failure(tenant_id, invoice_id, error)
        return True
    _fill(tenant_id, invoice_id, made, names)
    return True


def make(content: Content) -> Made:
    """The document of a content: the same content gives the same bytes."""
    machine_readable = xml.cii(content)
    return Made(pdf.document(content, machine_readable), machine_readable)


def keep(tenant_id: UUID, made: Made) -> tuple[str, str]:
    """Keep both files; returns the SHA-256 of the PDF and of the XML."""
    return _keep(tenant_id, made.pdf, "pdf"), _keep(tenant_id, made.xml, "xml")


def _claim(tenant_id: UUID) -> tuple[UUID, Content] | None:
    with transaction(system(tenant_id, NAME)) as tx:
        due = runs.take_document(tx.session, tx.now)
        if due is None:
            return None
        due.next_attempt_at = tx.now + min(FIRST_PAUSE * 2 ** min(due.attempts, 12), LONGEST_PAUSE)
        due.attempts += 1
        content = invoices.get_invoice(tx.session, due.invoice_id).content
        assert content is not None  # noqa: S101 - the database's law on what is issued
        return due.invoice_id, read_content(content)


def _fill(tenant_id: UUID, invoice_id: UUID, made: Made, names: tuple[str, str]) -> None:
    with transaction(system(tenant_id, NAME)) as tx:
        row = tx.session.get_one(InvoiceDocument, (tenant_id, invoice_id), with_for_update=True)
        if row.made_at is not None:
            return  # another was faster: the same bytes
        row.made_at, row.size, row.last_error = tx.now, len(made.pdf), ""
        row.sha256, row.xml_sha256 = names
        tx.emit("invoice.document", invoice_id)


def _say_failure(tenant_id: UUID, invoice_id: UUID, error: Exception) -> None:
    said = error.sentence if isinstance(error, CrrcError) else f"{type(error).__name__}: {error}"
    with transaction(system(tenant_id, NAME)) as tx:
        row = tx.session.get_one(InvoiceDocument, (tenant_id, invoice_id), with_for_update=True)
        if row.made_at is None:
            row.last_error = " ".join(said.split())[:LONGEST_ERROR]


def _keep(tenant_id: UUID, content: bytes, kind: str) -> str:
    digest = signing.sha256(content)
    keep_bytes(place(tenant_id, digest, kind), content)
    return digest
