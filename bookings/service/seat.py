"""The last steps to a seat in a session: its order when there is none, the place, the date of the mission."""

from uuid import UUID

from bookings.models import Booking, Mission, Slot, WaitingEntry
from bookings.permissions import PERMISSIONS
from bookings.queries import session as sessions
from bookings.queries import slot as slots
from bookings.queries.mission import lock_with_order
from bookings.queries.order import list_missions
from bookings.queries.session import SessionRow
from bookings.rules.details import OrderDetails
from bookings.rules.places import refusal
from bookings.rules.states import WAITING
from bookings.service.mission import plan_mission
from bookings.service.order import request
from bookings.service.quote import draw_up
from bookings.service.slot import take_places
from bookings.service.waiting import EXPIRES
from kit.errors import Conflict
from kit.french import NBSP, count
from kit.permissions import permit
from kit.transaction import Tx
from services_catalog.queries.service import get_version
from tenants.models import Organisation, OrganisationMember
from tenants.queries.organisation import first_owner_email, get_organisation

NOT_A_BUYER = "Seul un organisme gestionnaire prend des places."
FOR_OTHERS = "Cette séance est réservée à un autre organisme."
NOT_ALONE = (
    "Votre organisme demande l’accord d’une seconde personne pour chaque commande\N{NO-BREAK SPACE}: commandez la "
    "prestation depuis le catalogue et, une fois la commande passée, revenez choisir votre séance. Rien n’est commandé."
)
TOO_LATE = "Cette place n’est plus proposée\N{NO-BREAK SPACE}: le délai pour répondre est passé."


def buy(tx: Tx, row: SessionRow, buyer: Organisation, places: int, entry: WaitingEntry | None = None) -> Booking:
    """Quote, order and place. The session is locked between the quote, which is long, and the lot, which comes last."""
    # The session may have been opened under a former version: what is ordered is what is published now.
    version = get_version(tx.session, row.service, row.service.version)
    quote = draw_up(tx, buyer, version, places, provider_id=row.provider.id)
    slot = lock(tx, row.slot)
    _free_offer(tx, slot, entry)
    refuse(tx, slot, places)
    refuse_twice(tx, slot, buyer.id)
    order = request(tx, quote, _details(tx, buyer))
    if order.state != "placed":
        raise Conflict(NOT_ALONE)
    mission = list_missions(tx.session, [order.id])[order.id][0]
    return _plan(tx, slot, mission, places)


def seat(tx: Tx, row: SessionRow, mission: Mission, entry: WaitingEntry | None = None) -> Booking:
    """A place for a mission whose order is placed: as many as were ordered."""
    mission = lock_with_order(tx.session, tx.tenant_id, mission.id)
    known = [found for found, _ in sessions.list_homeless(tx.session, row, [mission.organisation_id])]
    if mission not in known or mission.order_id is None:
        raise Conflict("Cette mission n’attend pas de séance de cette prestation.")
    places = sessions.quantity_of(tx.session, mission.order_id)
    slot = lock(tx, row.slot)
    _free_offer(tx, slot, entry)
    refuse(tx, slot, places)
    refuse_twice(tx, slot, mission.organisation_id)
    return _plan(tx, slot, mission, places)


def _plan(tx: Tx, slot: Slot, mission: Mission, places: int) -> Booking:
    booking = take_places(tx, slot.id, mission, places)
    plan_mission(tx, mission, slot.starts_at, slot.ends_at, slot.consultant_id)
    return booking


def _free_offer(tx: Tx, slot: Slot, entry: WaitingEntry | None) -> None:
    """The places kept for a request become free, under the lock of the slot: nobody else sees them in between."""
    if entry is None:
        return
    tx.session.refresh(entry)
    tx.advance(entry, WAITING, "take")
    if entry.offer_ends_at is None or tx.now >= entry.offer_ends_at:
        raise Conflict(TOO_LATE)
    tx.undue(EXPIRES, entry.id)
    slot.taken -= entry.places
    tx.session.flush()


def enter(tx: Tx, slot_id: UUID, organisation_id: UUID) -> tuple[SessionRow, Organisation]:
    """The session and who buys, when the actor may see both."""
    row = open_session(tx, slot_id)
    buyer = get_organisation(tx.session, tx.tenant_id, organisation_id)
    permit(PERMISSIONS, tx.actor, "waiting.view", buyer)
    if buyer.kind != "legal_entity":
        raise Conflict(NOT_A_BUYER)
    if row.slot.organisation_id not in (None, buyer.id):
        raise Conflict(FOR_OTHERS)
    return row, buyer


def open_session(tx: Tx, slot_id: UUID) -> SessionRow:
    row = sessions.get_session(tx.session, slot_id)
    permit(PERMISSIONS, tx.actor, "slot.view", row.slot)
    return row


def lock(tx: Tx, slot: Slot) -> Slot:
    return slots.get_slot(tx.session, tx.tenant_id, slot.id, lock=True)


def refuse(tx: Tx, slot: Slot, places: int) -> None:
    why = refusal(slot.kind, slot.state, slot.starts_at, tx.now, slot.capacity - slot.taken, places)
    if why:
        raise Conflict(why)


def refuse_twice(tx: Tx, slot: Slot, organisation_id: UUID) -> None:
    """A second click is not a second order."""
    had = sessions.bookings_by_slot(tx.session, [slot.id], [organisation_id]).get(slot.id)
    if had:
        places = count(sum(one.places for one in had), "place")
        raise Conflict(f"Votre organisme a déjà {places} dans cette séance{NBSP}: rien de plus n’est commandé.")


def _details(tx: Tx, buyer: Organisation) -> OrderDetails:
    """Who receives the provider: whoever clicks, with their function; the owner when a program does."""
    actor = tx.actor
    place = tx.session.get(OrganisationMember, (tx.tenant_id, buyer.id, actor.user_id)) if actor.user_id else None
    email = actor.email or first_owner_email(tx.session, buyer.id) or ""
    return OrderDetails({"name": actor.name, "function": place.function if place else "", "email": email, "phone": ""})
