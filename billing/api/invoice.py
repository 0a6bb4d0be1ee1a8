"""Issued invoices, for programs: read, downloaded, credited."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from billing.schemas import invoice as schemas
from billing.service import credit as credits
from billing.service import draft as drafts
from billing.service import invoice_page as service
from billing.service.document import open_document
from kit.download import attachment
from kit.errors import Invalid
from kit.web import actor, permission

blueprint = Blueprint("invoice_api", __name__, description="Factures et avoirs")


@blueprint.get("/invoices")
@permission("invoice.view")
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.InvoicesView)
def list_invoices(query: dict[str, Any]) -> dict[str, Any]:
    """List one's invoices, everybody's for the GRADeS; the last made first."""
    rows, following = service.page_of_invoices(actor(), query["after"], query["limit"])
    names = ("invoice", "customer", "receivable", "document")
    return {"items": [dict(zip(names, row, strict=True)) for row in rows], "next": following}


@blueprint.get("/invoices/<uuid:invoice_id>")
@permission("invoice.view")
@blueprint.response(200, schemas.WholeInvoiceView)
def view_invoice(invoice_id: UUID) -> Any:
    """Read an issued invoice."""
    return service.view_invoice(actor(), invoice_id)


@blueprint.get("/invoices/<uuid:invoice_id>/document")
@permission("invoice.view")
@blueprint.arguments(schemas.DocumentQuery, location="query")
@blueprint.response(200, content_type="application/pdf")
def download_document(query: dict[str, Any], invoice_id: UUID) -> Response:
    """Download the Factur-X of an invoice, or the XML that it carries."""
    file = open_document(actor(), invoice_id, query["format"])
    return attachment(file.content, file.content_type, file.name, file.sha256)


@blueprint.post("/invoices/<uuid:invoice_id>/credit")
@permission("invoice.credit")
@blueprint.arguments(schemas.CreditInvoice)
@blueprint.response(201, schemas.DraftView)
def credit_invoice(body: dict[str, Any], invoice_id: UUID) -> Any:
    """Make the draft of a credit note, never above what is left of each line."""
    sent = body["amounts"]
    amounts = None if sent is None else {one["line_id"]: one["total_cents"] for one in sent}
    if sent is not None and amounts is not None and len(amounts) < len(sent):
        credits.view_left(actor(), invoice_id)
        fault = "Une ligne est citée deux fois."
        raise Invalid(fault, {"amounts": fault})
    note = credits.credit(actor(), invoice_id, amounts, body["reason"])
    return drafts.view_draft(actor(), note.id)


@blueprint.post("/invoices/<uuid:invoice_id>/correct")
@permission("invoice.correct")
@blueprint.arguments(schemas.Reason)
@blueprint.response(201, schemas.CorrectionView)
def correct_invoice(body: dict[str, Any], invoice_id: UUID) -> dict[str, UUID]:
    """Make the drafts of a credit note and of the invoice that replaces this one."""
    note, corrected = credits.correct(actor(), invoice_id, body["reason"])
    return {"credit_note_id": note.id, "corrected_id": corrected.id}
