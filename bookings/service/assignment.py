"""The GRADeS assigns a mission: by the rule of its lot, or by hand among those who may, each with what forbids it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from bookings.models import Mission, Order, Quote
from bookings.permissions import PERMISSIONS
from bookings.queries import mission as missions
from bookings.rules.states import MISSION
from bookings.service.assigning import assign, candidates_for, choose_for, lots_of, need_of
from bookings.service.delivery import check_read
from bookings.service.today import today
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import NBSP, money
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Lot
from services_catalog.queries import price as prices
from services_catalog.rules.assignment import Candidate, Choice, Need, choose, defect
from services_catalog.rules.price import Facility, Unpriced, price_for
from services_catalog.service.ceiling import commit_amount, release_amount
from tenants.models import Organisation
from tenants.queries.tenant import find_adhesion


@dataclass(frozen=True, slots=True)
class Line:
    """A candidate as the GRADeS looks at it. `fault` forbids it ("": it is fit); `is_full` only warns."""

    candidate: Candidate
    fault: str
    is_full: bool
    is_current: bool


@dataclass(frozen=True, slots=True)
class AssignPage:
    """A mission to assign: the candidates of each lot, and whom the rule would choose."""

    mission: Mission
    facility: Organisation
    need: Need
    lots: Sequence[tuple[Lot, Sequence[Line]]]
    choice: Choice


def view_candidates(actor: Actor, mission_id: UUID) -> AssignPage:
    """Who may do a mission, and what forbids the others. Raises Conflict once it has begun."""
    with transaction(actor) as tx:
        mission = missions.get_mission(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.assign", mission)
        MISSION.target(mission.state, "assign")
        facility = tx.session.get_one(Organisation, (tx.tenant_id, mission.organisation_id))
        lots = [(lot, _lines(tx, mission, lot)) for lot in lots_of(tx, mission)]
        return AssignPage(mission, facility, need_of(tx, mission), lots, choose_for(tx, mission))


def assign_mission(
    actor: Actor, mission_id: UUID, provider_id: UUID | None = None, revision: int | None = None
) -> Mission:
    """Assign a mission to a provider, or (None) by the rule of its lot. Its dates with another one are freed.

    Raises Conflict when nobody fits or the mission has begun, Invalid (provider_id) with what forbids that provider,
    Stale when the mission changed since `revision`.
    """
    with transaction(actor) as tx:
        mission = missions.lock_with_order(tx.session, tx.tenant_id, mission_id)
        permit(PERMISSIONS, actor, "mission.assign", mission)
        MISSION.target(mission.state, "assign")
        check_read(mission, revision)
        chosen, sentence = _by_rule(tx, mission) if provider_id is None else _by_hand(tx, mission, provider_id)
        if chosen == mission.provider_id:
            raise Conflict("Cette mission a déjà ce prestataire. Rien n’est modifié.")
        assign(tx, mission, chosen, sentence)
        _hand_over(tx, mission, chosen)
        return mission


def _by_rule(tx: Tx, mission: Mission) -> tuple[UUID, str]:
    choice = choose_for(tx, mission)
    if choice.provider_id is None:
        raise Conflict(choice.sentence)
    fault = next((one.fault for one in _all(tx, mission) if one.candidate.provider_id == choice.provider_id), "")
    if fault:
        raise Conflict(fault)
    return choice.provider_id, choice.sentence


def _by_hand(tx: Tx, mission: Mission, provider_id: UUID) -> tuple[UUID, str]:
    line = next((one for one in _all(tx, mission) if one.candidate.provider_id == provider_id), None)
    fault = line.fault if line else "Ce prestataire n’est pas titulaire du marché de cette mission."
    if line is None or fault:
        raise Invalid("La mission n’est pas attribuée.", {"provider_id": fault})
    why = choose([line.candidate], replace(need_of(tx, mission), half_days=0), "ranked").sentence
    return provider_id, f"Choix du GRADeS{NBSP}: {why}"


def _all(tx: Tx, mission: Mission) -> list[Line]:
    return [line for lot in lots_of(tx, mission) for line in _lines(tx, mission, lot)]


def _lines(tx: Tx, mission: Mission, lot: Lot) -> list[Line]:
    need = need_of(tx, mission)
    candidates = candidates_for(tx, mission, lot, need.on)
    faults = _price_faults(tx, mission, [one.provider_id for one in candidates])
    return [
        Line(
            one,
            defect(one, replace(need, half_days=0)) or faults.get(one.provider_id, ""),
            one.load_half_days + need.half_days > one.capacity_half_days,
            one.provider_id == mission.provider_id,
        )
        for one in candidates
    ]


def _price_faults(tx: Tx, mission: Mission, provider_ids: Sequence[UUID]) -> Mapping[UUID, str]:
    """An order keeps its price: a holder whose own price differs needs an order of its own. Three queries."""
    if mission.order_id is None:
        return {}
    order = tx.session.get_one(Order, (tx.tenant_id, mission.order_id))
    quote = tx.session.get_one(Quote, (tx.tenant_id, order.quote_id))
    facility = tx.session.get_one(Organisation, (tx.tenant_id, mission.organisation_id))
    finess_ej, on = facility.finess_ej or "", today(tx)
    service, _ = missions.service_of(tx.session, tx.tenant_id, mission)
    market = prices.load_market(tx.session, [service.id])
    known = prices.find_facility(tx.session, finess_ej) or Facility(finess_ej, finess_ej)
    adherent = find_adhesion(tx.session, finess_ej, on) is not None
    faults = {}
    for one in provider_ids:
        price = price_for(market, service.id, known, adherent, on, quote.quantity, one)
        asked = None if isinstance(price, Unpriced) else price.net_cents
        if one != order.provider_id and asked != order.net_cents:
            faults[one] = _other_price(asked, order.net_cents)
    return faults


def _other_price(asked: int | None, ordered: int) -> str:
    theirs = f"son prix est de {money(asked)} HT" if asked is not None else "son prix n’est pas connu"
    return f"La commande est de {money(ordered)} HT, et {theirs}{NBSP}: annulez-la, puis demandez un nouveau devis."


def _hand_over(tx: Tx, mission: Mission, provider_id: UUID) -> None:
    """The order follows its mission to another holder, and so does its part of the lot (locked last)."""
    if mission.order_id is None:
        return
    order = tx.session.get_one(Order, (tx.tenant_id, mission.order_id))
    before = order.provider_id
    if before == provider_id:
        return
    order.provider_id = provider_id
    tx.audit("order.hand_over", order.id, source=str(before), target=str(provider_id))
    tx.session.flush()
    release_amount(tx, order.lot_id, before, order.net_cents)
    commit_amount(tx, order.lot_id, provider_id, order.net_cents)
