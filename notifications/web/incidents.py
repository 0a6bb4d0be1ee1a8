"""« Incidents »: the GRADeS says what is wrong with the service, where it stands, and that it is over."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from kit import clock
from kit.errors import Conflict, CrrcError, Invalid
from kit.french import ZONES
from kit.web import actor, page, permission
from notifications.rules.incident import IMPACTS
from notifications.service import incident as service

blueprint = Blueprint("incidents", __name__)
CHOICES = [{"value": key, "text": text} for key, text in IMPACTS.items()]
TYPED = ("title", "words", "impact", "began_at-date", "began_at-time", "until_at-date", "until_at-time")


@blueprint.get("/staff/incidents")
@permission("incident.open")
def list_incidents() -> Response:
    """Those that are open, then those of the last months."""
    found = service.list_incidents(actor())
    return page("notifications/incidents.html", found=found, impacts=IMPACTS, now=clock.now())


@blueprint.get("/staff/incidents/new")
@permission("incident.open")
def new() -> Response:
    """Write one down."""
    return _new()


@blueprint.post("/staff/incidents/new")
@permission("incident.open")
def open_incident() -> Response:
    """Tell everybody."""
    form = request.form
    try:
        began_at, until_at = _instant("began_at"), _instant("until_at")
        made = service.open_incident(
            actor(), form.get("title", ""), form.get("words", ""), form.get("impact", ""), began_at, until_at
        )
    except Invalid as error:
        return _new(error)
    flash("L’incident est annoncé sur la page d’état du service.", "good")
    return _to(made.incident.id)


@blueprint.get("/staff/incidents/<uuid:incident_id>")
@permission("incident.open")
def view(incident_id: UUID) -> Response:
    """One of them."""
    return _page(incident_id)


@blueprint.post("/staff/incidents/<uuid:incident_id>/tell")
@permission("incident.tell")
def tell(incident_id: UUID) -> Response:
    """Where it stands."""
    try:
        service.tell_incident(actor(), incident_id, request.form.get("words", ""))
    except Invalid as error:
        return _page(incident_id, error)
    flash("C’est écrit sur la page d’état du service.", "good")
    return _to(incident_id)


@blueprint.post("/staff/incidents/<uuid:incident_id>/resolve")
@permission("incident.resolve")
def resolve(incident_id: UUID) -> Response:
    """It is over."""
    try:
        service.resolve_incident(actor(), incident_id, request.form.get("words", ""))
    except (Invalid, Conflict) as error:
        return _page(incident_id, error)
    flash("L’incident est clos.", "good")
    return _to(incident_id)


def _instant(name: str) -> datetime | None:
    """A local day and hour of the form; None when neither was given. Raises Invalid when only a part can be read."""
    day, hour = (request.form.get(f"{name}-{part}", "").strip() for part in ("date", "time"))
    if not day and not hour:
        return None
    try:
        return datetime.strptime(f"{day}T{hour}", "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(g.tenant.zone))
    except ValueError:
        raise Invalid("L’incident n’est pas enregistré.", {name: "Indiquez un jour et une heure."}) from None


def _to(incident_id: UUID) -> Response:
    return redirect(url_for(".view", incident_id=incident_id), 303)


def _new(error: CrrcError | None = None) -> Response:
    return page(
        "notifications/incident_new.html",
        error.status if error else 200,
        typed={name: request.form.get(name, "") for name in TYPED},
        choices=CHOICES,
        zone_words=ZONES.get(g.tenant.zone, g.tenant.zone),
        errors=dict(error.fields) if error else {},
    )


def _page(incident_id: UUID, error: CrrcError | None = None) -> Response:
    return page(
        "notifications/incident.html",
        error.status if error else 200,
        one=service.view_incident(actor(), incident_id),
        impacts=IMPACTS,
        now=clock.now(),
        typed=request.form.get("words", "") if error else "",
        errors=dict(error.fields) if error else {},
        refusal=error.sentence if error and not error.fields else None,
    )
