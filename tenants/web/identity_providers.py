"""The providers of the portal, as its GRADeS registers, tries and opens them. A page each: they are two, for ever."""

from functools import partial

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid
from kit.web import actor, page, permission
from tenants.rules.identity import PROVIDER_NAMES
from tenants.service import identity_provider as service
from tenants.service.identity_provider import Trial
from tenants.web.identity import back_url, signed_out_url

identity_providers = Blueprint("identity_providers", __name__, url_prefix="/staff/settings/sign-in")
FIELDS = ("discovery_url", "client_id", "client_secret", "level")


@identity_providers.get("")
@permission("identity_provider.view")
def list_providers() -> Response:
    """Both, and whether they are open."""
    return page("tenants/identity_providers/list.html", providers=service.view_providers(actor()))


def _view(kind: str) -> Response:
    """How the portal is registered, and the addresses to give to the provider."""
    return _page(kind)


def _set(kind: str) -> Response:
    """Write it."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    if not typed["discovery_url"]:
        typed["discovery_url"] = request.form.get("other_url", "")
    try:
        service.set_provider(actor(), kind, typed)
    except Invalid as error:
        return _page(kind, error, typed)
    flash("L’enregistrement est conservé. Essayez-le avant de l’ouvrir.", "good")
    return _back(kind)


def _try(kind: str) -> Response:
    """Ask the provider for its description, and show it."""
    try:
        return _page(kind, trial=service.try_provider(actor(), kind))
    except Conflict as error:
        return _page(kind, error)


def _open(kind: str) -> Response:
    """Offer it on the sign-in page."""
    try:
        trial = service.open_provider(actor(), kind)
    except Conflict as error:
        return _page(kind, error)
    if trial.fault:
        return _page(kind, trial=trial, status=Conflict.status)
    flash(f"{PROVIDER_NAMES[kind]} est proposé sur la page de connexion.", "good")
    return _back(kind)


def _close(kind: str) -> Response:
    """Offer it no more."""
    try:
        service.close_provider(actor(), kind)
    except Conflict as error:
        return _page(kind, error)
    flash(f"{PROVIDER_NAMES[kind]} n’est plus proposé. Le lien par courriel ouvre les mêmes comptes.", "good")
    return _back(kind)


def _back(kind: str) -> Response:
    return redirect(url_for(f"identity_providers.view_{kind}"), 303)


def _page(
    kind: str,
    error: CrrcError | None = None,
    typed: dict[str, str] | None = None,
    trial: Trial | None = None,
    status: int = 200,
) -> Response:
    setting = service.view_provider(actor(), kind)
    known = {"discovery_url": setting.discovery_url, "client_id": setting.client_id, "level": setting.level}
    faults = dict(error.fields) if error else {}
    return page(
        "tenants/identity_providers/view.html",
        error.status if error else status,
        setting=setting,
        typed=typed or known,
        trial=trial,
        addresses=(
            ("Adresse de retour (redirect_uri)", back_url(kind)),
            ("Adresse de retour après déconnexion (post_logout_redirect_uri)", signed_out_url(kind)),
        ),
        refusal=error.sentence if error and not faults else None,
        errors=faults,
    )


ROUTES = (
    ("", "view", "GET", "identity_provider.view", _view),
    ("", "set", "POST", "identity_provider.set", _set),
    ("/try", "try", "POST", "identity_provider.view", _try),
    ("/open", "open", "POST", "identity_provider.set", _open),
    ("/close", "close", "POST", "identity_provider.set", _close),
)
for _kind in PROVIDER_NAMES:
    for _path, _name, _method, _action, _handler in ROUTES:
        identity_providers.add_url_rule(
            f"/{_kind}{_path}",
            f"{_name}_{_kind}",
            permission(_action)(partial(_handler, _kind)),
            methods=[_method],
        )
