"""A facility uses its half-days: a mission of time is opened, and they are set aside for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookings.models import Mission
from bookings.permissions import PERMISSIONS
from bookings.queries.time_balance import available_by_place, available_by_service
from bookings.queries.time_service import TimeService, find_time_service, list_time_services
from bookings.rules import time as rules
from bookings.service.mission import NewMission, open_mission
from bookings.service.time_ledger import reserve
from bookings.service.time_place import Place, facility_of, list_places, place_of
from bookings.service.today import today
from kit.actor import Actor
from kit.errors import Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation


@dataclass(frozen=True, slots=True)
class TimeBooking:
    """What a facility asks: a service of the catalogue in half-days, where, and what it wishes (free text)."""

    organisation_id: UUID
    service: str
    half_days: int
    finess_et: str | None = None
    wish: str = ""


@dataclass(frozen=True, slots=True)
class BookingChoices:
    """What the form of a booking offers: services, places, what is available in each and for each."""

    organisation: Organisation
    services: Sequence[TimeService]
    places: Sequence[Place]
    available: Mapping[str | None, int]
    by_service: Mapping[UUID | None, int]

    def usable_for(self, service: TimeService) -> int:
        """What may be used for a service: what was bought for it, and what is for any."""
        return self.by_service.get(None, 0) + self.by_service.get(service.id, 0)

    def usable(self, place: Place) -> int:
        """What may be used in a place: its own half-days, and the whole organisation's."""
        return sum(self.available.get(one, 0) for one in {None, place.finess_et})


def book_time(actor: Actor, asked: TimeBooking) -> Mission:
    """Open a mission of time and reserve its half-days. Its provider is the lot's holder, or left to the GRADeS.

    Raises Invalid (service, half_days, finess_et, wish), Conflict with the balance when short: nothing is opened then.
    """
    with transaction(actor) as tx:
        return book(tx, asked)


def book(tx: Tx, asked: TimeBooking) -> Mission:
    """The step of `book_time`."""
    organisation = facility_of(tx, asked.organisation_id)
    permit(PERMISSIONS, tx.actor, "time_account.book", organisation)
    rules.check_half_days(asked.half_days)
    wish = rules.read_note(asked.wish, "wish")
    version = find_time_service(tx.session, asked.service)
    if version is None:
        raise Invalid(
            "Cette prestation ne se réserve pas en demi-journées.",
            {"service": "Choisissez une prestation de la liste."},
        )
    place = place_of(tx, organisation, asked.finess_et)
    mission = open_mission(
        tx,
        NewMission(
            organisation_id=organisation.id,
            service_version_id=version.id,
            title=version.title,
            mode="time",
            half_days=asked.half_days,
            finess_et=place.finess_et,
            department=place.department,
        ),
    )
    reserve(tx, mission, asked.half_days, wish)
    return mission


def booking_choices(actor: Actor, organisation_id: UUID) -> BookingChoices:
    """What may be booked, where. Raises NotFound."""
    with transaction(actor) as tx:
        organisation = facility_of(tx, organisation_id)
        permit(PERMISSIONS, actor, "time_account.book", organisation)
        available = available_by_place(tx.session, organisation_id, today(tx))
        by_service = available_by_service(tx.session, organisation_id, today(tx))
        services, places = list_time_services(tx.session), list_places(tx, organisation)
        return BookingChoices(organisation, services, places, available, by_service)
