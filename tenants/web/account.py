"""One's account: one's name, one's organisations, a door to each thing one may set."""

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Invalid
from kit.web import actor, page, permission
from tenants.rules.roles import ROLE_LABELS
from tenants.service.account import rename_account
from tenants.service.claim_reading import list_my_claims
from tenants.service.identity import list_doors
from tenants.service.my_identities import list_my_identities
from tenants.service.organisation import list_my_organisations
from tenants.service.own_factors import list_factors

account = Blueprint("account", __name__, url_prefix="/account")


@account.get("")
@permission("account.view")
def view() -> Response:
    """Who I am here."""
    return _page(actor().name, {}, 200)


@account.post("")
@permission("account.edit")
def edit() -> Response:
    """Change my name."""
    name = request.form.get("name", "")
    try:
        rename_account(actor(), name)
    except Invalid as error:
        return _page(name, dict(error.fields), error.status)
    flash("Votre nom est enregistré.", "good")
    return redirect(url_for("account.view"), 303)


def _page(name: str, errors: dict[str, str], status: int) -> Response:
    return page(
        "tenants/account.html",
        status,
        me=actor().name,
        name=name,
        factors=list_factors(actor()),
        identified=bool(list_doors(actor()) or list_my_identities(actor())),
        email=actor().email,
        roles=[ROLE_LABELS[role] for role in sorted(actor().roles)],
        places=list_my_organisations(actor()),
        claims=list_my_claims(actor()),
        role_labels=ROLE_LABELS,
        errors=errors,
    )
