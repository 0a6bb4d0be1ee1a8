"""How far an issue went: a page that refreshes itself, with or without a script."""

from typing import Any
from uuid import UUID

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from billing.models import Customer, Invoice
from billing.service.queueing import RunPage
from billing.service.queueing import view_run as read_run
from billing.web.invoice_words import links
from kit.web import actor, page, permission

blueprint = Blueprint("issue_runs", __name__)


@blueprint.get("/staff/billing/runs/<uuid:run_id>")
@permission("draft.view")
def view_run(run_id: UUID) -> Response:
    """The run; its moving part alone for the script that asks again."""
    found = read_run(actor(), run_id)
    template = "billing/_run.html" if request.headers.get("HX-Request") else "billing/run.html"
    return page(
        template,
        found=found,
        run=found.run,
        done=found.issued_count + found.refused_count + found.others_count,
        refused=[_refused(*row) for row in found.refused],
        issued=[_issued(*row) for row in found.issued],
        title=_title(found),
    )


def _title(found: RunPage) -> str:
    if not found.is_over:
        return "Émission en cours"
    return "Émission terminée" if not found.refused_count else "Émission terminée, avec des refus"


def _refused(draft: Invoice, customer: Customer) -> dict[str, Any]:
    return {
        "id": str(draft.id),
        "customer": customer.name,
        "total_cents": draft.total_cents,
        "href": url_for("drafts.view_draft", invoice_id=draft.id),
        "findings": links(draft.findings, draft),
    }


def _issued(invoice: Invoice, customer: Customer) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "customer": customer.name,
        "total_cents": invoice.total_cents,
        "href": url_for("invoices.view_invoice", invoice_id=invoice.id),
    }
