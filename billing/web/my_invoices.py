"""« Mes factures »: what is due first, then what is settled; how to pay by transfer."""

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from billing.queries.my_invoices import MyInvoice
from billing.rules.dunning import late_words
from billing.rules.states import INVOICE_LABELS
from billing.service.portal import MyInvoices, view_mine
from billing.web.invoice_words import standing
from bookings.web.order_words import door
from kit.typed import number
from kit.web import actor, page, permission

blueprint = Blueprint("my_invoices", __name__)
LAST_PAGE = 10_000


@blueprint.get("/invoices")
@permission("invoice.view")
def my_invoices() -> Response:
    """A page of one's invoices."""
    asked = min(number(request.args.get("page", ""), 5) or 1, LAST_PAGE)
    found = view_mine(actor(), asked)
    cards = [_card(line, found.on) for line in found.lines]
    issuer = found.issuer
    return page(
        "billing/my_invoices.html",
        sums=found.sums,
        late_words=late_words,
        owed=[card for card in cards if card["is_owed"]],
        others=[card for card in cards if not card["is_owed"]],
        several=_several(found),
        issuer=issuer,
        iban=" ".join(issuer.iban[at : at + 4] for at in range(0, len(issuer.iban), 4)) if issuer else "",
        statement_url=door("account_statements.my_statement"),
        page_number=asked,
        page_count=found.page_count,
        url=lambda to: url_for(".my_invoices", page=to),
    )


def _card(line: MyInvoice, on: date) -> dict[str, Any]:
    invoice, receivable = line.invoice, line.receivable
    is_owed = receivable.open_cents > 0 and not receivable.is_credit
    is_contested = receivable.state == "contested"
    values = {"invoice_id": invoice.id}
    return {
        "is_owed": is_owed,
        "number": invoice.number,
        "kind": INVOICE_LABELS[invoice.kind],
        "what": line.what,
        "more": line.line_count - 1,
        "customer": line.customer.name,
        "issued_on": invoice.issued_on,
        "due_on": receivable.due_on,
        "late": "relances suspendues" if is_contested else late_words(receivable.due_on, on),
        "is_contested": is_contested,
        "total_cents": invoice.total_cents,
        "open_cents": receivable.open_cents,
        "reference": invoice.payment_reference,
        "standing": _standing(line, on),
        "href": door("invoices.view_invoice", **values),
        "pdf": door("invoices.download", **values) if line.made_at else None,
    }


def _standing(line: MyInvoice, on: date) -> tuple[str, str, str]:
    """(word, tone, sign): where it stands."""
    receivable = line.receivable
    if line.is_being_paid and receivable.open_cents and receivable.state == "due":
        return "Paiement en cours", "info", "hourglass"
    return standing(receivable, on)


def _several(found: MyInvoices) -> bool:
    """Whether cards must say whose they are."""
    return len({line.customer.id for line in found.lines}) > 1 or found.page_count > 1
