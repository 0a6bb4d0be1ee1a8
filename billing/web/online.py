"""Online payment for the GRADeS: its account, disputes, payments, payouts."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from billing.rules.online import METHODS, MODES, read_account
from billing.service import payment_account as service
from billing.service.online_overview import view_online
from billing.web.online_words import checkout_card, payout_card, refund_card
from kit.errors import Conflict, CrrcError, Invalid
from kit.host import address_of
from kit.typed import number
from kit.web import actor, page, permission
from services_catalog.rules.figures import read_day

blueprint = Blueprint("online", __name__)
PAGE = 25


@blueprint.get("/staff/billing/online")
@permission("payout.list")
def overview() -> Response:
    """The account, what is disputed, the last payments, the payouts."""
    wanted = max(number(request.args.get("page", "1")) or 1, 1)
    found = view_online(actor(), wanted)
    return page(
        "billing/online.html",
        found=found,
        account=found.account,
        disputes=[
            refund_card(refund) | {"payment": checkout_card(checkout, invoice, customer)}
            for refund, checkout, invoice, customer in found.disputes
        ],
        recent=[checkout_card(*row) for row in found.recent],
        payouts=[payout_card(one) for one in found.payouts],
        page_number=wanted,
        page_count=-(-found.payout_count // PAGE),
        url=lambda number: url_for(".overview", page=number),
    )


@blueprint.get("/staff/billing/online/account")
@permission("payment_account.view")
def edit_account() -> Response:
    """The settings, without the secrets."""
    return _form()


@blueprint.post("/staff/billing/online/account")
@permission("payment_account.set")
def save_account() -> Response:
    """Keep the settings."""
    try:
        signed_on = read_day(request.form.get("mandate_on", ""))
        service.set_account(actor(), read_account(request.form, request.form.getlist("methods"), signed_on))
    except (Invalid, Conflict) as error:
        return _form(error, request.form)
    flash("Les réglages du paiement en ligne sont enregistrés.", "good")
    return redirect(url_for(".edit_account"), 303)


@blueprint.post("/staff/billing/online/open")
@permission("payment_account.set")
def open_account() -> Response:
    """Let customers pay online."""
    try:
        service.open_account(actor())
    except (Invalid, Conflict) as error:
        return _form(error)
    flash("Le paiement en ligne est ouvert à vos clients.", "good")
    return redirect(url_for(".overview"), 303)


@blueprint.post("/staff/billing/online/close")
@permission("payment_account.set")
def close_account() -> Response:
    """Offer it no more."""
    service.close_account(actor())
    flash("Le paiement en ligne est fermé. Ce qui est en cours sera encore reçu.", "good")
    return redirect(url_for(".overview"), 303)


def _form(error: CrrcError | None = None, typed: Mapping[str, Any] | None = None) -> Response:
    account = service.view_account(actor())
    kept = {
        "mode": account.mode,
        "account_id": account.account_id,
        "mandate_reference": account.mandate_reference,
        "mandate_on": account.mandate_on.strftime("%d/%m/%Y") if account.mandate_on else "",
    }
    shown = {name: str((typed or kept).get(name, ""))[:300] for name in kept}
    return page(
        "billing/online_account.html",
        error.status if error else 200,
        account=account,
        typed=shown,
        modes=[
            {"value": code, "text": text} for code, text in MODES.items() if code == "own_key" or account.has_platform
        ],
        methods=[{"value": code, "text": text} for code, text in METHODS.items()],
        chosen=request.form.getlist("methods") if typed is not None else account.methods,
        webhook_url=f"{address_of(g.tenant)}/webhooks/stripe",
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
