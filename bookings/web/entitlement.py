"""Rights of awards: the list, and the order in one click."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.models import Entitlement, Order
from bookings.service import entitlement as rights
from bookings.web.order_form import contact_typed, details_typed
from bookings.web.order_words import right_card, units
from kit.errors import Conflict, CrrcError, Invalid
from kit.typed import identifier
from kit.web import actor, page, permission

blueprint = Blueprint("entitlements", __name__)


@blueprint.get("/entitlements")
@permission("entitlement.view")
def list_entitlements() -> Response:
    """The rights of one's organisations; everybody's for the GRADeS. With `award`, straight to what it gave."""
    award_id = identifier(request.args.get("award", ""))
    if award_id and (right := rights.find_of_award(actor(), award_id)):
        return _straight_to(*right)
    after = identifier(request.args.get("after", ""))
    found = rights.list_entitlements(actor(), after)
    return page(
        "orders/entitlements.html",
        rights=[
            right_card(row) | {"order_url": url_for("orders.view_order", order_id=order.id) if order else None}
            for row, order in found.items
        ],
        following=url_for(".list_entitlements", after=found.after) if found.after else None,
        first=url_for(".list_entitlements") if after else None,
    )


def _straight_to(entitlement: Entitlement, order: Order | None) -> Response:
    if order is not None:
        return redirect(url_for("orders.view_order", order_id=order.id), 303)
    return redirect(url_for(".order_entitlement", entitlement_id=entitlement.id), 303)


@blueprint.get("/entitlements/<uuid:entitlement_id>/order")
@permission("entitlement.view")
def order_entitlement(entitlement_id: UUID) -> Response:
    """Everything filled in, to be read and confirmed."""
    return _page(entitlement_id, request.args)


@blueprint.post("/entitlements/<uuid:entitlement_id>/order")
@permission("order.request")
def use(entitlement_id: UUID) -> Response:
    """Order in one click; whoever comes second is led to the order of the first."""
    form = request.form
    try:
        order = rights.order_entitlement(
            actor(), entitlement_id, form, contact_typed(form), form.get("finess_et", ""), form.get("size", "")
        )
    except (Invalid, Conflict) as error:
        return _page(entitlement_id, form, error)
    return redirect(url_for("orders.view_order", order_id=order.id), 303)


@blueprint.post("/entitlements/<uuid:entitlement_id>/close")
@permission("entitlement.close")
def close(entitlement_id: UUID) -> Response:
    """Close a right that nobody used."""
    try:
        rights.close_entitlement(actor(), entitlement_id)
        flash("Ce droit est clos\N{NO-BREAK SPACE}: il ne peut plus être utilisé.", "good")
    except Conflict as error:
        flash(error.sentence, "bad")
    return redirect(url_for(".list_entitlements"), 303)


def _page(entitlement_id: UUID, typed: Mapping[str, str], error: CrrcError | None = None) -> Response:
    found = rights.view_entitlement(actor(), entitlement_id, typed.get("finess_et", ""), typed.get("size", ""))
    contact = {f"contact.{name}": str(value) for name, value in found.row.entitlement.contact.items()}
    proposal = found.proposal
    return page(
        "orders/entitlement.html",
        error.status if error else 200,
        found=found,
        right=found.row.entitlement,
        service=found.row.service,
        organisation=found.row.organisation,
        card=right_card(found.row),
        proposal=proposal,
        priced=proposal.priced if proposal else None,
        quantity=units(proposal.priced.unit, proposal.priced.quantity) if proposal else "",
        sites=proposal.right.open_sites if proposal else [],
        chosen={name: typed.get(name, "")[:20] for name in ("finess_et", "size")},
        typed=details_typed(typed if error else contact),
        errors=dict(error.fields) if error else dict(found.missing),
        refusal=error.sentence if error and not error.fields else found.refusal,
    )
