"""Revising a schedule: a value of the index is typed, its effect is shown line by line, then it is decided."""

from collections.abc import Mapping
from uuid import UUID

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from kit.errors import Conflict, CrrcError, Invalid
from kit.french import day
from kit.web import actor, page, permission
from services_catalog.rules.offer import percent
from services_catalog.service import revision as revisions
from services_catalog.service.revision import NewRevision, RevisionOutlook
from services_catalog.service.schedule import view_schedule
from services_catalog.web.market import blueprint
from services_catalog.web.typed import boxes, day_of

FIELDS = ("index_value", "index_on-day", "index_on-month", "index_on-year")
DATES = ("starts_on-day", "starts_on-month", "starts_on-year")


@blueprint.get("/staff/schedules/<uuid:schedule_id>/revise")
@permission("price_schedule.revise")
def ask_revise(schedule_id: UUID) -> Response:
    """The value of the index; once typed, what it does to each price."""
    if "index_value" not in request.args:
        return _page(schedule_id, {})
    try:
        outlook = revisions.foresee_revision(actor(), schedule_id, _asked(request.args))
    except (Invalid, Conflict) as error:
        return _page(schedule_id, request.args, error)
    return _page(schedule_id, request.args, outlook=outlook)


@blueprint.post("/staff/schedules/<uuid:schedule_id>/revise")
@permission("price_schedule.revise")
def revise_schedule(schedule_id: UUID) -> Response:
    """Decide the revision."""
    try:
        made = revisions.revise_schedule(actor(), schedule_id, _asked(request.form))
    except (Invalid, Conflict) as error:
        return _page(schedule_id, request.form, error)
    flash(
        f"Les prix sont révisés de {percent(made.coefficient_ppm)} à partir du {day(made.starts_on)}.",
        "good",
    )
    return redirect(url_for(".view_schedule", schedule_id=schedule_id), 303)


def _page(
    schedule_id: UUID,
    typed: Mapping[str, str],
    error: CrrcError | None = None,
    outlook: RevisionOutlook | None = None,
) -> Response:
    found = view_schedule(actor(), schedule_id, "price_schedule.revise")
    return page(
        "market/revise.html",
        error.status if error else 200,
        found=found,
        schedule=found.schedule,
        lot=found.lot,
        agreement=found.agreement,
        typed={name: typed.get(name, "") for name in (*FIELDS, *DATES)},
        dates={name: boxes(typed, name) for name in ("index_on", "starts_on")},
        starts_on=day_of(typed, "starts_on"),
        outlook=outlook,
        percent=percent,
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )


def _asked(sent: Mapping[str, str]) -> NewRevision:
    return NewRevision(sent.get("index_value", ""), day_of(sent, "index_on"), day_of(sent, "starts_on"))
