"""The menus, on one page: the parts of the portal, the pages of each, and whom each is for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import current_app, g, request, url_for

from app.auth import view_permission
from app.rooms import permissions
from kit.actor import Actor
from kit.permissions import Who, allows, anyone, either, member, role, supplier

applicants = member("owner", "editor", "billing", "reader")
providers = supplier("owner", "editor", "billing", "reader")
staff = role("ars_manager", "ars_instructor", "grades_manager")
grades = role("grades_manager")
ars = role("ars_manager", "ars_instructor")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu. `inside` are the beginnings of the addresses, in the portal, that belong to it."""

    text: str
    endpoint: str
    inside: tuple[str, ...]
    who: Who = anyone
    pages: tuple["Entry", ...] = ()
    values: Callable[[Actor], dict[str, Any]] = lambda actor: {}


def _everybody_but_the_staff(actor: Actor, thing: Any) -> bool:
    """Whoever may have files: not those who are here for the ARS or the GRADeS alone, nor providers."""
    return applicants(actor, thing) or not (actor.roles or actor.suppliers)


def _my_supplier(actor: Actor) -> dict[str, Any]:
    """Which provider's pages: the first of one's own. The others are on the page of one's account."""
    return {"provider_id": min(actor.suppliers)}


MENU = (
    Entry("Appels à candidatures", "campaigns.home", ("/campaigns/",)),
    Entry("Catalogue", "services.list_services", ("/services/",)),
    Entry("Mes dossiers", "candidacies.mine", ("/candidacies/", "/awards/"), _everybody_but_the_staff),
    Entry(
        "Mes prestations",
        "orders.my_orders",
        ("/orders/", "/entitlements/", "/quotes/", "/missions/", "/sessions/", "/time/", "/prices/"),
        applicants,
        (
            Entry("Droits et commandes", "orders.my_orders", ("/orders/", "/entitlements/", "/quotes/")),
            Entry("Missions", "missions.my_missions", ("/missions/",)),
            Entry("Séances collectives", "sessions.list_sessions", ("/sessions/",)),
            Entry("Temps de RSSI", "time_accounts.my_time", ("/time/",)),
            Entry("Mes prix", "prices.my_prices", ("/prices/",)),
        ),
    ),
    Entry(
        "Factures",
        "my_invoices.my_invoices",
        ("/invoices/", "/checkouts/", "/staff/billing/campaigns/"),
        either(applicants, ars),
        (
            Entry("Mes factures", "my_invoices.my_invoices", ("/invoices/", "/checkouts/")),
            Entry("Relevé de compte", "statements.my_statement", ()),
            Entry("Chiffres par campagne", "billing_dashboard.view_campaigns", (), ars),
        ),
    ),
    Entry(
        "Mes missions",
        "missions.my_missions",
        ("/missions/", "/orders/", "/sessions/", "/providers/"),
        providers,
        (
            Entry("Missions", "missions.my_missions", ("/missions/", "/orders/")),
            Entry("Séances collectives", "sessions.list_sessions", ("/sessions/",)),
            Entry("Disponibilités", "availability.view", (), values=_my_supplier),
            Entry("Profil et équipe", "providers.view_provider", ("/providers/",), values=_my_supplier),
        ),
    ),
    Entry(
        "Campagnes",
        "staff_campaigns.list_campaigns",
        ("/staff/campaigns/", "/staff/candidacies/", "/staff/awards/", "/awards/"),
        staff,
    ),
    Entry(
        "Prestations",
        "board.view_board",
        (
            *("/staff/missions/", "/staff/orders/", "/staff/time/", "/staff/services/", "/staff/market/"),
            *("/staff/lots/", "/staff/schedules/", "/staff/providers/", "/providers/", "/sessions/", "/missions/"),
            *("/orders/", "/entitlements/", "/quotes/", "/time/", "/prices/"),
        ),
        grades,
        (
            Entry("Missions", "board.view_board", ("/staff/missions/", "/missions/")),
            Entry("Commandes", "orders.list_orders", ("/staff/orders/", "/orders/", "/entitlements/", "/quotes/")),
            Entry("Séances", "sessions.list_sessions", ("/sessions/",)),
            Entry("Temps partagé", "time_accounts.list_accounts", ("/staff/time/", "/time/")),
            Entry("Catalogue", "staff_services.list_drafts", ("/staff/services/",)),
            Entry(
                "Marché",
                "market.list_agreements",
                ("/staff/market/", "/staff/lots/", "/staff/schedules/", "/prices/"),
            ),
            Entry("Prestataires", "providers.list_providers", ("/staff/providers/", "/providers/")),
        ),
    ),
    Entry(
        "Facturation",
        "billing_dashboard.view_dashboard",
        ("/staff/billing/", "/invoices/", "/checkouts/"),
        grades,
        (
            Entry("Tableau de bord", "billing_dashboard.view_dashboard", ("/staff/billing/campaigns/",)),
            Entry("À facturer", "drafts.list_drafts", ("/staff/billing/drafts/", "/staff/billing/runs/")),
            Entry(
                "Factures",
                "staff_invoices.list_invoices",
                ("/staff/billing/invoices/", "/staff/billing/transmissions/", "/invoices/"),
            ),
            Entry(
                "Encaissements",
                "bank.list_statements",
                ("/staff/billing/bank/", "/staff/billing/payments/", "/staff/billing/online/"),
            ),
            Entry(
                "Créances", "aged_balance.list_receivables", ("/staff/billing/receivables/", "/staff/billing/dunning/")
            ),
            Entry(
                "Abonnements et cotisations",
                "subscriptions.list_subscriptions",
                ("/staff/billing/subscriptions/", "/staff/billing/adhesions/"),
            ),
            Entry("Clients", "customers.list_customers", ("/staff/billing/customers/",)),
            Entry("Écritures", "journal.list_entries", ("/staff/billing/journal/",)),
            Entry(
                "Réglages",
                "billing_settings.edit_issuer",
                (
                    "/staff/billing/settings/",
                    "/staff/billing/vat/",
                    "/staff/billing/channels/",
                    "/staff/billing/online/account/",
                ),
            ),
        ),
    ),
    Entry("Agenda", "planning.my_calendar", ("/calendar/",), either(applicants, providers, grades)),
    Entry(
        "Portail",
        "settings.index",
        (
            *("/staff/settings/", "/staff/people/", "/staff/organisations/", "/claims/", "/reviews/", "/staff/tokens/"),
            *("/staff/clients/", "/staff/webhooks/", "/staff/audit/", "/staff/privacy/", "/staff/mails/", "/pulse/"),
            "/staff/incidents/",
        ),
        role("ars_manager", "grades_manager"),
        (
            Entry("Réglages", "settings.index", ("/staff/settings/",)),
            Entry("Personnes", "staff_people.list_people", ("/staff/people/",)),
            Entry("Organismes", "organisations.list_organisations", ("/staff/organisations/", "/claims/", "/reviews/")),
            Entry("Programmes", "tokens.list_tokens", ("/staff/tokens/", "/staff/clients/")),
            Entry("Notifications sortantes", "webhooks.list_endpoints", ("/staff/webhooks/",)),
            Entry("Journal", "audit.list_lines", ("/staff/audit/",)),
            Entry("Vie privée", "privacy.overview", ("/staff/privacy/",)),
            Entry("Courriels", "mails.list_suppressed", ("/staff/mails/",)),
            Entry("Fonctionnement", "pulse.view", ("/pulse/",)),
            Entry("Incidents", "incidents.list_incidents", ("/staff/incidents/",)),
        ),
    ),
)


