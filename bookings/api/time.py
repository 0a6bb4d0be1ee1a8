"""The shared CISO's time, for programs: balances, entries, the same acts as people's."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from bookings.queries.time_overview import Whose
from bookings.schemas import time as schemas
from bookings.service.time_booking import TimeBooking, book_time
from bookings.service.time_correction import Correction, correct_time
from bookings.service.time_entries import list_entries, view_balances
from bookings.service.time_grant import CarryOver, Grant, carry_over_time, grant_time
from bookings.service.time_overview import list_accounts as list_all
from bookings.service.time_sheet import submit_time_sheet, view_time_sheets
from bookings.service.time_transfer import Transfer, transfer_time
from kit.web import actor, permission

blueprint = Blueprint("time_api", __name__, description="RSSI à temps partagé, en demi-journées")
ACCOUNT = "/time-accounts/<uuid:organisation_id>"


@blueprint.get("/time-accounts")
@permission("time_account.list")
@blueprint.arguments(schemas.AccountsQuery, location="query")
@blueprint.response(200, schemas.AccountsView)
def list_accounts(query: dict[str, Any]) -> Any:
    """List the accounts of the region, by the names of their organisations."""
    return list_all(actor(), Whose(**query))


@blueprint.get(ACCOUNT)
@permission("time_account.view")
@blueprint.arguments(schemas.BalanceQuery, location="query")
@blueprint.response(200, schemas.AccountView)
def view_account(query: dict[str, Any], organisation_id: UUID) -> Any:
    """Read an account: its balance at the end of a day, its packets now."""
    return view_balances(actor(), organisation_id, query["on"])


@blueprint.get(f"{ACCOUNT}/entries")
@permission("time_account.view")
@blueprint.arguments(schemas.EntriesQuery, location="query")
@blueprint.response(200, schemas.EntriesView)
def view_entries(query: dict[str, Any], organisation_id: UUID) -> Any:
    """Read the movements of an account, the oldest first; those made in the same page stay together."""
    return list_entries(actor(), organisation_id, query["after"], query["limit"])


@blueprint.post(f"{ACCOUNT}/grants")
@permission("time_account.grant")
@blueprint.arguments(schemas.GrantTime)
@blueprint.response(201, schemas.MadePacketView)
def grant(body: dict[str, Any], organisation_id: UUID) -> Any:
    """Give half-days."""
    return grant_time(actor(), Grant(organisation_id, **body))


@blueprint.post(f"{ACCOUNT}/transfers")
@permission("time_account.transfer")
@blueprint.arguments(schemas.TransferTime)
@blueprint.response(201, schemas.MadePacketsView)
def transfer(body: dict[str, Any], organisation_id: UUID) -> Any:
    """Move half-days to another place of the same gestionnaire, the soonest to expire first."""
    return {"packets": transfer_time(actor(), Transfer(organisation_id, **body))}


@blueprint.post(f"{ACCOUNT}/bookings")
@permission("time_account.book")
@blueprint.arguments(schemas.BookTime)
@blueprint.response(201, schemas.BookedView)
def book(body: dict[str, Any], organisation_id: UUID) -> Any:
    """Open a mission of time and reserve its half-days."""
    return book_time(actor(), TimeBooking(organisation_id, **body))


@blueprint.post("/time-accounts/carry-overs")
@permission("time_account.carry_over")
@blueprint.arguments(schemas.CarryTimeOver)
@blueprint.response(201, schemas.MadePacketView)
def carry_over(body: dict[str, Any]) -> Any:
    """Carry half-days of a packet over to a later day."""
    return carry_over_time(actor(), CarryOver(**body))


@blueprint.post("/time-accounts/corrections")
@permission("time_account.correct")
@blueprint.arguments(schemas.CorrectTime)
@blueprint.response(201, schemas.MadeMovementView)
def correct(body: dict[str, Any]) -> Any:
    """Take a movement back by a counter-entry, once."""
    return correct_time(actor(), Correction(**body))


@blueprint.get("/missions/<uuid:mission_id>/time-sheets")
@permission("time_sheet.view")
@blueprint.response(200, schemas.TimeSheetsView)
def list_sheets(mission_id: UUID) -> Any:
    """Read every version of a mission's time sheet, the last one first."""
    return {"items": [sheet for sheet, _ in view_time_sheets(actor(), mission_id).sheets]}


@blueprint.post("/missions/<uuid:mission_id>/time-sheets")
@permission("time_sheet.submit")
@blueprint.arguments(schemas.SubmitTimeSheet)
@blueprint.response(201, schemas.TimeSheetView)
def submit_sheet(body: dict[str, Any], mission_id: UUID) -> Any:
    """Send a version: every half-day worked so far."""
    return submit_time_sheet(actor(), mission_id, body["lines"])
