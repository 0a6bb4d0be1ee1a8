"""Opening a group session, changing it, cancelling it: the provider, or the GRADeS for it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bookings.models import Booking, Mission, Slot
from bookings.permissions import PERMISSIONS
from bookings.queries import slot as slots
from bookings.queries.mission import lock_with_order
from bookings.rules.places import BEGUN, LONGEST_PLACE, MOST_PLACES, NOT_A_SESSION
from bookings.rules.states import SLOT, WAITING
from bookings.service.mission import plan_mission, unplan_mission
from bookings.service.slot import NOT_THEIRS, cancel_slot, move_slot, open_slot, release_booking, take_turn, tell
from bookings.service.waiting import EXPIRES, serve_waiting
from finess.rules.numbers import normalise
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid, NotFound, Stale
from kit.french import NBSP, count
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant, ServiceVersion
from services_catalog.service.publication import get_on_sale
from tenants.queries.organisation import find_organisation

LONGEST = timedelta(days=5)
FURTHEST = timedelta(days=730)
NOT_OPENED = "Cette séance n’a pas été enregistrée."
MEANWHILE = "Cette séance a changé pendant que vous la modifiiez\N{NO-BREAK SPACE}: rechargez la page et recommencez."


@dataclass(frozen=True, slots=True)
class SessionDetails:
    """When, where, with whom, for how many; aware instants."""

    consultant_id: UUID
    starts_at: datetime
    ends_at: datetime
    place: str
    capacity: int


def open_group_session(actor: Actor, service_slug: str, details: SessionDetails, kept_for: str = "") -> Slot:
    """Open a session of a published service; a FINESS number (juridique) keeps it to one gestionnaire.

    Raises Invalid (service, consultant_id, starts_at, ends_at, place, capacity, kept_for), Conflict naming the clash,
    Forbidden.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "slot.write")
        consultant = _consultant(tx, details.consultant_id)
        version = _version(tx, service_slug)
        _check(tx, details)
        buyer = _buyer(tx, kept_for)
        slot = Slot(
            id=uuid7(),
            provider_id=consultant.provider_id,
            service_version_id=version.id,
            organisation_id=buyer,
            kind="group",
            title=version.title,
            place=details.place.strip(),
            capacity=details.capacity,
            taken=0,
            state=SLOT.initial,
            revision=0,
            created_at=tx.now,
        )
        open_slot(tx, slot, consultant, details.starts_at, details.ends_at)
        return slot


def change_group_session(actor: Actor, slot_id: UUID, details: SessionDetails, revision: int | None = None) -> Slot:
    """Move a session to come, or change its place or its capacity: everybody who comes is told, their dates follow.

    Raises Stale when it is no more at `revision`, Invalid and Conflict as when it was opened.
    """
    with transaction(actor) as tx:
        missions = _hold(tx, slot_id, "slot.move", details.consultant_id)
        slot = _locked(tx, slot_id, missions)
        if revision is not None and revision != slot.revision:
            raise Stale(MEANWHILE)
        if tx.now >= slot.starts_at:
            raise Conflict(BEGUN)
        _check(tx, details, slot.taken)
        moved = (slot.consultant_id, slot.starts_at, slot.ends_at) != (
            details.consultant_id,
            details.starts_at,
            details.ends_at,
        )
        place_changed, slot.place = slot.place != details.place.strip(), details.place.strip()
        slot.capacity = details.capacity
        tx.session.flush()
        if moved:
            move_slot(tx, slot, details.starts_at, details.ends_at, details.consultant_id)
            for mission in missions.values():
                plan_mission(tx, mission, slot.starts_at, slot.ends_at, slot.consultant_id)
        else:
            slot.revision += 1
            if place_changed:
                tell(tx, "slot.move", slot)
        serve_waiting(tx, slot)
        return slot


