"""Who does a mission: the steps of its assignment, automatic or by hand."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from bookings.models import Mission, Order
from bookings.queries import mission as missions
from bookings.queries.load import half_days_by_provider
from bookings.rules.states import MISSION
from bookings.service.slot import release_slots
from bookings.service.today import today, zone_of
from kit.transaction import Tx
from services_catalog.models import Lot
from services_catalog.queries import provider as providers
from services_catalog.rules.assignment import Candidate, Choice, Need, choose
from services_catalog.service.holder import check_provider, list_candidates

NO_LOT = "Aucun marché en cours ne propose cette prestation\N{NO-BREAK SPACE}: aucun prestataire ne peut être désigné."


def need_of(tx: Tx, mission: Mission, starts_at: datetime | None = None, ends_at: datetime | None = None) -> Need:
    """What a mission asks of its provider from a date to another; without them, on its own, or else today."""
    service, version = missions.service_of(tx.session, tx.tenant_id, mission)
    first, last = (starts_at, ends_at) if starts_at else (mission.starts_at, mission.ends_at)
    on = first.astimezone(zone_of(tx)).date() if first else today(tx)
    until = last.astimezone(zone_of(tx)).date() if last else on
    return Need(service.family, version.qualification, mission.department, on, mission.half_days, until)


def check_fit(tx: Tx, provider_id: UUID, need: Need) -> str:
    """What forbids a provider a mission, "" when nothing does. How busy it is orders candidates and forbids nothing."""
    return check_provider(tx, provider_id, replace(need, half_days=0))


def lots_of(tx: Tx, mission: Mission) -> list[Lot]:
    """The lots whose holders may do a mission: its order's, or those that sell its service."""
    if mission.order_id is not None:
        order = tx.session.get_one(Order, (tx.tenant_id, mission.order_id))
        return [tx.session.get_one(Lot, (tx.tenant_id, order.lot_id))]
    service, _ = missions.service_of(tx.session, tx.tenant_id, mission)
    return list(missions.list_lots_selling(tx.session, service.id))


def candidates_for(tx: Tx, mission: Mission, lot: Lot, on: date) -> list[Candidate]:
    """The holders of a lot with what each has taken in that month, this mission left out."""
    holders = [provider.id for provider, _ in providers.list_holders(tx.session, lot.id)]
    load = half_days_by_provider(tx.session, on.replace(day=1), holders, without=mission.id)
    return list_candidates(tx, lot.id, load)


def choose_for(tx: Tx, mission: Mission) -> Choice:
    """Who does a mission by the rule of its lot; of several lots, the first that has somebody fit."""
    need, choice = need_of(tx, mission), Choice(None, NO_LOT, ())
    for lot in lots_of(tx, mission):
        choice = choose(candidates_for(tx, mission, lot, need.on), need, lot.assignment)
        if choice.provider_id is not None:
            break
    return choice


def assign(tx: Tx, mission: Mission, provider_id: UUID, sentence: str) -> None:
    """Give a mission to a provider, with the reason; its dates and slots with another one are freed."""
    MISSION.target(mission.state, "assign")
    if mission.starts_at is not None:
        release_slots(tx, mission.id)
    if mission.provider_id is not None:
        tx.emit("mission.leave", mission.id, key=str(mission.provider_id))
    mission.provider_id, mission.assignment, mission.assigned_at = provider_id, sentence, tx.now
    mission.consultant_id = mission.starts_at = mission.ends_at = None
    mission.revision += 1
    tx.advance(mission, MISSION, "assign", provider=str(provider_id))
