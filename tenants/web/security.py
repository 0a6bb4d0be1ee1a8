"""One's own second factors, on the pages of one's account."""

from uuid import UUID

import segno
from flask import Blueprint, flash, jsonify, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid
from kit.web import actor, page, permission
from tenants.rules.agent import agent_in_words
from tenants.rules.factor import RECOVERY_CODES, shown
from tenants.rules.totp import grouped
from tenants.service import new_factor, own_factors
from tenants.service.new_factor import Added, Offer
from tenants.web.confirm import next_path, proved, site
from tenants.web.cookie import session_secret

security = Blueprint("security", __name__, url_prefix="/account/security")


@security.get("")
@permission("second_factor.view")
def view() -> Response:
    """What one has."""
    return _page()


@security.get("/totp")
@permission("second_factor.add")
def new_totp() -> Response:
    """A QR for an application, and the field for the code it shows."""
    return _totp(new_factor.offer_totp(actor()))


@security.post("/totp")
@permission("second_factor.add")
def add_totp() -> Response:
    """Keep the application."""
    sealed = request.form.get("offer", "")
    try:
        added = new_factor.add_totp(actor(), session_secret(), sealed, request.form.get("code", ""))
    except Invalid as error:
        return _totp(new_factor.offer_again(actor(), sealed), error)
    except Conflict as error:
        return _totp(new_factor.offer_totp(actor()), error)
    return _go_on(added, "Votre application de codes est ajoutée.")


@security.post("/totp/remove")
@permission("second_factor.remove")
def remove_totp() -> Response:
    """Forget the application."""
    try:
        own_factors.remove_totp(actor())
    except Conflict as error:
        return _page(error)
    flash("L’application de codes est retirée. Effacez aussi ce compte dans l’application.", "good")
    return redirect(url_for("security.view"), 303)


@security.get("/passkeys/new")
@permission("second_factor.add")
def new_passkey() -> Response:
    """Name a key; the script makes it."""
    return _passkey()


@security.post("/passkeys/options")
@permission("second_factor.add")
def passkey_options() -> Response:
    """What the page's script asks the browser for (assets/passkey.js)."""
    return jsonify(new_factor.ask_new_passkey(actor(), site()))


@security.post("/passkeys/new")
@permission("second_factor.add")
def add_passkey() -> Response:
    """Keep the key."""
    form = request.form
    name = form.get("name", "")
    try:
        added = new_factor.add_passkey(actor(), session_secret(), name, form.get("passkey", ""), site())
    except (Invalid, Conflict) as error:
        return _passkey(error, name)
    return _go_on(added, "Votre clé d’accès est ajoutée.")


@security.post("/passkeys/<uuid:passkey_id>/rename")
@permission("second_factor.add")
def rename_passkey(passkey_id: UUID) -> Response:
    """Call it otherwise."""
    try:
        own_factors.rename_passkey(actor(), passkey_id, request.form.get("name", ""))
    except Invalid as error:
        return _page(error, passkey_id)
    flash("La clé porte son nouveau nom.", "good")
    return redirect(url_for("security.view"), 303)


@security.post("/passkeys/<uuid:passkey_id>/remove")
@permission("second_factor.remove")
def remove_passkey(passkey_id: UUID) -> Response:
    """Forget it."""
    try:
        own_factors.remove_passkey(actor(), passkey_id)
    except Conflict as error:
        return _page(error)
    flash("La clé d’accès est retirée. Effacez-la aussi dans les réglages de votre appareil.", "good")
    return redirect(url_for("security.view"), 303)


@security.post("/recovery-codes")
@permission("second_factor.add")
def renew_codes() -> Response:
    """Ten others, shown once."""
    try:
        return _codes(own_factors.renew_codes(actor()), "Vos anciens codes ne servent plus.")
    except Conflict as error:
        return _page(error)


def _page(error: CrrcError | None = None, renamed: UUID | None = None) -> Response:
    return page(
        "tenants/security/view.html",
        error.status if error else 200,
        factors=own_factors.list_factors(actor()),
        most_codes=RECOVERY_CODES,
        host=site().host if site() else None,  # type: ignore[union-attr]
        refusal=error.sentence if error and not error.fields else None,
        errors={f"name-{renamed}": error.sentence} if error and error.fields else {},
    )


def _totp(offer: Offer, error: CrrcError | None = None) -> Response:
    drawn = segno.make(offer.address, error="m").svg_inline(scale=5, border=3, omitsize=True)
    return page(
        "tenants/security/totp.html",
        error.status if error else 200,
        offer=offer,
        secret=grouped(offer.secret),
        qr=Markup(drawn),  # noqa: S704 (our own drawing)
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
        next=next_path() if "next" in request.values else "",
    )


def _passkey(error: CrrcError | None = None, name: str | None = None) -> Response:
    return page(
        "tenants/security/passkey.html",
        error.status if error else 200,
        name=agent_in_words(request.user_agent.string) if name is None else name[:120],
        here=site(),
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
        next=next_path() if "next" in request.values else "",
    )


def _go_on(added: Added, done: str) -> Response:
    """To what the person was doing, or first to the codes that are shown once."""
    proved(added.cookie)
    if added.codes:
        return _codes(added.codes, done)
    flash(done, "good")
    return redirect(next_path() if request.form.get("next") else url_for("security.view"), 303)


def _codes(codes: list[str], done: str) -> Response:
    response = page(
        "tenants/security/codes.html",
        done=done,
        codes=[shown(code) for code in codes],
        email=actor().email,
        next=next_path() if request.form.get("next") else url_for("security.view"),
    )
    response.headers["Cache-Control"] = "no-store"
    return response
