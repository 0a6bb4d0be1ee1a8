"""The Factur-X of an issued invoice, read by whoever may."""

from dataclasses import dataclass
from uuid import UUID

from billing.models import Invoice, InvoiceDocument
from billing.permissions import PERMISSIONS
from billing.queries import invoice as invoices
from kit.actor import Actor
from kit.errors import Conflict
from kit.permissions import permit
from kit.storage import storage
from kit.transaction import transaction

TYPES = {"pdf": "application/pdf", "xml": "application/xml"}
NOT_MADE = "Le document se prépare\N{NO-BREAK SPACE}: revenez dans un instant."


@dataclass(frozen=True, slots=True)
class File:
    """A file to give: its content, name, type and SHA-256."""

    content: bytes
    name: str
    content_type: str
    sha256: str


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
    """The file (`kind` pdf or xml) kept under a SHA-256. Raises NotFound."""
    with storage().open(place(invoice.tenant_id, digest, kind)) as file:
        return file.read()


def place(tenant_id: UUID, digest: str, kind: str) -> str:
    """Where the storage keeps a file of an invoice."""
    return f"invoices/{tenant_id}/{digest[:2]}/{digest}.{kind}"
