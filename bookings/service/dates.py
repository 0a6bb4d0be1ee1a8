"""The dates of a mission: proposed from its provider's calendars, chosen by either side or by the GRADeS for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from bookings.models import Mission, Slot
from bookings.permissions import PERMISSIONS, doers, grades
from bookings.queries import availability as diaries
from bookings.queries import slot as slots
from bookings.queries.mission import get_mission, lock_with_order
from bookings.rules import cancellation
from bookings.rules.halves import HalfDay, appointments, local_day
from bookings.rules.places import LONGEST_PLACE
from bookings.rules.proposals import DateProposal, proposals
from bookings.rules.states import MISSION
from bookings.service.mission import plan_mission, unplan_mission
from bookings.service.slot import NOT_THEIRS, hold_slot, move_slot, release_slots
from bookings.service.today import today
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import NBSP, count
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant, Provider
from services_catalog.queries.service import get_version_by_id
from services_catalog.rules.service import read_service
from tenants.models import Tenant

MOST = 8
HORIZON = timedelta(days=120)
FURTHEST = timedelta(days=730)
GO_TO_SESSIONS = "Cette prestation se fait en séance collective\N{NO-BREAK SPACE}: choisissez une séance au programme."
TOO_NEAR = (
    "Cette date est trop proche pour que votre organisme la change\N{NO-BREAK SPACE}: demandez-le au prestataire, ou "
    "annulez la commande. {until}"
)
NO_PROVIDER = "Cette mission n’a pas encore de prestataire\N{NO-BREAK SPACE}: ses dates se choisissent ensuite."


@dataclass(frozen=True, slots=True)
class DatesPage:
    """What is proposed for a mission between two days; `may_choose_any` when the caller keeps the calendars."""

    mission: Mission
    provider: Provider
    consultants: Sequence[Consultant]
    proposals: Sequence[DateProposal]
    slots: Sequence[Slot]
    together: bool
    first: date
    last: date
    may_choose_any: bool


def propose_dates(
    actor: Actor, mission_id: UUID, together: bool = True, first: date | None = None, most: int = MOST
) -> DatesPage:
    """The next dates where a mission fits, from a day on (tomorrow without one). Raises Conflict when it has no use."""
    with transaction(actor) as tx:
        mission = get_mission(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.plan", mission)
        provider = _check_plannable(tx, mission)
        tomorrow = today(tx) + timedelta(days=1)
        first = min(max(first or tomorrow, tomorrow), tomorrow + FURTHEST)
        zone = tx.session.get_one(Tenant, tx.tenant_id).zone
        consultants = diaries.list_consultants(tx.session, provider.id)
        known = diaries.diaries(tx.session, consultants, provider, zone, first, first + HORIZON)
        place = mission.department
        found = proposals(known, mission.half_days, first, first + HORIZON, most, together=together, department=place)
        held = slots.list_slots_of(tx.session, mission.id)
        return DatesPage(
            mission, provider, consultants, found, held, together, first, first + HORIZON, _keeps(actor, mission)
        )


def choose_dates(
    actor: Actor, mission_id: UUID, consultant_id: UUID, halves: Sequence[HalfDay], place: str = ""
) -> Mission:
    """Plan a mission on these half-days, or move it there.

    Raises Invalid (halves, consultant_id, place), Conflict naming the clash, NotFound to strangers. A facility chooses
    among the half-days when the consultant is free; whoever keeps the calendars may take any that is to come.
    """
    with transaction(actor) as tx:
        mission = lock_with_order(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.plan", mission)
        provider = _check_plannable(tx, mission)
        halves = sorted(set(halves))
        _check_halves(tx, mission, halves, place)
        if not _keeps(actor, mission):
            _check_free(tx, mission, provider, consultant_id, halves)
            _check_in_time(tx, mission)
        zone = tx.session.get_one(Tenant, tx.tenant_id).zone
        held = _hold(tx, mission, consultant_id, halves, zone, place.strip())
        plan_mission(tx, mission, held[0].starts_at, held[-1].ends_at, consultant_id)
        return mission


def drop_dates(actor: Actor, mission_id: UUID) -> Mission:
    """Take a mission's dates back: it waits for others. Raises Conflict when it has none, NotFound to strangers."""
    with transaction(actor) as tx:
        mission = lock_with_order(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.unplan", mission)
        if mission.mode == "session":
            raise Conflict("Cette place se rend en annulant la commande, ou en prenant une autre séance.")
        if not _keeps(actor, mission):
            _check_in_time(tx, mission)
        unplan_mission(tx, mission)
        return mission


def _hold(
    tx: Tx, mission: Mission, consultant_id: UUID, halves: Sequence[HalfDay], zone: str, place: str
) -> list[Slot]:
    """One appointment a day. A single one that moves stays the same event in everybody's calendar."""
    asked, held = appointments(halves, zone), slots.list_slots_of(tx.session, mission.id)
    if len(asked) == len(held) == 1:
        move_slot(tx, held[0], asked[0].starts_at, asked[0].ends_at, consultant_id)
        held[0].place = place or held[0].place
        return list(held)
    release_slots(tx, mission.id)
    return [hold_slot(tx, mission, consultant_id, one.starts_at, one.ends_at, place) for one in asked]


def _keeps(actor: Actor, mission: Mission) -> bool:
    return actor.kind in ("system", "operator") or doers(actor, mission) or grades(actor, mission)


def _check_plannable(tx: Tx, mission: Mission) -> Provider:
    MISSION.target(mission.state if mission.provider_id else "assigned", "plan")
    if mission.mode == "session":
        raise Conflict(GO_TO_SESSIONS)
    if mission.provider_id is None:
        raise Conflict(NO_PROVIDER)
    return tx.session.get_one(Provider, (tx.tenant_id, mission.provider_id))


def _check_in_time(tx: Tx, mission: Mission) -> None:
    """A facility does not walk around a late cancellation by taking the date back first, or by pushing it away."""
    if mission.starts_at is None:
        return
    policy = read_service(get_version_by_id(tx.session, mission.service_version_id).document).cancellation
    planned_on = local_day(mission.starts_at, tx.session.get_one(Tenant, tx.tenant_id).zone)
    if cancellation.effect(policy, 100, planned_on, today(tx)).fee_cents:
        raise Conflict(TOO_NEAR.format(until=cancellation.in_words(policy)))


def _check_halves(tx: Tx, mission: Mission, halves: Sequence[HalfDay], place: str) -> None:
    faults: dict[str, str] = {}
    zone = tx.session.get_one(Tenant, tx.tenant_id).zone
    if len(halves) != mission.half_days:
        wanted = count(mission.half_days, "demi-journée")
        faults["halves"] = f"Cette mission dure {wanted}{NBSP}: choisissez-en autant, toutes différentes."
    elif halves[0].bounds(zone)[0] <= tx.now:
        faults["halves"] = "Choisissez des dates à venir."
    elif halves[-1].on > today(tx) + FURTHEST:
        faults["halves"] = "Choisissez des dates dans les deux ans."
    if len(place) > LONGEST_PLACE:
        faults["place"] = f"{LONGEST_PLACE}{NBSP}caractères au plus."
    if faults:
        raise Invalid("Ces dates ne peuvent pas être retenues.", faults)


def _check_free(tx: Tx, mission: Mission, provider: Provider, consultant_id: UUID, halves: Sequence[HalfDay]) -> None:
    """A facility takes only what is proposed. Time that went meanwhile is told as a clash, when it is held."""
    consultants = [one for one in diaries.list_consultants(tx.session, provider.id) if one.id == consultant_id]
    if not consultants:
        raise Invalid(NOT_THEIRS, {"consultant_id": NOT_THEIRS})
    zone = tx.session.get_one(Tenant, tx.tenant_id).zone
    diary = diaries.diaries(tx.session, consultants, provider, zone, halves[0].on, halves[-1].on)[consultant_id]
    for half in halves:
        if not diary.works(half, mission.department):
            sentence = f"{consultants[0].name} ne travaille pas le {half.words}{NBSP}: choisissez une date proposée."
            raise Invalid(sentence, {"halves": sentence})
