"""The Factur-X of an issued invoice: made once from its content, kept under its SHA-256, read ever after.

Who makes it says so first (an attempt and the hour of the next): killed meanwhile, another makes the same bytes later.
"""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog

from billing.gateway import pdf, xml
from billing.models import Invoice, InvoiceDocument
from billing.permissions import PERMISSIONS
from billing.queries import invoice as invoices
from billing.queries import issue_run as runs
from billing.rules.content import Content, read_content
from kit import signing
from kit.actor import Actor, system
from kit.errors import Conflict, CrrcError
from kit.permissions import permit
from kit.storage import storage
from kit.transaction import transaction

NAME = "documents"
TYPES = {"pdf": "application/pdf", "xml": "application/xml"}
# Longer than a document takes on a busy machine; then later and later, four times a day at last.
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
LONGEST_ERROR = 300
NOT_MADE = "Le document se prépare\N{NO-BREAK SPACE}: revenez dans un instant."
log = structlog.get_logger("crrc.billing")


@dataclass(frozen=True, slots=True)
class Made:
    """A document as bytes: the PDF, and the XML that it carries."""

    pdf: bytes
    xml: bytes


@dataclass(frozen=True, slots=True)
class File:
    """A file to give: its content, name, type and SHA-256."""

    content: bytes
    name: str
    content_type: str
    sha256: str


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


def open_document(actor: Actor, invoice_id: UUID, kind: str) -> File:
    """The document (`kind` pdf or xml) of an issued invoice, for whoever may read it. Raises NotFound, Conflict."""
    with transaction(actor) as tx:
        invoice = invoices.get_issued(tx.session, invoice_id)
        permit(PERMISSIONS, actor, "invoice.view", invoice)
        found = tx.session.get_one(InvoiceDocument, (tx.tenant_id, invoice.id))
        digest = found.sha256 if kind == "pdf" else found.xml_sha256
    if digest is None:
        raise Conflict(NOT_MADE)
    return File(read(invoice, digest, kind), f"{invoice.number}.{kind}", TYPES[kind], digest)


def read(invoice: Invoice, digest: str, kind: str) -> bytes:
    """The content kept under a SHA-256."""
    with storage().open(place(invoice.tenant_id, digest, kind)) as file:
        return file.read()


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
    with tempfile.NamedTemporaryFile(prefix="crrc-") as draft:
        draft.write(content)
        draft.flush()
        storage().keep(place(tenant_id, digest, kind), Path(draft.name))
    return digest


def place(tenant_id: UUID, digest: str, kind: str) -> str:
    """Where the storage keeps a file of an invoice."""
    return f"invoices/{tenant_id}/{digest[:2]}/{digest}.{kind}"
