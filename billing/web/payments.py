"""Payments: the list, one and what it pays, recording one by hand; what paid an invoice."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.models import Invoice
from billing.permissions import PERMISSIONS
from billing.queries.payment import PaymentFilter
from billing.rules.amounts import read_cents, write_cents
from billing.rules.bank import masked
from billing.rules.states import PAYMENT_LABELS, RECORDED_KINDS
from billing.service import allocation, receiving
from billing.service import payment_reading as reading
from billing.service.payment_reading import PAGE, PaymentPage
from billing.service.receiving import NewPayment
from billing.web.asked import amounts, whole, words
from billing.web.payment_words import matching_row, payer_of, payment_row, payment_tag
from bookings.web.order_words import door
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import NBSP, money
from kit.permissions import allows
from kit.typed import identifier
from kit.web import actor, page, permission
from services_catalog.web.typed import boxes, boxes_of, day_of

blueprint = Blueprint("payments", __name__)
VIEWS = {"": "Tous", "open": "À affecter", "unknown": "Payeur à reconnaître"}
_AMOUNT = "amount-"


def block(invoice: Invoice) -> dict[str, Any]:
    """What _payments.html shows on the page of an invoice: what settled it, when, why."""
    if invoice.state != "issued":
        return {"found": None}
    found = reading.view_settlements(actor(), invoice.id)
    staff = allows(PERMISSIONS, actor(), "payment.view")
    rows = [matching_row(one, staff) for one in found.matchings]
    is_credit, left = found.receivable.is_credit, found.receivable.open_cents
    may_lose, may_use = staff and left and not is_credit, staff and left and is_credit
    return {
        "found": found,
        "rows": [one for one in rows if not one["undone_at"]],
        "undone": [one for one in rows if one["undone_at"]] if staff else [],
        "is_staff": staff,
        "write_off_url": door("write_offs.ask", invoice_id=invoice.id) if may_lose else None,
        "use_url": door("credit_uses.ask", invoice_id=invoice.id) if may_use else None,
    }


@blueprint.get("/staff/billing/payments")
@permission("payment.list")
def list_payments() -> Response:
    """Payments, those to be used first unless asked otherwise."""
    view = request.args.get("view", "open")
    wanted = PaymentFilter(view if view in VIEWS else "open", words("q"))
    number = whole("page", 1)
    found = reading.list_payments(actor(), wanted, number)
    return page(
        "billing/payments.html",
        rows=[payment_row(one) for one in found.rows],
        found=found,
        wanted=wanted,
        views=list(VIEWS.items()),
        page_number=number,
        page_count=max(1, -(-found.found.count // PAGE)),
        url=lambda one: url_for(".list_payments", view=wanted.view, q=wanted.words or None, page=one),
    )


@blueprint.get("/staff/billing/payments/new")
@permission("payment.record")
def ask_payment() -> Response:
    """The form of a cheque, or of a transfer that no file tells."""
    return _new_page()


@blueprint.post("/staff/billing/payments/new")
@permission("payment.record")
def record() -> Response:
    """Record a payment."""
    form = request.form
    try:
        made = receiving.record_payment(
            actor(),
            NewPayment(
                form.get("kind", ""),
                _typed_amount(form.get("amount", ""), "amount"),
                day_of(form, "received_on"),
                form.get("customer", "")[:200],
                form.get("reference", ""),
                form.get("payer", ""),
            ),
        )
    except (Invalid, Conflict) as error:
        return _new_page(error)
    flash(f"Le paiement de {money(made.amount_cents)} est enregistré.", "good")
    return redirect(url_for(".view_payment", payment_id=made.id), 303)


@blueprint.get("/staff/billing/payments/<uuid:payment_id>")
@permission("payment.view")
def view_payment(payment_id: UUID) -> Response:
    """A payment: what it pays, what it may pay and why."""
    return _payment_page(payment_id)


@blueprint.post("/staff/billing/payments/<uuid:payment_id>/match")
@permission("matching.make")
def match(payment_id: UUID) -> Response:
    """Use a payment for invoices."""
    try:
        chosen = amounts(request.form, _AMOUNT)
        made = allocation.match_payment(actor(), payment_id, chosen, request.form.get("reason", ""))
    except (Invalid, Conflict) as error:
        return _payment_page(payment_id, error)
    left = f" Il reste {money(made.open_cents)}." if made.open_cents else " Il est entièrement affecté."
    flash(f"Le paiement est rapproché.{left}", "good")
    return redirect(url_for(".view_payment", payment_id=payment_id), 303)


@blueprint.post("/staff/billing/payments/<uuid:payment_id>/recognise")
@permission("matching.make")
def recognise(payment_id: UUID) -> Response:
    """Say whose money it is."""
    customer_id = identifier(request.form.get("customer_id", ""))
    try:
        if customer_id is None:
            reading.read_payment(actor(), payment_id)
            raise Invalid("Choisissez un client.", {"customer_id": "Choisissez un client."})
        allocation.recognise_payment(actor(), payment_id, customer_id)
    except (Invalid, Conflict) as error:
        return _payment_page(payment_id, error)
    flash("Le client de ce paiement est reconnu.", "good")
    return redirect(url_for(".view_payment", payment_id=payment_id), 303)


@blueprint.post("/staff/billing/payments/<uuid:payment_id>/refund")
@permission("payment.refund")
def refund(payment_id: UUID) -> Response:
    """Record that money was given back."""
    try:
        reading.read_payment(actor(), payment_id)
        cents = _typed_amount(request.form.get("refund", ""), "refund")
        allocation.refund_payment(actor(), payment_id, cents, request.form.get("refund_reason", ""))
    except (Invalid, Conflict) as error:
        return _payment_page(payment_id, error)
    flash(f"Le remboursement de {money(cents)} est enregistré.", "good")
    return redirect(url_for(".view_payment", payment_id=payment_id), 303)


@blueprint.post("/staff/billing/matchings/<uuid:matching_id>/undo")
@permission("matching.undo")
def undo(matching_id: UUID) -> Response:
    """Undo a matching, and go back to where it was undone from."""
    try:
        payment_id = allocation.undo_matching(actor(), matching_id)
    except Conflict as error:
        flash(error.sentence, "bad")
        return redirect(url_for(".list_payments"), 303)
    flash(f"Le rapprochement est annulé{NBSP}: ce qu’il réglait est de nouveau à payer.", "good")
    invoice_id = identifier(request.form.get("invoice_id", ""))
    if invoice_id is not None:
        return redirect(door("invoices.view_invoice", invoice_id=invoice_id) or url_for(".list_payments"), 303)
    if payment_id is None:
        return redirect(url_for(".list_payments"), 303)
    return redirect(url_for(".view_payment", payment_id=payment_id), 303)


def _typed_amount(text: str, field: str) -> int:
    cents = read_cents(text, field)
    if not cents:
        raise Invalid("Indiquez un montant supérieur à zéro.", {field: "Indiquez un montant supérieur à zéro."})
    return cents


def _payment_page(payment_id: UUID, error: CrrcError | None = None) -> Response:
    asked = words("q")
    found = reading.view_payment(actor(), payment_id, asked)
    payment = found.payment
    rows = [matching_row(one, staff=True) for one in found.matchings]
    return page(
        "billing/payment.html",
        error.status if error else 200,
        found=found,
        payment=payment,
        name=payer_of(payment, found.customer.name if found.customer else None),
        kind=PAYMENT_LABELS[payment.kind],
        tag_words=payment_tag(payment),
        iban=masked(found.line.counterpart_iban) if found.line else "",
        rows=[one for one in rows if not one["undone_at"]],
        undone=[one for one in rows if one["undone_at"]],
        candidates=_candidates(found, error is not None, bool(asked)),
        customers=[(str(one.id), f"{one.name} ({one.number})") for one in found.customers],
        asked=asked,
        typed=request.form,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
        online_url=door("online_payments.view_checkout", checkout_id=payment.checkout_id)
        if payment.checkout_id
        else None,
        refund_hint=write_cents(payment.open_cents),
    )


def _candidates(found: PaymentPage, failed: bool, asked: bool) -> list[dict[str, Any]]:
    """The invoices it may pay, each with its box; the proposal is written in them, or what was typed.

    Once the customer is known, what others owe is found by asking for it.
    """
    proposed = {one.invoice_id: one.amount_cents for one in found.proposal.allocations} if found.proposal else {}
    rows = []
    for one in found.candidates:
        if found.customer and not asked and not failed and not one.reasons:
            continue
        field = f"{_AMOUNT}{one.invoice.id}"
        amount = write_cents(proposed[one.invoice.id]) if one.invoice.id in proposed else ""
        rows.append(
            {
                "field": field,
                "number": one.invoice.number,
                "href": door("invoices.view_invoice", invoice_id=one.invoice.id),
                "name": found.names.get(one.invoice.customer_id, ""),
                "due_on": one.invoice.due_on,
                "left_cents": one.left_cents,
                "reasons": one.reasons,
                "value": request.form.get(field, "") if failed else amount,
            }
        )
    return rows


def _new_page(error: CrrcError | None = None) -> Response:
    on = receiving.begin_payment(actor())
    return page(
        "billing/payment_new.html",
        error.status if error else 200,
        kinds=[{"value": one, "text": PAYMENT_LABELS[one]} for one in RECORDED_KINDS],
        typed=request.form,
        received_on=boxes(request.form, "received_on") if error else boxes_of(on),
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