def menus(actor: Actor) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What to show to this person on this page: the parts, and the pages of the part they are in."""
    shown = [entry for entry in MENU if _is_for(actor, entry)]
    here = next((entry for entry in shown if entry.pages and _is_in(entry)), None)
    pages = [page for page in here.pages if _is_for(actor, page)] if here else []
    return _links(actor, shown), _links(actor, pages)


def _links(actor: Actor, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Their links; one alone is marked when one of them leads to this very page, else the nearest."""
    nearest = max((_depth(one.inside) for one in entries), default=0)
    found = [
        link(one.text, one.endpoint, one.inside if _depth(one.inside) == nearest else (), one.values(actor))
        for one in entries
    ]
    if any(one["current"] == "page" for one in found):
        return [{**one, "current": one["current"] == "page" and "page"} for one in found]
    return found


def link(
    text: str, endpoint: str, inside: tuple[str, ...] = (), values: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A link, and whether it leads to this page ("page") or to the part it belongs to ("true")."""
    href = url_for(endpoint, **values) if values else _address(g.tenant.slug, endpoint)
    if request.path.rstrip("/") == href.rstrip("/"):
        return {"text": text, "href": href, "current": "page"}
    return {"text": text, "href": href, "current": _begins(inside) and "true"}


@lru_cache(maxsize=4096)
def _address(slug: str, endpoint: str) -> str:
    """Every page has some twenty of them, always the same."""
    return url_for(endpoint)


def _begins(inside: tuple[str, ...]) -> bool:
    return _depth(inside) > 0


def _depth(inside: tuple[str, ...]) -> int:
    """How much of this page's address the longest of these beginnings says."""
    here = f"{request.path.rstrip('/')}/"
    return max((len(one) for one in inside if here.startswith(f"/{g.tenant.slug}{one}")), default=0)


def _is_in(entry: Entry) -> bool:
    return _begins(entry.inside)


def _is_for(actor: Actor, entry: Entry) -> bool:
    """Whether the menu shows this person the page: it is meant for them, and they may open it."""
    if entry.endpoint not in current_app.view_functions or not entry.who(actor, None):
        return False
    action = view_permission(current_app, entry.endpoint, "GET")
    return action is not None and allows(permissions(), actor, action)
