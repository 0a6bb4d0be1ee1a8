"""The GRADeS's desk of the shared CISO's time: all accounts, what expires soon; to grant, carry over, correct."""

from typing import Any
from uuid import UUID

from flask import request, url_for
from werkzeug.wrappers import Response

from bookings.queries.time_overview import Whose
from bookings.rules.time import half_days_of
from bookings.service.time_correction import Correction, correct, correct_time
from bookings.service.time_desk import view_movement, view_packet, view_places
from bookings.service.time_grant import CarryOver, Grant, carry_over, carry_over_time, grant, grant_time
from bookings.service.time_overview import list_accounts as list_all
from bookings.web.asked import maybe
from bookings.web.time_account import blueprint
from bookings.web.time_act import Act, Form, answer, ask, day, half_days
from kit.actor import Actor
from kit.errors import Invalid
from kit.french import day as french_day
from kit.web import actor, page, permission
from services_catalog.rules.figures import whole

LONGEST_QUESTION = 120


@blueprint.get("/staff/time")
@permission("time_account.list")
def list_accounts() -> Response:
    """Every account of the region, or the organisations that a name or a number finds."""
    typed = request.args.get("q", "")[:LONGEST_QUESTION].replace("\0", "").strip()
    after = request.args.get("after", "")
    found = list_all(actor(), Whose(text=typed, after=maybe(after)))
    return page(
        "time/accounts.html",
        found=found,
        typed=typed,
        first=url_for(".list_accounts", q=typed or None) if after else None,
        following=url_for(".list_accounts", q=typed or None, after=found.after) if found.after else None,
    )


@blueprint.get("/staff/time/<uuid:organisation_id>/grant")
@permission("time_account.grant")
def ask_grant(organisation_id: UUID) -> Response:
    """The form of a grant."""
    return ask(_grant(organisation_id))


@blueprint.post("/staff/time/<uuid:organisation_id>/grant")
@permission("time_account.grant")
def grant_half_days(organisation_id: UUID) -> Response:
    """Grant half-days, once what it does was read."""
    return answer(_grant(organisation_id))


@blueprint.get("/staff/time/packets/<uuid:packet_id>/carry-over")
@permission("time_account.carry_over")
def ask_carry_over(packet_id: UUID) -> Response:
    """The form of a carry-over, with all that is available."""
    act, line = _carry_over(packet_id)
    return ask(act, {"half_days": str(line.available or "")})


@blueprint.post("/staff/time/packets/<uuid:packet_id>/carry-over")
@permission("time_account.carry_over")
def carry_half_days_over(packet_id: UUID) -> Response:
    """Carry half-days over, once what it does was read."""
    return answer(_carry_over(packet_id)[0])


@blueprint.get("/staff/time/movements/<uuid:movement_id>/correct")
@permission("time_account.correct")
def ask_correction(movement_id: UUID) -> Response:
    """The form of a correction."""
    return ask(_correction(movement_id))


@blueprint.post("/staff/time/movements/<uuid:movement_id>/correct")
@permission("time_account.correct")
def correct_movement(movement_id: UUID) -> Response:
    """Correct a movement, once what it does was read."""
    return answer(_correction(movement_id))


def _grant(organisation_id: UUID) -> Act:
    organisation, places = view_places(actor(), organisation_id)

    def read(form: Form) -> Grant:
        starts = day(form, "starts_on") if form.get("starts_on") else None
        place, note = form.get("finess_et", "") or None, form.get("note", "")
        return Grant(organisation_id, half_days(form), day(form, "expires_on"), place, starts, note)

    def command(who: Actor, asked: Any) -> str:
        grant_time(who, asked)
        return _account(organisation_id)

    return Act(
        template="time/grant.html",
        question="Attribuer ces demi-journées\N{NO-BREAK SPACE}?",
        button="Attribuer",
        read=read,
        step=grant,
        command=command,
        owners=lambda asked: [organisation_id],
        facts=lambda asked: [
            ("Nombre", half_days_of(asked.half_days)),
            ("Premier jour", french_day(asked.starts_on) if asked.starts_on else "aujourd’hui"),
            ("Dernier jour", french_day(asked.expires_on)),
            ("Motif", asked.note),
        ],
        done="Les demi-journées sont attribuées. Les personnes de l’organisme sont prévenues.",
        back=_account(organisation_id),
        words={
            "organisation": organisation,
            "places": [(one.finess_et or "", one.name if one.finess_et else "Tout l’organisme") for one in places],
        },
    )


def _carry_over(packet_id: UUID) -> tuple[Act, Any]:
    packet = view_packet(actor(), packet_id)
    owner = packet.organisation.id

    def read(form: Form) -> CarryOver:
        return CarryOver(packet_id, half_days(form), day(form, "expires_on"), form.get("note", ""))

    def command(who: Actor, asked: Any) -> str:
        carry_over_time(who, asked)
        return _account(owner)

    act = Act(
        template="time/carry_over.html",
        question="Reporter ces demi-journées\N{NO-BREAK SPACE}?",
        button="Reporter",
        read=read,
        step=carry_over,
        command=command,
        owners=lambda asked: [owner],
        facts=lambda asked: [
            ("Nombre", half_days_of(asked.half_days)),
            ("Lieu", packet.place),
            (
                "À utiliser jusqu’au",
                f"{french_day(asked.expires_on)}, au lieu du {french_day(packet.packet.expires_on)}",
            ),
            ("Motif", asked.note),
        ],
        done="Les demi-journées sont reportées. Les personnes de l’organisme sont prévenues.",
        back=_account(owner),
        words={"organisation": packet.organisation, "packet": packet},
    )
    return act, packet


def _correction(movement_id: UUID) -> Act:
    found = view_movement(actor(), movement_id)
    owner = found.organisation.id

    def read(form: Form) -> Correction:
        typed = form.get("instead", "").strip()
        instead = whole(typed) if typed else 0
        if instead is None:
            raise Invalid("Ce nombre n’est pas lisible.", {"instead": "Indiquez un nombre entier, ou rien."})
        return Correction(movement_id, form.get("note", ""), instead)

    def command(who: Actor, asked: Any) -> str:
        correct_time(who, asked)
        return _account(owner)

    return Act(
        template="time/correct.html",
        question="Corriger ce mouvement\N{NO-BREAK SPACE}?",
        button="Corriger",
        read=read,
        step=correct,
        command=command,
        owners=lambda asked: [owner],
        facts=lambda asked: [
            ("Mouvement", f"{found.line.label} du {french_day(found.line.on)}"),
            ("Remplacé par", half_days_of(asked.instead) if asked.instead else ""),
            ("Motif", asked.note),
        ],
        done="Le mouvement est corrigé par une écriture inverse, qui figure au relevé.",
        back=_account(owner),
        words={"organisation": found.organisation, "found": found},
    )


def _account(organisation_id: UUID) -> str:
    return url_for("time_accounts.view_time", organisation_id=organisation_id)
