"""Online payments and payouts, for programs."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from billing.schemas import online as schemas
from billing.service import checkout as service
from billing.service.online_refund import ask_refund
from billing.service.payout import page_of_payouts
from kit.web import actor, permission

blueprint = Blueprint("checkout_api", __name__, description="Paiement en ligne, remboursements, versements")


@blueprint.post("/invoices/<uuid:invoice_id>/checkouts")
@permission("checkout.create")
@blueprint.response(201, schemas.PaymentPageView)
def open_checkout(invoice_id: UUID) -> dict[str, str]:
    """Open the payment page of an invoice, or find the one that is open."""
    return {"url": service.open_checkout(actor(), invoice_id)}


@blueprint.get("/checkouts/<uuid:checkout_id>")
@permission("checkout.view")
@blueprint.response(200, schemas.CheckoutView)
def view_checkout(checkout_id: UUID) -> dict[str, Any]:
    """Read where an online payment is."""
    found = service.view_checkout(actor(), checkout_id)
    names = ("id", "invoice_id", "state", "amount_cents", "refunded_cents", "method", "created_at")
    known = {name: getattr(found.checkout, name) for name in names}
    return known | {"credit_cents": found.payment.open_cents if found.payment else 0, "refunds": found.refunds}


@blueprint.post("/checkouts/<uuid:checkout_id>/refunds")
@permission("checkout.refund")
@blueprint.arguments(schemas.AskRefund)
@blueprint.response(202, schemas.OnlineRefundView)
def refund_checkout(body: dict[str, Any], checkout_id: UUID) -> Any:
    """Ask to give back so much of an online payment; a worker does it."""
    return ask_refund(actor(), checkout_id, body["amount_cents"], body["reason"])


@blueprint.get("/payouts")
@permission("payout.list")
@blueprint.arguments(schemas.PageQuery, location="query")
@blueprint.response(200, schemas.PayoutsView)
def list_payouts(query: dict[str, Any]) -> dict[str, Any]:
    """List what the provider paid to the bank, the last recorded first."""
    items, following = page_of_payouts(actor(), query["after"], query["limit"])
    return {"items": items, "next": following}
