"""The page of an issued invoice, for its customer and for the GRADeS; its document."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from billing.models import Invoice
from billing.permissions import PERMISSIONS
from billing.rules.content import Content, Line
from billing.rules.states import INVOICE_LABELS
from billing.rules.vat import Regime
from billing.service import invoice_page
from billing.service.document import open_document
from billing.service.invoice_page import InvoicePage
from billing.web import contest, dunning, pay, payments, transmissions
from billing.web.invoice_words import UNITS, draft_tag, standing
from kit.download import attachment
from kit.errors import NotFound
from kit.french import siret
from kit.permissions import allows
from kit.web import actor, page, permission

blueprint = Blueprint("invoices", __name__)
# What others say of an invoice: the variable that the template of each reads, and who fills it.
BLOCKS: Mapping[str, Callable[[Invoice], dict[str, Any]]] = {
    "contest": contest.block,
    "payments": payments.block,
    "pay": pay.block,
    "sending": transmissions.block,
    "dunning": dunning.block,
}


@blueprint.get("/invoices/<uuid:invoice_id>")
@permission("invoice.view")
def view_invoice(invoice_id: UUID) -> Response:
    """An issued invoice; the GRADeS is led to the draft while it is one."""
    try:
        found = invoice_page.view_invoice(actor(), invoice_id)
    except NotFound:
        if invoice_page.is_draft(actor(), invoice_id):
            return redirect(url_for("drafts.view_draft", invoice_id=invoice_id), 303)
        raise
    content = found.content
    blocks: dict[str, Any] = {name: block(found.invoice) for name, block in BLOCKS.items()}
    return page(
        "billing/invoice.html",
        found=found,
        invoice=found.invoice,
        content=content,
        label=INVOICE_LABELS[found.invoice.kind],
        standing=_standing(found),
        lines=[_line(line) for line in content.lines],
        vat=[{"words": _vat(one), "net": one.net_cents, "vat": one.vat_cents} for one in content.vat],
        rows=_rows(found),
        iban=" ".join(content.iban[at : at + 4] for at in range(0, len(content.iban), 4)),
        following=[_following(one) for one in found.following],
        **blocks,
    )


def _standing(found: InvoicePage) -> tuple[str, str, str]:
    """As the list that leads here says it: whoever pays reads « réglée »; the GRADeS, « soldée », by a loss too."""
    shown = standing(found.receivable, found.on)
    if found.receivable.open_cents or found.receivable.is_credit or allows(PERMISSIONS, actor(), "invoice.list"):
        return shown
    return ("Réglée", *shown[1:])


@blueprint.get("/invoices/<uuid:invoice_id>.pdf")
@permission("invoice.view")
def download(invoice_id: UUID) -> Response:
    """Its Factur-X."""
    return _file(invoice_id, "pdf")


@blueprint.get("/invoices/<uuid:invoice_id>.xml")
@permission("invoice.view")
def download_xml(invoice_id: UUID) -> Response:
    """The XML that its Factur-X carries."""
    return _file(invoice_id, "xml")


def _file(invoice_id: UUID, kind: str) -> Response:
    file = open_document(actor(), invoice_id, kind)
    return attachment(file.content, file.content_type, file.name, file.sha256)


def _line(line: Line) -> dict[str, Any]:
    return {
        "designation": line.designation,
        "detail": line.detail,
        "quantity": line.quantity,
        "unit": UNITS.get(line.unit_code, ""),
        "unit_cents": line.unit_cents,
        "net_cents": line.net_cents,
        "vat": _vat(line),
    }


def _vat(one: Any) -> str:
    return Regime(one.category, one.rate, one.exemption_text, one.exemption_code).words


def _following(one: Invoice) -> dict[str, Any]:
    is_issued = one.state == "issued"
    endpoint = "invoices.view_invoice" if is_issued else "drafts.view_draft"
    return {
        "label": INVOICE_LABELS[one.kind],
        "number": one.number or "en brouillon",
        "total_cents": one.total_cents,
        "on": one.issued_on,
        "tag": None if is_issued else draft_tag(one, 0),
        "href": url_for(endpoint, invoice_id=one.id),
        "reason": one.reason,
    }


def _rows(found: InvoicePage) -> list[tuple[str, Any]]:
    """What identifies the invoice, and its references that are told."""
    content = found.content
    rows: list[tuple[str, Any]] = [
        ("Client", _address(content)),
        ("SIRET du client", siret(content.buyer.siret)),
        ("Émetteur", f"{content.seller.name}, SIRET {siret(content.seller.siret)}"),
    ]
    told = [
        ("Numéro d’engagement", content.engagement_number),
        ("Code service", content.service_code),
        ("Référence de l’acheteur", content.purchaser_reference),
        ("Bons de commande", ", ".join(content.orders)),
        ("Motif", content.reason),
    ]
    return [*rows, *((label, text) for label, text in told if text)]


def _address(content: Content) -> str:
    buyer = content.buyer
    return "\n".join([buyer.name, buyer.address, f"{buyer.postal_code} {buyer.town}"])
