"""Orders of a facility: the hub, one order, approving it, refusing it, cancelling it."""

from uuid import UUID

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.rules.details import shown_contact
from bookings.service import order_page, ordering, paper
from bookings.web.order_form import send_pdf
from bookings.web.order_words import door, mission_url, order_card, quote_card, right_card, standing, steps
from kit.errors import Conflict, CrrcError, Invalid
from kit.typed import identifier, number
from kit.web import actor, page, permission

blueprint = Blueprint("orders", __name__)


@blueprint.get("/orders")
@permission("entitlement.view")
def my_orders() -> Response:
    """What one is entitled to, what waits for an agreement, quotes still good, orders."""
    after = identifier(request.args.get("after", ""))
    found = order_page.list_my_orders(actor(), after)
    return page(
        "orders/mine.html",
        waiting=[order_card(line) for line in found.waiting],
        rights=[right_card(row) for row in found.rights],
        quotes=[quote_card(one) for one in found.quotes],
        orders=[order_card(line) for line in found.lines],
        following=url_for(".my_orders", after=found.after) if found.after else None,
        first=url_for(".my_orders") if after else None,
        several=len(actor().organisations) > 1,
    )


@blueprint.get("/orders/<uuid:order_id>")
@permission("order.view")
def view_order(order_id: UUID) -> Response:
    """One order: what it buys, who pays, where it is, what may be done."""
    return _order_page(order_id)


@blueprint.get("/orders/<uuid:order_id>.pdf")
@permission("order.view")
def order_pdf(order_id: UUID) -> Response:
    """The order on paper."""
    return send_pdf(*paper.order_pdf(actor(), order_id, g.tenant))


@blueprint.post("/orders/<uuid:order_id>/place")
@permission("order.place")
def place(order_id: UUID) -> Response:
    """Approve an order that waits."""
    try:
        ordering.place_order(actor(), order_id)
    except Conflict as error:
        return _order_page(order_id, error)
    flash("La commande est passée. Le prestataire est prévenu.", "good")
    return redirect(url_for(".view_order", order_id=order_id), 303)


@blueprint.get("/orders/<uuid:order_id>/refuse")
@permission("order.view")
def confirm_refusal(order_id: UUID) -> Response:
    """What refusing means, before it is done."""
    return _refuse_page(order_id)


@blueprint.post("/orders/<uuid:order_id>/refuse")
@permission("order.refuse")
def refuse(order_id: UUID) -> Response:
    """Refuse an order that waits."""
    motive = request.form.get("motive", "")
    try:
        ordering.refuse_order(actor(), order_id, motive)
    except (Conflict, Invalid) as error:
        return _refuse_page(order_id, error, motive)
    flash("La commande est refusée. La personne qui l’avait demandée est prévenue.", "good")
    return redirect(url_for(".view_order", order_id=order_id), 303)


@blueprint.get("/orders/<uuid:order_id>/cancel")
@permission("order.view")
def confirm_cancellation(order_id: UUID) -> Response:
    """What cancelling costs and frees, before it is done."""
    return _cancel_page(order_id)


@blueprint.post("/orders/<uuid:order_id>/cancel")
@permission("order.cancel")
def cancel(order_id: UUID) -> Response:
    """Cancel, at the cost that was shown."""
    motive, read = request.form.get("motive", ""), request.form.get("fee", "0")
    fee = number(read, 15) or 0
    try:
        ordering.cancel_order(actor(), order_id, motive, fee)
    except (Conflict, Invalid) as error:
        return _cancel_page(order_id, error, motive)
    flash("La commande est annulée. Tout le monde est prévenu.", "good")
    return redirect(url_for(".view_order", order_id=order_id), 303)


@blueprint.post("/organisations/<uuid:organisation_id>/approval")
@permission("organisation_approval.set")
def set_approval(organisation_id: UUID) -> Response:
    """Say whether orders wait for a second person."""
    wanted = request.form.get("second_approval") == "yes"
    ordering.set_second_approval(actor(), organisation_id, wanted)
    flash(
        "Les commandes attendent désormais l’accord d’une seconde personne."
        if wanted
        else "Les commandes sont désormais passées dès qu’elles sont demandées.",
        "good",
    )
    return redirect(url_for("members.view", organisation_id=organisation_id), 303)


def _order_page(order_id: UUID, error: CrrcError | None = None) -> Response:
    found = order_page.view_order(actor(), order_id)
    return page(
        "orders/view.html",
        error.status if error else 200,
        found=found,
        order=found.line.order,
        purchase=found.line.purchase,
        quote=found.line.purchase.quote,
        card=order_card(found.line),
        contact=shown_contact(found.line.order.contact),
        work_url=mission_url(found.line),
        missions_url=door("missions.my_missions"),
        refusal=error.sentence if error else None,
    )


def _refuse_page(order_id: UUID, error: CrrcError | None = None, motive: str = "") -> Response:
    found = order_page.view_order(actor(), order_id)
    return page("orders/refuse.html", error.status if error else 200, found=found, **_asked(found, error, motive))


def _cancel_page(order_id: UUID, error: CrrcError | None = None, motive: str = "") -> Response:
    found = order_page.view_order(actor(), order_id)
    return page("orders/cancel.html", error.status if error else 200, found=found, **_asked(found, error, motive))


def _asked(found: order_page.OrderPage, error: CrrcError | None, motive: str) -> dict[str, object]:
    """What the two pages that ask for a motive share."""
    return {
        "order": found.line.order,
        "purchase": found.line.purchase,
        "sentence": standing(found.line),
        "steps": steps(found.line.steps),
        "motive": motive[:5_000],
        "errors": dict(error.fields) if error else {},
        "refusal": error.sentence if error and not error.fields else None,
    }
