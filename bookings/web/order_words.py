"""Orders, rights and quotes as pages say them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, g, url_for

from bookings.models import Entitlement, Mission
from bookings.queries.entitlement import EntitlementRow
from bookings.queries.quote import Purchase
from bookings.rules.next_step import next_step
from bookings.rules.track import Step
from bookings.service.order_page import OrderLine
from kit import clock
from kit.french import NBSP, count, day, instant, money
from services_catalog.rules.states import UNIT_LABELS

_PLURALS = {"package": "forfaits", "half_day": "demi-journées", "month": "mois"}


def order_card(line: OrderLine) -> dict[str, Any]:
    """An order in a list."""
    order, purchase = line.order, line.purchase
    return {
        "title": purchase.version.title,
        "href": url_for("orders.view_order", order_id=order.id),
        "number": order.number,
        "buyer": purchase.organisation.name,
        "provider": purchase.provider.name,
        "state": order.state,
        "quantity": quantity(purchase),
        "total": money(order.total_cents),
        "net": money(order.net_cents),
        "steps": steps(line.steps),
        "sentence": standing(line),
        "asked_on": order.requested_at,
        "lot": f"{purchase.agreement.reference}, lot {purchase.lot.number}",
    }


def right_card(row: EntitlementRow) -> dict[str, Any]:
    """A right in a list."""
    right = row.entitlement
    percent = right.ars_share_percent
    share = f"L’ARS paie {percent}{NBSP}%" if percent else "L’ARS ne paie rien"
    limit = f", {money(right.cap_cents)} au plus" if right.cap_cents is not None else ""
    return {
        "title": row.service.title,
        "href": url_for("entitlements.order_entitlement", entitlement_id=right.id),
        "campaign": row.campaign_title,
        "organisation": row.organisation.name,
        "state": right.state,
        "share": f"{share}{limit}.",
        "until": _until(right),
    }


def _until(right: Entitlement) -> str:
    """How long a right may be used; nothing once it is."""
    if right.state != "open":
        return ""
    return f"À utiliser jusqu’au {day(right.expires_on)}." if right.expires_on else "Sans date limite."


def quote_card(purchase: Purchase) -> dict[str, Any]:
    """A quote in a list."""
    return {
        "title": purchase.version.title,
        "href": url_for("orders.view_quote", quote_id=purchase.quote.id),
        "number": purchase.quote.number,
        "total": money(purchase.quote.total_cents),
        "quantity": quantity(purchase),
        "until": day(purchase.quote.valid_until),
    }


def steps(found: Sequence[Step]) -> list[dict[str, Any]]:
    """Steps as the macro `timeline` takes them: a date that is fixed has not passed, what comes next has not begun."""
    now = clock.now()
    ahead = any(one.at is not None and one.at > now for one in found)
    words = {"done": "Fait", "current": "Prochaine étape"}
    return [
        {"name": one.name, "state": one.state, "when": _when(one.at), "word": words.get(one.state, "")}
        | ({"word": "Fixée"} if one.at is not None and one.at > now else {})
        | ({"word": "En cours"} if one.state == "current" and one.name == "Mission" and not ahead else {})
        for one in found
    ]


def standing(line: OrderLine) -> str:
    """Where an order is and who acts next, in a sentence."""
    order, purchase = line.order, line.purchase
    if order.state == "requested":
        return "Attend l’accord d’une personne de l’organisme."
    if order.state == "refused":
        return f"Refusée{NBSP}: {order.refused_motive}"
    if order.state == "cancelled":
        fee = f" Frais{NBSP}: {money(order.fee_cents)} HT." if order.fee_cents else ""
        return f"Annulée{NBSP}: {order.cancel_motive}{fee}"
    if purchase.version.mode == "time":
        if order.state == "completed":
            return "Toutes les demi-journées sont utilisées ou expirées."
        return "Les demi-journées sont sur le compte de l’organisme."
    work = next((one for one in line.missions if one.state != "cancelled"), None)
    return _next(work, purchase) if work else "La mission est annulée. Le GRADeS est prévenu."


def quantity(purchase: Purchase) -> str:
    """« 2 jours », « 1 exercice » of a quote."""
    return units(purchase.quote.terms.get("unit", "package"), purchase.quote.quantity)


def units(unit: str, number: int) -> str:
    """« 2 jours », « 1 exercice »."""
    return count(number, UNIT_LABELS[unit], _PLURALS.get(unit))


def mission_url(line: OrderLine) -> str | None:
    """The page where the order's work goes on: its mission, or the account of its half-days."""
    if line.purchase.version.mode == "time":
        return door("time_accounts.view_time", organisation_id=line.order.organisation_id)
    work = next((one for one in line.missions if one.state != "cancelled"), None)
    return door("missions.view_mission", mission_id=work.id) if work else None


def door(endpoint: str, **values: Any) -> str | None:
    """The address of a page of another module, None while there is no such page."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def _next(work: Mission, purchase: Purchase) -> str:
    starts = f"le {instant(work.starts_at, g.tenant.zone)}" if work.starts_at else ""
    today = clock.now().astimezone(ZoneInfo(g.tenant.zone)).date()
    return next_step(work, purchase.organisation.name, purchase.provider.name, starts, today).sentence


def _when(at: datetime | None) -> str:
    return day(at.astimezone(ZoneInfo(g.tenant.zone)).date()) if at else ""
