"""Appointments, dates of missions and availability, for programs."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from bookings.models import Mission
from bookings.queries.calendar import Appointment
from bookings.rules.halves import HalfDay, read_half
from bookings.schemas import planning as schemas
from bookings.service import availability as diaries
from bookings.service import calendar as calendars
from bookings.service import dates
from bookings.service.availability import ConsultantWeek
from bookings.service.calendar import Agenda
from bookings.service.dates import DatesPage
from kit.errors import Invalid
from kit.web import actor, permission

blueprint = Blueprint("planning_api", __name__, description="Agenda, dates, disponibilités")
NOT_A_HALF = "Ce n’est pas une demi-journée\N{NO-BREAK SPACE}: 2026-12-01:am, par exemple."


@blueprint.get("/slots")
@permission("slot.view")
@blueprint.arguments(schemas.AgendaQuery, location="query")
@blueprint.response(200, schemas.AgendaView)
def list_slots(query: dict[str, Any]) -> Agenda:
    """List one's appointments in order of time, a year at most; everybody's for the GRADeS."""
    return calendars.view_agenda(
        actor(), query["first"], query["after"], query["provider_id"], query["last"], query["limit"]
    )


@blueprint.get("/slots/<uuid:slot_id>")
@permission("slot.view")
@blueprint.response(200, schemas.SlotView)
def view_slot(slot_id: UUID) -> Appointment:
    """Read one appointment."""
    return calendars.view_slot(actor(), slot_id)


@blueprint.get("/calendar")
@permission("slot.view")
@blueprint.arguments(schemas.CalendarQuery, location="query")
@blueprint.response(200, schemas.CalendarView)
def view_calendar(query: dict[str, Any]) -> dict[str, Any]:
    """Count a month's days, or a week's half-days, with the first appointments of each."""
    view = calendars.view_week if query["view"] == "week" else calendars.view_month
    found = view(actor(), query["on"], query["provider_id"])
    span = found.span
    return {"first": span.first, "last": span.last, "total": found.total, "cells": list(found.cells.values())}


@blueprint.get("/missions/<uuid:mission_id>/dates")
@permission("mission.plan")
@blueprint.arguments(schemas.DatesQuery, location="query")
@blueprint.response(200, schemas.DatesView)
def propose_dates(query: dict[str, Any], mission_id: UUID) -> DatesPage:
    """Propose the next dates where a mission fits."""
    return dates.propose_dates(actor(), mission_id, query["together"], query["first"], query["limit"])


@blueprint.put("/missions/<uuid:mission_id>/dates")
@permission("mission.plan")
@blueprint.arguments(schemas.ChooseDates)
@blueprint.response(200, schemas.PlannedView)
def choose_dates(body: dict[str, Any], mission_id: UUID) -> Mission:
    """Plan a mission, or move it. A facility chooses among the half-days when the consultant works."""
    halves = [_half(text, "halves") for text in body["halves"]]
    return dates.choose_dates(actor(), mission_id, body["consultant_id"], halves, body["place"])


@blueprint.delete("/missions/<uuid:mission_id>/dates")
@permission("mission.unplan")
@blueprint.response(200, schemas.PlannedView)
def drop_dates(mission_id: UUID) -> Mission:
    """Take a mission's dates back."""
    return dates.drop_dates(actor(), mission_id)


@blueprint.get("/consultants/<uuid:consultant_id>/availability")
@permission("availability.view")
@blueprint.response(200, schemas.AvailabilityView)
def view_availability(consultant_id: UUID) -> ConsultantWeek:
    """Read when a consultant works."""
    return diaries.view_consultant(actor(), consultant_id)


@blueprint.put("/consultants/<uuid:consultant_id>/availability")
@permission("availability.write")
@blueprint.arguments(schemas.SetWeek)
@blueprint.response(200, schemas.AvailabilityView)
def set_week(body: dict[str, Any], consultant_id: UUID) -> ConsultantWeek:
    """Say which half-days of the week a consultant works. Appointments stay."""
    week = {(one["weekday"], one["half"]) for one in body["week"]}
    return diaries.set_week(actor(), consultant_id, week, body["starts_on"])


@blueprint.post("/consultants/<uuid:consultant_id>/exceptions")
@permission("availability.write")
@blueprint.arguments(schemas.AddException)
@blueprint.response(200, schemas.AvailabilityView)
def add_exception(body: dict[str, Any], consultant_id: UUID) -> ConsultantWeek:
    """Say that a consultant is away, or works, on some days."""
    return diaries.add_exception(actor(), consultant_id, **body)


@blueprint.post("/consultants/<uuid:consultant_id>/exceptions/remove")
@permission("availability.write")
@blueprint.arguments(schemas.RemoveExceptions)
@blueprint.response(200, schemas.AvailabilityView)
def remove_exceptions(body: dict[str, Any], consultant_id: UUID) -> ConsultantWeek:
    """Follow the week again, from one half-day to another."""
    first, last = _half(body["first"], "first"), _half(body["last"], "last")
    return diaries.remove_exceptions(actor(), consultant_id, first, last)


def _half(text: str, name: str) -> HalfDay:
    found = read_half(text)
    if found is None:
        raise Invalid(NOT_A_HALF, {name: NOT_A_HALF})
    return found
