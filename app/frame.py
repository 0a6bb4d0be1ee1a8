"""What frames a page: the portal's name and colours, the person's menu, the main menu, the foot. No database."""

from typing import Any
from urllib.parse import quote

from flask import current_app, g, request, url_for

from app.rooms import permissions
from kit.permissions import allows
from tenants.rules.roles import ROLE_LABELS

# (words, endpoint, permission): shown to whoever may go there, when the page exists.
MENU = (
    ("Appels à candidatures", "campaigns.home", "campaign.view"),
    ("Mes dossiers", "candidacies.mine", "candidacy.start"),
    ("Campagnes", "staff.campaigns", "campaign.list"),
    ("Fonctionnement", "pulse.view", "pulse.view"),
)


def context() -> dict[str, Any]:
    """The frame's variables, as app/templates/base.html reads them."""
    tenant = g.get("tenant")
    return {
        "tenant": _portal(tenant) if tenant else None,
        "nav": _menu() if tenant else [],
        "user": _user() if tenant and g.actor.kind == "person" else None,
        "sign_in_url": _sign_in(tenant.slug) if tenant and not g.actor.is_known else None,
        "footer_links": [{"text": "API", "href": "/api/v1/docs"}],
    }


def _portal(tenant: Any) -> dict[str, Any]:
    return {
        "name": tenant.name,
        "slug": tenant.slug,
        "ars": tenant.ars,
        "zone": tenant.zone,
        "colour": tenant.colour,
        "contact_email": tenant.contact_email,
        "home_url": f"/{tenant.slug}/",
        "brand_url": f"/{tenant.slug}/brand.css?v={tenant.colour.lstrip('#')}",
    }


def _menu() -> list[dict[str, Any]]:
    items = []
    for text, endpoint, action in MENU:
        if endpoint in current_app.view_functions and allows(permissions(), g.actor, action):
            href = url_for(endpoint)
            here = request.path == href
            inside = href != f"/{g.tenant.slug}/" and request.path.startswith(f"{href.rstrip('/')}/")
            items.append({"text": text, "href": href, "current": "page" if here else inside and "true"})
    return items


def _user() -> dict[str, Any]:
    detail = ", ".join(ROLE_LABELS[role] for role in sorted(g.actor.roles))
    return {
        "name": g.actor.name,
        "detail": detail or g.actor.email,
        "menu": [{"text": "Mon compte", "href": url_for("account.view")}],
        "sign_out_url": url_for("sign_in.sign_out"),
    }


def _sign_in(slug: str) -> str:
    """Where « Se connecter » leads: back to this page, unless it is about signing in itself."""
    home = f"/{slug}/sign-in"
    if request.method != "GET" or request.path == home or request.path.startswith(f"{home}/"):
        return home
    return f"{home}?next={quote(request.full_path.rstrip('?'), safe='/')}"
