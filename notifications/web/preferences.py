"""« Mes courriels »: what one wants to be told by mail, how often, and at what hours."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Invalid
from kit.french import NBSP, ZONES, count
from kit.typed import number
from kit.web import actor, page, permission
from notifications.rules.families import FAMILIES, RHYTHM_WORDS, offered_to, rhythm_of
from notifications.rules.quiet import DEFAULT, QuietHours
from notifications.service import address
from notifications.service.preference import look_at_preferences, set_preferences

blueprint = Blueprint("preferences", __name__)
HOURS = [(hour, f"{hour}{NBSP}h") for hour in range(24)]


@blueprint.get("/account/notifications")
@permission("preference.view")
def edit() -> Response:
    """As they are."""
    mine = look_at_preferences(actor())
    chosen = {family.key: rhythm_of(family, mine.choices) for family in _offered()}
    return _page(chosen, _as_typed(mine.quiet), {}, 200)


@blueprint.post("/account/notifications")
@permission("preference.set")
def save() -> Response:
    """As somebody wants them from now on."""
    chosen = {family.key: request.form.get(family.key, "") for family in _offered()}
    typed = {name: request.form.get(name, "") for name in ("quiet", "quiet_begins", "quiet_ends", "quiet_weekends")}
    try:
        set_preferences(actor(), chosen, _quiet(typed))
    except Invalid as error:
        return _page(chosen, typed, dict(error.fields), error.status)
    flash("Vos préférences sont enregistrées.", "good")
    return redirect(url_for("preferences.edit"), 303)


@blueprint.post("/account/notifications/lift")
@permission("suppressed_address.lift_mine")
def lift() -> Response:
    """My mailbox takes mails again: try."""
    number_of = address.lift_mine(actor())
    left = f" {count(number_of, 'courriel récent repart', 'courriels récents repartent')}." if number_of else ""
    flash(f"Nous vous écrivons de nouveau.{left} Si votre messagerie les refuse encore, ce message reviendra.", "good")
    return redirect(url_for("preferences.edit"), 303)


def _offered() -> list[Any]:
    return offered_to(bool(actor().roles))


def _as_typed(quiet: QuietHours) -> dict[str, str]:
    """Quiet hours as the form shows them; those that are off propose the usual ones."""
    off = quiet.begins is None or quiet.ends is None
    return {
        "quiet": "" if off else "yes",
        "quiet_begins": str(DEFAULT.begins if off else quiet.begins),
        "quiet_ends": str(DEFAULT.ends if off else quiet.ends),
        "quiet_weekends": "yes" if quiet.weekends else "",
    }


def _quiet(typed: Mapping[str, str]) -> QuietHours:
    weekends = typed["quiet_weekends"] == "yes"
    if typed["quiet"] != "yes":
        return QuietHours(None, None, weekends)
    begins, ends = number(typed["quiet_begins"]), number(typed["quiet_ends"])
    return QuietHours(24 if begins is None else begins, 24 if ends is None else ends, weekends)  # 24: no hour


def _page(chosen: Mapping[str, str], typed: Mapping[str, str], errors: dict[str, str], status: int) -> Response:
    mine = look_at_preferences(actor())
    return page(
        "notifications/preferences.html",
        status,
        offered=_offered(),
        essential=[family for family in FAMILIES if family.essential],
        rhythms=[{"value": key, "text": words} for key, words in RHYTHM_WORDS.items()],
        chosen=chosen,
        typed=typed,
        hours=HOURS,
        zone=ZONES.get(mine.zone, mine.zone),
        suppressed=mine.suppressed,
        errors=errors,
    )
