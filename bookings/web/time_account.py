"""The half-days of an organisation: balances, packets, picture, statement to read and to take away."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from bookings.gateway.time_statement_file import make_pdf, write_csv
from bookings.queries.time_overview import Line
from bookings.rules.states import PACKET_LABELS
from bookings.rules.time_correction import refusal
from bookings.rules.time_paper import paper, signed
from bookings.rules.time_picture import HEIGHT, WIDTH, bar
from bookings.service.time_overview import list_mine
from bookings.service.time_statement import AccountPage, view_account
from kit import clock
from kit.errors import Invalid
from kit.french import day as french_day
from kit.web import actor, page, permission
from services_catalog.rules.figures import read_day
from tenants.service.profile import public_profile

blueprint = Blueprint("time_accounts", __name__)


@blueprint.get("/time")
@permission("time_account.view")
def my_time() -> Response:
    """The accounts of one's organisations; the only one opens at once."""
    mine = list_mine(actor())
    if len(mine) == 1:
        return redirect(url_for(".view_time", organisation_id=mine[0].organisation.id), 303)
    return page("time/mine.html", lines=[_mine(line) for line in mine])


@blueprint.get("/time/<uuid:organisation_id>")
@permission("time_account.view")
def view_time(organisation_id: UUID) -> Response:
    """One account, over the period that the address says."""
    try:
        account, errors = _account(organisation_id), {}
    except Invalid as error:
        account, errors = view_account(actor(), organisation_id), dict(error.fields)
    return page(
        "time/view.html",
        422 if errors else 200,
        account=account,
        bars=[_bar(account, line) for line in account.packets],
        lines=_lines(account),
        typed={name: request.args.get(name, "") for name in ("from", "to")},
        errors=errors,
        frame=(WIDTH, HEIGHT),
    )


@blueprint.get("/time/<uuid:organisation_id>/statement.pdf")
@permission("time_account.view")
def statement_pdf(organisation_id: UUID) -> Response:
    """The statement of the period, on paper."""
    account = _account(organisation_id)
    owner, tenant = account.organisation, g.tenant
    words = paper(account.statement, owner.name, owner.finess_ej or "", tenant.name, tenant.ars, tenant.colour)
    words |= {"letter_head": public_profile(actor()).letter_head.splitlines()}
    return _file(make_pdf(words, clock.now()), "application/pdf", _name(account, "pdf"))


@blueprint.get("/time/<uuid:organisation_id>/statement.csv")
@permission("time_account.view")
def statement_csv(organisation_id: UUID) -> Response:
    """The statement of the period, for a spreadsheet."""
    account = _account(organisation_id)
    return _file(write_csv(account.statement), "text/csv; charset=utf-8", _name(account, "csv"))


def _mine(line: Line) -> dict[str, Any]:
    return {
        "name": line.organisation.name,
        "href": url_for(".view_time", organisation_id=line.organisation.id),
        "available": line.available,
        "reserved": line.reserved,
        "consumed": line.consumed,
        "next": french_day(line.next_on) if line.next_on else None,
    }


def _account(organisation_id: UUID) -> AccountPage:
    return view_account(actor(), organisation_id, _day("from"), _day("to"))


def _day(name: str) -> date | None:
    typed = request.args.get(name, "").strip()
    found = read_day(typed) if typed else None
    if typed and found is None:
        raise Invalid("Cette période n’est pas lisible.", {name: "Écrivez une date, par exemple 12/03/2027."})
    return found


def _lines(account: AccountPage) -> list[dict[str, Any]]:
    return [
        {
            "movement_id": line.movement_id,
            "kind": line.movement,
            "on": line.on,
            "label": line.label,
            "detail": line.detail,
            "available": signed(line.available) if line.available else "",
            "reserved": signed(line.reserved) if line.reserved else "",
            "after": line.after,
            "mission_id": line.mission_id,
            "is_corrected": line.is_corrected,
            "is_correctable": not line.is_corrected and not refusal(line.movement, line.reverses),
        }
        for line in account.statement.lines
    ]


def _bar(account: AccountPage, line: Any) -> dict[str, Any]:
    packet = line.packet
    left = line.available + line.reserved
    return {
        "line": line,
        "packet": packet,
        "source": PACKET_LABELS[packet.source] + (f" pour «\xa0{line.service}\xa0»" if line.service else ""),
        "place": account.names.get(packet.finess_et, packet.finess_et) if packet.finess_et else "Tout l’organisme",
        "is_over": packet.expires_on < account.today,
        "is_later": packet.starts_on > account.today,
        "is_soon": account.is_soon(line) and line.available > 0,
        "left": left,
        "bar": bar(account.picture.scale, packet.starts_on, packet.expires_on, left, line.received),
    }


def _name(account: AccountPage, ending: str) -> str:
    found = account.statement
    return f"carnet-de-temps-{account.organisation.finess_ej}-{found.since}-{found.until}.{ending}"


def _file(content: bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, content_type=mimetype, headers=headers)
