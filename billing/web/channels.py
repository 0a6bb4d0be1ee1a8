"""The ways invoices take: portals are set, tried and opened; what a customer's portal wants is asked."""

from uuid import UUID

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.rules.customer import REQUIREMENT_LABELS
from billing.rules.states import CHANNEL_LABELS
from billing.service import channel as service
from billing.service.channel import AccountView
from billing.service.structure import Checked, check_customer
from kit.errors import Conflict, Invalid, NotFound
from kit.french import NBSP
from kit.web import actor, page, permission
from services_catalog.web.typed import boxes, boxes_of, day_of

blueprint = Blueprint("channels", __name__)


@blueprint.get("/staff/billing/channels")
@permission("channel_account.view")
def list_channels() -> Response:
    """Every portal and how it is set."""
    return page(
        "billing/channels.html",
        channels=[{"view": one, "label": CHANNEL_LABELS[one.channel]} for one in service.list_channels(actor())],
    )


@blueprint.get("/staff/billing/channels/<key>")
@permission("channel_account.view")
def view_channel(key: str) -> Response:
    """The settings of one portal."""
    return _form(_one(key))


@blueprint.post("/staff/billing/channels/<key>")
@permission("channel_account.set")
def set_channel(key: str) -> Response:
    """Keep them."""
    form = request.form
    found = _one(key)
    is_open = form.get("is_open") == "yes"
    try:
        service.set_channel(actor(), key, form, day_of(form, "expires_on"), is_open)
    except Invalid as error:
        return _form(found, error)
    state = "ouverte" if is_open else "fermée"
    flash(f"Les réglages sont enregistrés. La voie est {state}.", "good")
    return redirect(url_for(".list_channels"), 303)


@blueprint.post("/staff/billing/channels/<key>/try")
@permission("channel_account.set")
def try_channel(key: str) -> Response:
    """Call the portal with the settings that are kept."""
    try:
        tried = service.try_channel(actor(), key)
    except Conflict as error:
        flash(error.sentence, "wait")
    else:
        flash(tried.sentence, "good" if tried.good else "bad")
    return redirect(url_for(".list_channels"), 303)


@blueprint.post("/staff/billing/customers/<uuid:customer_id>/check")
@permission("customer.set")
def check(customer_id: UUID) -> Response:
    """Ask Chorus Pro what this customer's invoices must carry."""
    try:
        checked = check_customer(actor(), customer_id)
    except Conflict as error:
        flash(error.sentence, "wait")
    else:
        for tone, sentence in _said(checked):
            flash(sentence, tone)
    return redirect(url_for("customers.view_customer", customer_id=customer_id), 303)


def _one(key: str) -> AccountView:
    for one in service.list_channels(actor()):
        if one.channel == key:
            return one
    raise NotFound()


def _form(found: AccountView, error: Invalid | None = None) -> Response:
    """The settings; what was typed comes back, secrets excepted."""
    typed = {name: request.form.get(name, "") for name in ("oauth_url", "api_url", "url", "client_id", "login")}
    return page(
        "billing/channel.html",
        error.status if error else 200,
        found=found,
        label=CHANNEL_LABELS[found.channel],
        value=typed if error else {name: found.settings.get(name, "") for name in typed},
        expires=boxes(request.form, "expires_on") if error else boxes_of(found.expires_on),
        is_open=request.form.get("is_open") == "yes" if error else found.is_open,
        errors=dict(error.fields) if error else {},
    )


def _said(checked: Checked) -> list[tuple[str, str]]:
    """The answer, in plain sentences."""
    structure = checked.structure
    name = f"«{NBSP}{structure.name}{NBSP}»"
    wants = REQUIREMENT_LABELS[structure.requirement]
    said = [("good", f"Chorus Pro connaît {name}. Ce que ses factures doivent porter{NBSP}: {wants.lower()}.")]
    if not structure.is_active:
        said.append(("wait", f"Attention{NBSP}: cette structure n’est plus active dans Chorus Pro."))
    if checked.service_is_known is False:
        open_ones = sorted(code for code, is_open in structure.services.items() if is_open)[:10]
        words = f"Services ouverts{NBSP}: {', '.join(open_ones)}." if open_ones else "Il n’y en a aucun d’ouvert."
        sentence = f"Le code service {checked.service_code} n’y est pas, ou n’est plus ouvert. {words}"
        said.append(("wait", sentence))
    return said
