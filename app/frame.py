"""What frames a page: the portal's name and colours, the main menu, the person's menu, the foot."""

from typing import Any
from urllib.parse import quote

from flask import g, request, url_for

from app.legal import links
from app.menu import link, menus
from kit.actor import Actor
from kit.french import count
from notifications.service.reading import my_news
from tenants.rules.roles import ROLE_LABELS

API = {"text": "API", "href": "/api/v1/docs"}


def context() -> dict[str, Any]:
    """The frame's variables, as app/templates/base.html reads them."""
    tenant = g.get("tenant")
    if tenant is None:
        return {"tenant": None, "nav": [], "pages": [], "user": None, "sign_in_url": None, "footer_links": [API]}
    closed = tenant.suspended_at is not None
    nav, pages = ([], []) if closed else menus(g.actor)
    return {
        "tenant": _portal(tenant),
        "nav": nav,
        "pages": pages,
        "user": _user(g.actor) if g.actor.kind == "person" else None,
        "sign_in_url": None if closed or g.actor.is_known else _sign_in(tenant.slug),
        "footer_links": [*(link(text, endpoint) for text, endpoint in links(tenant.accessibility_state)), API],
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
        "logo_url": f"/{tenant.slug}/logo.png?v={tenant.logo[:12]}" if tenant.logo else None,
    }


def _user(actor: Actor) -> dict[str, Any]:
    detail = ", ".join(ROLE_LABELS[role] for role in sorted(actor.roles))
    unread = _unread(actor)
    news = f"Mes notifications ({count(unread, 'non lue', 'non lues')})" if unread else "Mes notifications"
    return {
        "name": actor.name,
        "detail": detail or actor.email,
        "unread": unread,
        "mail_refused_at": g.get("mail_refused_at"),
        "menu": [
            link(news, "notifications.view"),
            link("Mon compte", "account.view"),
            link("Changer de portail", "portals.list_portals"),
        ],
        "sign_out_url": url_for("sign_in.sign_out"),
    }


def _unread(actor: Actor) -> int:
    """Asked once for a page; not at all for the page of a fault, which sets it to 0 (app/fault_answer.py)."""
    if "unread" not in g:
        g.unread, g.mail_refused_at = my_news(actor)
    unread: int = g.unread
    return unread


def _sign_in(slug: str) -> str:
    """Where « Se connecter » leads: back to this page, unless it is about signing in itself."""
    home = f"/{slug}/sign-in"
    if request.method != "GET" or request.path == home or request.path.startswith(f"{home}/"):
        return home
    return f"{home}?next={quote(request.full_path.rstrip('?'), safe='/')}"