def cancel_group_session(actor: Actor, slot_id: UUID) -> Slot:
    """Cancel a session to come: its places are given back, its missions wait for another date, everybody is told."""
    with transaction(actor) as tx:
        missions = _hold(tx, slot_id, "slot.cancel")
        slot = _locked(tx, slot_id, missions)
        if tx.now >= slot.starts_at:
            raise Conflict(BEGUN)
        cancel_slot(tx, slot)
        for booking in slots.list_bookings(tx.session, slot.id):
            release_booking(tx, slot, booking)
            unplan_mission(tx, missions[booking.mission_id])
        for entry in slots.list_waiting(tx.session, slot.id, "waiting", "offered"):
            slot.taken -= entry.places if entry.state == "offered" else 0
            tx.advance(entry, WAITING, "leave")
            tx.undue(EXPIRES, entry.id)
        return slot


def _hold(tx: Tx, slot_id: UUID, action: str, consultant_id: UUID | None = None) -> dict[UUID, Mission]:
    """The missions of a session, locked, and then its consultant: the slot itself comes after."""
    slot = slots.get_slot(tx.session, tx.tenant_id, slot_id)
    permit(PERMISSIONS, tx.actor, action, slot)
    if slot.kind != "group":
        raise Conflict(NOT_A_SESSION)
    ids = sorted({booking.mission_id for booking in slots.list_bookings(tx.session, slot_id)})
    missions = {one: lock_with_order(tx.session, tx.tenant_id, one) for one in ids}
    if consultant_id is not None:
        take_turn(tx, consultant_id, slot.provider_id)
    return missions


def _locked(tx: Tx, slot_id: UUID, missions: dict[UUID, Mission]) -> Slot:
    slot = slots.get_slot(tx.session, tx.tenant_id, slot_id, lock=True)
    if slot.state != "open":
        raise Conflict(SLOT.moves["cancel"].refusal)
    bookings: list[Booking] = list(slots.list_bookings(tx.session, slot_id))
    if {booking.mission_id for booking in bookings} != missions.keys():
        raise Conflict(MEANWHILE)  # somebody booked, or gave a place back, before we had the lock
    return slot


def _consultant(tx: Tx, consultant_id: UUID) -> Consultant:
    consultant = slots.lock_consultants(tx.session, [consultant_id]).get(consultant_id)
    if (
        consultant is None
        or not consultant.active
        or not allows(PERMISSIONS, tx.actor, "availability.write", consultant)
    ):
        raise Invalid(NOT_OPENED, {"consultant_id": NOT_THEIRS})
    return consultant


def _version(tx: Tx, slug: str) -> ServiceVersion:
    try:
        _, version = get_on_sale(tx, slug)
    except NotFound:
        raise Invalid(NOT_OPENED, {"service": "Cette prestation n’est pas au catalogue."}) from None
    if version.mode != "session":
        raise Invalid(NOT_OPENED, {"service": "Cette prestation ne se fait pas en séance collective."})
    return version


def _buyer(tx: Tx, number: str) -> UUID | None:
    """The account of a gestionnaire; None for a session open to everybody."""
    if not number.strip():
        return None
    organisation = find_organisation(tx.session, normalise(number))
    if organisation is None:
        sentence = "Aucun organisme du portail n’a ce numéro FINESS juridique."
        raise Invalid(NOT_OPENED, {"kept_for": sentence})
    return organisation.id


def _check(tx: Tx, details: SessionDetails, taken: int = 0) -> None:
    faults: dict[str, str] = {}
    if details.starts_at <= tx.now or details.starts_at > tx.now + FURTHEST:
        faults["starts_at"] = "Indiquez une date à venir, dans les deux ans."
    if not details.starts_at < details.ends_at <= details.starts_at + LONGEST:
        faults["ends_at"] = "La fin vient après le début, cinq jours plus tard au plus."
    if not 0 < len(details.place.strip()) <= LONGEST_PLACE:
        faults["place"] = f"Indiquez où elle se tient, en {LONGEST_PLACE}{NBSP}caractères au plus."
    if not 1 <= details.capacity <= MOST_PLACES:
        faults["capacity"] = f"Indiquez un nombre de places, de 1 à {MOST_PLACES}."
    elif details.capacity < taken:
        faults["capacity"] = f"{count(taken, 'place')} sont déjà prises ou proposées."
    if faults:
        raise Invalid(NOT_OPENED, faults)
