"""What a facility does with its half-days: book a mission of time, give some to another place."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import url_for
from werkzeug.wrappers import Response

from bookings.queries.time_service import TimeService
from bookings.rules.time import half_days_of
from bookings.service.time_booking import BookingChoices, TimeBooking, book, book_time, booking_choices
from bookings.service.time_place import Place
from bookings.service.time_transfer import Transfer, TransferChoices, transfer, transfer_choices, transfer_time
from bookings.web.time_account import blueprint
from bookings.web.time_act import Act, Form, answer, ask, half_days, identifier
from kit.actor import Actor
from kit.errors import Invalid
from kit.french import count
from kit.web import actor, permission


@blueprint.get("/time/<uuid:organisation_id>/book")
@permission("time_account.book")
def ask_booking(organisation_id: UUID) -> Response:
    """The form of a booking."""
    return ask(_booking(organisation_id))


@blueprint.post("/time/<uuid:organisation_id>/book")
@permission("time_account.book")
def book_half_days(organisation_id: UUID) -> Response:
    """Book half-days, once what it does was read."""
    return answer(_booking(organisation_id))


@blueprint.get("/time/<uuid:organisation_id>/transfer")
@permission("time_account.transfer")
def ask_transfer(organisation_id: UUID) -> Response:
    """The form of a transfer."""
    return ask(_transfer(organisation_id))


@blueprint.post("/time/<uuid:organisation_id>/transfer")
@permission("time_account.transfer")
def transfer_half_days(organisation_id: UUID) -> Response:
    """Transfer half-days, once what it does was read."""
    return answer(_transfer(organisation_id))


def _booking(organisation_id: UUID) -> Act:
    choices = booking_choices(actor(), organisation_id)

    def read(form: Form) -> TimeBooking:
        service, place = form.get("service", ""), form.get("finess_et", "") or None
        return TimeBooking(organisation_id, service, half_days(form), place, form.get("wish", ""))

    def command(who: Actor, asked: Any) -> str:
        return url_for("missions.view_mission", mission_id=book_time(who, asked).id)

    return Act(
        template="time/book.html",
        question="Réserver ces demi-journées\N{NO-BREAK SPACE}?",
        button="Réserver",
        read=read,
        step=book,
        command=command,
        owners=lambda asked: [organisation_id],
        facts=lambda asked: [
            ("Prestation", next((one.title for one in choices.services if one.slug == asked.service), "")),
            ("Nombre", half_days_of(asked.half_days)),
            ("Lieu", _name(choices.places, asked.finess_et)),
            ("Souhaits", asked.wish),
        ],
        done="Les demi-journées sont réservées et la mission est ouverte. Convenez maintenant d’une date.",
        back=_account(organisation_id),
        words={
            "organisation": choices.organisation,
            "services": [(one.slug, _service(choices, one)) for one in choices.services],
            "places": [(place.finess_et or "", _usable(choices, place)) for place in choices.places],
            "usual": max(choices.places, key=choices.usable).finess_et or "",
        },
    )


def _transfer(organisation_id: UUID) -> Act:
    choices = transfer_choices(actor(), organisation_id)
    targets = [(f"{place.organisation.id}:{place.finess_et or ''}", place) for place in choices.targets]

    def read(form: Form) -> Transfer:
        owner, _, finess_et = form.get("to_finess_et", "").partition(":")
        if not owner:
            raise Invalid("Il manque l’arrivée.", {"to_finess_et": "Choisissez où vont les demi-journées."})
        target = identifier(Form({"to_finess_et": owner}), "to_finess_et")
        source = form.get("finess_et", "") or None
        return Transfer(organisation_id, half_days(form), target, source, finess_et or None, form.get("note", ""))

    def command(who: Actor, asked: Any) -> str:
        transfer_time(who, asked)
        return _account(organisation_id)

    return Act(
        template="time/transfer.html",
        question="Transférer ces demi-journées\N{NO-BREAK SPACE}?",
        button="Transférer",
        read=read,
        step=transfer,
        command=command,
        owners=lambda asked: [organisation_id, asked.to_organisation_id],
        facts=lambda asked: [
            ("Nombre", half_days_of(asked.half_days)),
            ("De", _name(choices.sources, asked.finess_et)),
            ("À", next((_target(choices, one) for one in choices.targets if _is(one, asked)), "")),
            ("Motif", asked.note),
        ],
        done="Les demi-journées sont transférées. Les personnes des deux comptes sont prévenues.",
        back=_account(organisation_id),
        words={
            "organisation": choices.organisation,
            "sources": [(place.finess_et or "", _source(choices, place)) for place in choices.sources],
            "targets": [("", "")] + [(code, _target(choices, place)) for code, place in targets],
        },
    )


def _name(places: Sequence[Place], finess_et: str | None) -> str:
    return next((place.name for place in places if place.finess_et == finess_et), "")


def _service(choices: BookingChoices, service: TimeService) -> str:
    """With how many half-days it may have, when some were bought for one service."""
    tied = any(choices.by_service.keys())
    return f"{service.title} ({count(choices.usable_for(service), 'utilisable')})" if tied else service.title


def _usable(choices: BookingChoices, place: Place) -> str:
    name = place.name if place.finess_et else "Tout l’organisme"
    return f"{name} ({count(choices.usable(place), 'utilisable')})"


def _source(choices: TransferChoices, place: Place) -> str:
    name = place.name if place.finess_et else "Tout l’organisme"
    return f"{name} ({count(choices.available[place.finess_et], 'disponible')})"


def _target(choices: TransferChoices, place: Place) -> str:
    if place.organisation.id == choices.organisation.id:
        return place.name if place.finess_et else "Tout l’organisme"
    return f"{place.organisation.name}, {place.name}" if place.finess_et else place.organisation.name


def _is(place: Place, asked: Transfer) -> bool:
    return (place.organisation.id, place.finess_et) == (asked.to_organisation_id, asked.to_finess_et)


def _account(organisation_id: UUID) -> str:
    return url_for("time_accounts.view_time", organisation_id=organisation_id)
