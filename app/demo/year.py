"""The year that followed the calls of 2025: awards confirmed, services booked, done, accepted; and where it stands."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.demo import ledger, market, missions
from app.demo.missions import Buyer
from app.demo.people import ARS_MANAGER, GRADES_MANAGER, acting
from app.demo.sellers import ARMOR
from app.demo.settling import settle
from bookings.rules.halves import HalfDay
from bookings.service.opening import SessionDetails, open_group_session
from bookings.service.ordering import cancel_order, set_second_approval
from bookings.service.place import book_places, join_waiting
from bookings.service.quote import ask_quote
from campaigns.models import Award, Campaign
from campaigns.service.award import confirm_award, decline_award, lapse_award
from kit import clock
from kit.actor import system
from kit.transaction import transaction
from tenants.models import Tenant

EXERCISE, DIAGNOSTIC, AWARENESS = "exercice-de-crise", "cyberdiagnostic", "sensibilisation-equipes"


def open_market(tenant: Tenant) -> market.Market:
    """The market is notified in September 2025, and revised a year later."""
    today = _today()
    with clock.frozen(datetime(2025, 9, 8, 8, tzinfo=UTC)):
        opened = market.open_market(tenant, acting(tenant, GRADES_MANAGER), today)
    with clock.frozen(datetime(2026, 9, 14, 8, tzinfo=UTC)):
        market.revise(acting(tenant, GRADES_MANAGER), opened)
    return opened


def follow(tenant: Tenant, opened: market.Market, buyers: Sequence[Buyer]) -> None:
    """From the awards of October 2025 to this morning."""
    _answer(buyers[:6], [EXERCISE, DIAGNOSTIC], datetime(2025, 10, 6, 9, tzinfo=UTC))
    with clock.frozen(datetime(2025, 11, 3, 9, tzinfo=UTC)):
        settle()
        lapse_award(acting(tenant, ARS_MANAGER), _award(buyers[6], EXERCISE).id)
    _do_the_funded(buyers[:5])
    _buy_and_accept(buyers[17:20])
    _buy_today(buyers[8:])
    ledger.keep(tenant, buyers)
    _gather(tenant, opened, buyers)
    settle()


def answer_latest(tenant: Tenant, call: Campaign, buyer: Buyer) -> None:
    """Claire confirms the award of this autumn: her right waits for one click."""
    award = _award(buyer, EXERCISE, call.id)
    with clock.frozen(award.offered_at + timedelta(days=2)):
        settle()
        confirm_award(buyer.act(), award.id, buyer.contact)
        settle()


def _answer(buyers: Sequence[Buyer], services: Sequence[str], at: datetime) -> None:
    """All confirm but the last one, who has done an exercise already."""
    with clock.frozen(at):
        for rank, buyer in enumerate(buyers[:-1]):
            for service in services[: 1 if rank > 3 else 2]:  # four diagnostics were awarded
                confirm_award(buyer.act(), _award(buyer, service).id, buyer.contact)
        refused = _award(buyers[-1], EXERCISE)
        decline_award(buyers[-1].act(), refused.id, "Nous avons fait un exercice en septembre avec notre groupe.")
        settle()


def _do_the_funded(buyers: Sequence[Buyer]) -> None:
    """Exercises and diagnostics of the winter and the spring, each accepted."""
    ordered = datetime(2025, 10, 20, 8, tzinfo=UTC)
    for rank, buyer in enumerate(buyers):
        for service, first in ((EXERCISE, date(2026, 1, 12)), (DIAGNOSTIC, date(2026, 3, 16))):
            if service == DIAGNOSTIC and rank > 3:  # four were awarded
                continue
            mission = missions.use_right(buyer, service, ordered + timedelta(days=rank))
            missions.plan(buyer, mission, ordered + timedelta(days=rank + 7), first + timedelta(days=14 * rank))
            missions.start(buyer, mission)
            at = missions.deliver(buyer, mission)
            missions.accept(buyer, mission, at + timedelta(days=4), (5 - rank % 2, 4, 5 - rank % 3))


def _buy_and_accept(buyers: Sequence[Buyer]) -> None:
    """Exercises of the spring that facilities paid themselves."""
    ordered = datetime(2026, 2, 10, 8, tzinfo=UTC)
    for rank, buyer in enumerate(buyers):
        mission = _started(buyer, _until_planned(buyer, ordered, ordered + timedelta(days=45 + 20 * rank)))
        at = missions.deliver(buyer, mission)
        missions.accept(buyer, mission, at + timedelta(days=5), (4, 5, 4))


def _buy_today(buyers: Sequence[Buyer]) -> None:
    """Exercises that facilities pay themselves: one in each state."""
    now = clock.now()
    assigned, planned, running, delivered, reserved, late, cancelled, quoted, waiting = buyers[:9]
    missions.buy(assigned, EXERCISE, 1, now - timedelta(days=9))
    _until_planned(planned, now - timedelta(days=15), now + timedelta(days=20))
    missions.start(running, _until_planned(running, now - timedelta(days=30), now - timedelta(days=4)))
    missions.deliver(delivered, _until_planned(delivered, now - timedelta(days=40), now - timedelta(days=9)), 2)
    mission = _until_planned(reserved, now - timedelta(days=60), now - timedelta(days=25))
    missions.object_to(reserved, mission, missions.deliver(reserved, _started(reserved, mission)) + timedelta(days=6))
    missions.deliver(late, _until_planned(late, now - timedelta(days=70), now - timedelta(days=40)))
    with clock.frozen(now - timedelta(days=12)):
        order = missions.buy(cancelled, EXERCISE, 1, now - timedelta(days=12))
        missions.plan(cancelled, missions.mission_of(cancelled, order), now, (now + timedelta(days=6)).date())
    cancel_order(cancelled.act(), order.id, "La directrice est absente ce jour-là.", order.net_cents)
    ask_quote(quoted.act(), DIAGNOSTIC, quoted.organisation_id(), 1)
    set_second_approval(waiting.act(), waiting.organisation_id(), True)
    missions.buy(waiting, EXERCISE, 1, now - timedelta(hours=20))


def _gather(tenant: Tenant, opened: market.Market, buyers: Sequence[Buyer]) -> None:
    """Two sessions of awareness: one with places left, one full where somebody waits."""
    for days, capacity, guests in ((16, 12, buyers[:4]), (23, 6, buyers[4:8])):
        consultant = opened.armor.consultants[0]
        on = _working_day(_today() + timedelta(days=days))
        starts_at, ends_at = HalfDay(on, "am").bounds(tenant.zone)
        details = SessionDetails(consultant.id, starts_at, ends_at, "GIP e-santé Bretagne, Rennes", capacity)
        slot = open_group_session(acting(tenant, ARMOR.owner), AWARENESS, details)
        for rank, guest in enumerate(guests):
            places = 2 if capacity == 6 else 1 + rank
            if rank < 3:
                book_places(guest.act(), slot.id, guest.organisation_id(), places)
            elif capacity == 6:
                join_waiting(guest.act(), slot.id, guest.organisation_id(), places)


def _until_planned(buyer: Buyer, ordered: datetime, first: datetime) -> missions.Mission:
    mission = missions.mission_of(buyer, missions.buy(buyer, EXERCISE, 1, ordered))
    return missions.plan(buyer, mission, ordered + timedelta(days=1), first.date())


def _started(buyer: Buyer, mission: missions.Mission) -> missions.Mission:
    missions.start(buyer, mission)
    return mission


def _award(buyer: Buyer, service: str, campaign_id: UUID | None = None) -> Award:
    organisation_id = buyer.organisation_id()
    with transaction(system(buyer.tenant.id, "démonstration")) as tx:
        query = select(Award).where(Award.organisation_id == organisation_id, Award.service == service)
        found = tx.session.scalars(query.order_by(Award.offered_at)).all()
    return next(one for one in found if campaign_id in (None, one.campaign_id))


def _today() -> date:
    return clock.now().date()


def _working_day(on: date) -> date:
    while on.weekday() > 4:
        on += timedelta(days=1)
    return on
