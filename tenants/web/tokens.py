"""What programs come in with: the tokens and clients of a portal, in words; a secret is shown once."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kit import clock
from kit.errors import CrrcError, Invalid, NotFound
from kit.settings import settings
from kit.typed import number
from kit.web import actor, page, permission
from tenants.rules.program import NAMELESS
from tenants.rules.roles import ORGANISATION_ROLES, ROLE_LABELS, TENANT_ROLES
from tenants.service import client as clients
from tenants.service import token as service
from tenants.service.program import list_programs, list_providers

tokens = Blueprint("tokens", __name__)

LIFETIMES = (("30", "30 jours"), ("90", "3 mois"), ("180", "6 mois"), ("365", "1 an"))
PLACES = ("portal", "facility", "provider")
NO_PLACE = "Indiquez le numéro FINESS juridique de l’organisme."
NO_SCOPE = "Choisissez au moins une partie du portail, à consulter ou à modifier."


@tokens.get("/staff/tokens")
@permission("api_token.view")
def list_tokens() -> Response:
    """Everything that was given to programs."""
    found = list_programs(actor())
    return page(
        "tenants/tokens/list.html",
        tokens=[_row(one, found.places) for one in found.tokens],
        clients=[_row(one, found.places) for one in found.clients],
    )


@tokens.get("/staff/tokens/new")
@permission("api_token.create")
def new() -> Response:
    """The form of a token."""
    return _form("token")


@tokens.post("/staff/tokens/new")
@permission("api_token.create")
def create() -> Response:
    """Make a token, and show its secret."""
    try:
        made, secret = service.create_token(actor(), **_asked())
    except (Invalid, NotFound) as error:
        return _form("token", error)
    return page("tenants/tokens/made.html", kind="token", made=made, secret=secret, **_addresses())


@tokens.get("/staff/clients/new")
@permission("api_client.create")
def new_client() -> Response:
    """The form of a client."""
    return _form("client")


@tokens.post("/staff/clients/new")
@permission("api_client.create")
def create_client() -> Response:
    """Make a client, and show its secret."""
    try:
        made, secret = clients.create_client(actor(), **_asked())
    except (Invalid, NotFound) as error:
        return _form("client", error)
    return page("tenants/tokens/made.html", kind="client", made=made, secret=secret, **_addresses())


@tokens.post("/staff/tokens/<uuid:token_id>/revoke")
@permission("api_token.revoke")
def revoke(token_id: UUID) -> Response:
    """Stop a token."""
    service.revoke_token(actor(), token_id)
    flash("Ce jeton ne sert plus. Le programme qui l’utilise est refusé dès maintenant.", "good")
    return redirect(url_for(".list_tokens"), 303)


@tokens.post("/staff/clients/<uuid:client_id>/renew")
@permission("api_client.renew")
def renew_client(client_id: UUID) -> Response:
    """Give a client another secret, and show it."""
    made, secret = clients.renew_client(actor(), client_id, _lifetime())
    return page("tenants/tokens/made.html", kind="renewed", made=made, secret=secret, **_addresses())


@tokens.post("/staff/clients/<uuid:client_id>/revoke")
@permission("api_client.revoke")
def revoke_client(client_id: UUID) -> Response:
    """Stop a client and its tokens."""
    clients.revoke_client(actor(), client_id)
    flash("Ce client ne sert plus, et ses jetons non plus.", "good")
    return redirect(url_for(".list_tokens"), 303)


def _asked() -> dict[str, Any]:
    """What the form asks for, as the commands want it. Raises Invalid."""
    form = request.form
    place, name, scopes = form.get("place", "portal"), form.get("name", ""), _scopes()
    inside = place in PLACES[1:]
    finess_ej = form.get("finess_ej", "").replace(" ", "") if place == "facility" else None
    missing = {"name": NAMELESS} if not name.strip() else {}
    missing |= {"finess_ej": NO_PLACE} if finess_ej == "" else {}
    missing |= {"scopes": NO_SCOPE} if not scopes else {}
    if missing:
        raise Invalid(next(iter(missing.values())), missing)
    return {
        "name": name,
        "scopes": scopes,
        "known_scopes": current_app.extensions["crrc_known_scopes"],
        "roles": [form.get(f"{place}_role", "")] if inside else form.getlist("role"),
        "finess_ej": finess_ej,
        "provider": form.get("provider", "") if place == "provider" else None,
        "lifetime": _lifetime(),
    }


def _scopes() -> list[str]:
    found = request.form.get("scopes", "").split()
    for part in current_app.extensions["crrc_scopes"]:
        level = request.form.get(f"part-{part.key}", "")
        found += {"read": part.read, "act": part.things}.get(level, ())
    return found


def _lifetime() -> timedelta:
    return timedelta(days=number(request.form.get("lifetime", "365"), 4) or 0)


def _form(kind: str, error: CrrcError | None = None) -> Response:
    """The form, with what was typed."""
    errors = dict(error.fields) if error else {}
    if error and not errors:
        errors = {"finess_ej" if request.form.get("place") == "facility" else "provider": error.sentence}
    parts = current_app.extensions["crrc_scopes"]
    typed = request.form
    return page(
        "tenants/tokens/new.html",
        error.status if error else 200,
        kind=kind,
        errors=errors,
        parts=parts,
        levels={part.key: typed.get(f"part-{part.key}", "") for part in parts},
        providers=[(str(one.id), one.name) for one in list_providers(actor())],
        typed={name: typed.get(name, "") for name in ("name", "finess_ej", "provider", "scopes")},
        place=typed.get("place", "portal"),
        roles=typed.getlist("role") if error else [],
        inside_role=typed.get(f"{typed.get('place', '')}_role", "reader"),
        lifetime=typed.get("lifetime", "365"),
        lifetimes=LIFETIMES,
        tenant_roles=[(one, ROLE_LABELS[one]) for one in TENANT_ROLES],
        inside_roles=[(one, ROLE_LABELS[one]) for one in ORGANISATION_ROLES],
    )


def _row(one: Any, places: dict[UUID, str]) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": one.id,
        "name": one.name,
        "place": places.get(one.organisation_id, "") if one.organisation_id else "",
        "roles": [ROLE_LABELS.get(role, role) for role in one.roles],
        **_in_words(one.scopes),
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "used_at": one.used_at,
        "state": "over" if one.expires_at <= now else "soon" if one.expires_at - now < timedelta(days=14) else "live",
    }


def _in_words(scopes: Sequence[str]) -> dict[str, Any]:
    """The parts that a program acts on and those it reads; scopes that make no whole part are shown as they are."""
    left, acts, reads = set(scopes), [], []
    parts = current_app.extensions["crrc_scopes"]
    for part in parts:
        if left.issuperset(part.things):
            acts.append(part.label)
            left -= {one for one in left if one.partition(".")[0] in part.things}
        elif part.read and left.issuperset(part.read):
            reads.append(part.label)
            left -= set(part.read)
    return {
        "acts": ["Toutes les parties"] if len(acts) == len(parts) else acts,
        "reads": reads,
        "exactly": sorted(left),
    }


def _addresses() -> dict[str, Any]:
    base = f"{settings().base_url}/api/v1/{g.tenant.slug}"
    return {"api_url": base, "token_url": f"{base}/oauth/token"}
