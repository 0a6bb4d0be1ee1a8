"""One's calendar: month, week, list; and the address to follow it in another program."""

from datetime import date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.queries.calendar import Appointment
from bookings.rules.grid import VIEWS, within
from bookings.rules.halves import local_day
from bookings.service import calendar as calendars
from bookings.service import feed as feeds
from bookings.service.calendar import Agenda, Pages
from bookings.service.meeting import page_of
from bookings.web.asked import day, maybe
from kit import french
from kit.host import origin_of
from kit.web import actor, page, permission

blueprint = Blueprint("planning", __name__)
VIEW_WORDS = {"month": "Mois", "week": "Semaine", "list": "Liste"}
NOON = 12
BESIDE = {"month": ("Mois précédent", "Mois suivant"), "week": ("Semaine précédente", "Semaine suivante")}


@blueprint.get("/calendar")
@permission("calendar.view")
def my_calendar() -> Response:
    """A month, a week or a list of appointments; the address says which."""
    view = request.args.get("view", "month")
    view = view if view in VIEWS else "month"
    on = day(request.args.get("on", ""))
    on = within(on) if on else None
    provider_id = maybe(request.args.get("provider", ""))
    kept: dict[str, Any] = {"provider": str(provider_id)} if provider_id else {}
    if view == "list":
        found: Agenda | Pages = calendars.view_agenda(actor(), on, maybe(request.args.get("after", "")), provider_id)
    elif view == "week":
        found = calendars.view_week(actor(), on, provider_id)
    else:
        found = calendars.view_month(actor(), on, provider_id)
    words = _agenda(found, kept) if isinstance(found, Agenda) else _pages(view, found, kept)
    shown = on or found.today
    return page(
        f"planning/{view}.html",
        view=view,
        today=found.today,
        views=[(name, VIEW_WORDS[name], address(name, shown, kept)) for name in VIEWS],
        today_url=address(view, found.today, kept),
        on=shown,
        providers=[(one.id, one.name) for one in found.providers],
        provider=str(provider_id or ""),
        feed=_feed(),
        **words,
    )


@blueprint.get("/calendar/<secret>.ics")
@permission("calendar.follow")
def feed(secret: str) -> Response:
    """The calendar, for a program: not sent again while nothing changed."""
    found = feeds.read_feed(actor(), secret)
    answer = Response(found.content, mimetype="text/calendar")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.set_etag(found.tag)
    return answer.make_conditional(request.environ)


@blueprint.post("/calendar/feed")
@permission("calendar.renew")
def renew_feed() -> Response:
    """A new secret address; the former one is dead."""
    feeds.renew_feed(actor())
    flash("Votre adresse d’abonnement est prête. S’il y en avait une autre, elle ne répond plus.", "good")
    return redirect(url_for(".my_calendar") + "#agenda", 303)


def address(view: str, on: date, kept: dict[str, Any]) -> str:
    """The page of a view on a day."""
    return url_for("planning.my_calendar", view=view, on=on.isoformat(), **kept)


def line(one: Appointment) -> dict[str, Any]:
    """An appointment as pages show it to whoever reads: for whom it is, or who comes."""
    mine = actor().organisations
    is_provider = one.slot.provider_id in mine or bool(actor().roles)
    return {
        "slot": one.slot,
        "title": one.slot.title,
        "href": f"/{g.tenant.slug}{page_of(one)}",
        "short": one.organisation if is_provider and one.organisation else one.slot.title,
        "who": (one.organisation or "Séance collective") if is_provider else one.provider,
        "consultant": one.consultant.name,
        "is_group": one.slot.kind == "group",
        "is_whole_day": _is_whole_day(one),
        "places": _taken(one) if one.slot.kind == "group" else "",
    }


def _is_whole_day(one: Appointment) -> bool:
    """Whether it fills a morning and its afternoon."""
    starts, ends = (at.astimezone(ZoneInfo(g.tenant.zone)) for at in (one.slot.starts_at, one.slot.ends_at))
    return starts.hour < NOON < ends.hour


def _taken(one: Appointment) -> str:
    return f"{french.count(one.slot.taken, 'place prise', 'places prises')} sur {one.slot.capacity}"


def _pages(view: str, found: Pages, kept: dict[str, Any]) -> dict[str, Any]:
    span = found.span
    cells = {
        key: {
            "total": cell.total,
            "lines": [line(one) for one in cell.first],
            "more": cell.total - len(cell.first),
            "words": f"{french.day(cell.on, weekday=True)}, {french.count(cell.total, 'rendez-vous', 'rendez-vous')}",
        }
        for key, cell in found.cells.items()
    }
    previous, following = BESIDE[view]
    return {
        "span": span,
        "cells": cells,
        "total": found.total,
        "heading_words": _heading(view, found),
        "previous": (previous, address(view, span.previous, kept)),
        "following": (following, address(view, span.following, kept)),
        "day_url": lambda on: address("list", on, kept),
        "week_url": lambda on: address("week", on, kept),
    }


def _heading(view: str, found: Pages) -> str:
    first, last = found.span.first, found.span.last
    if view == "month":
        return f"{french.MONTHS[first.month - 1]} {first.year}".capitalize()
    return f"Du {french.day(first)} au {french.day(last)}"


def _agenda(found: Agenda, kept: dict[str, Any]) -> dict[str, Any]:
    following = address("list", found.first, kept) + f"&after={found.after}" if found.after else None
    lines = [line(one) for one in found.appointments]
    days = groupby(lines, key=lambda one: local_day(one["slot"].starts_at, g.tenant.zone))
    return {"days": [(on, list(rows)) for on, rows in days], "first": found.first, "following": following}


def _feed() -> dict[str, Any] | None:
    found = feeds.find_my_feed(actor())
    if found is None:
        return None
    secret, since = found
    path = url_for(".feed", secret=secret)
    return {"url": f"{origin_of(g.tenant)}{path}", "since": since}
