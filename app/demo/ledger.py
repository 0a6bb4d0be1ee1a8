"""The time ledger of the demonstration: days bought, granted, booked, worked, and one request nobody can take."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from app.demo import missions
from app.demo.missions import Buyer
from app.demo.people import GRADES_MANAGER, acting
from bookings.models import Mission
from bookings.service.time_booking import TimeBooking, book_time
from bookings.service.time_grant import Grant, grant_time
from bookings.service.time_sheet import submit_time_sheet
from kit import clock
from kit.french import NBSP
from tenants.models import Tenant

SERVICE = "rssi-temps-partage"
WORK = ("Revue des sauvegardes", "Comptes et mots de passe", "Charte informatique", "Plan d’actions avec la direction")


def keep(tenant: Tenant, buyers: Sequence[Buyer]) -> None:
    """Claire's six days of February, of which two are worked and two booked; a gift; a request above capacity."""
    claire, second, greedy = buyers[0], buyers[1], buyers[2]
    bought = datetime(2026, 2, 2, 9, tzinfo=UTC)
    missions.buy(claire, SERVICE, 6, bought)
    _work(claire, _book(claire, 4, bought + timedelta(days=8)), date(2026, 3, 3))
    now = clock.now()
    booked = _book(claire, 4, now - timedelta(days=6))
    missions.plan(claire, booked, now - timedelta(days=5), (now + timedelta(days=12)).date())
    today = now.date()
    manager = acting(tenant, GRADES_MANAGER)
    grant_time(manager, Grant(second.organisation_id(), 4, today + timedelta(days=25), note="Appui après incident"))
    missions.buy(greedy, SERVICE, 30, now - timedelta(days=4))
    with clock.frozen(now - timedelta(days=3)):
        _book(greedy, 50, now - timedelta(days=3), f"Préparer la certification{NBSP}: tout le trimestre.")


def _book(buyer: Buyer, half_days: int, at: datetime, wish: str = "") -> Mission:
    with clock.frozen(at):
        return book_time(buyer.act(), TimeBooking(buyer.organisation_id(), SERVICE, half_days, wish=wish))


def _work(buyer: Buyer, mission: Mission, first: date) -> None:
    """Four half-days of March, declared, accepted."""
    mission = missions.plan(buyer, mission, datetime(2026, 2, 12, 9, tzinfo=UTC), first)
    missions.start(buyer, mission)
    day = (mission.starts_at or clock.now()).date()
    with clock.frozen((mission.ends_at or clock.now()) + timedelta(days=1)):
        halves = [(day + timedelta(days=rank // 2), ("am", "pm")[rank % 2]) for rank in range(4)]
        lines = [
            {"on": on.isoformat(), "half": half, "what": what} for (on, half), what in zip(halves, WORK, strict=True)
        ]
        submit_time_sheet(missions.doer(buyer.tenant, mission), mission.id, lines)
    at = missions.deliver(buyer, mission, 2)
    missions.accept(buyer, mission, at + timedelta(days=2), (5, 5, 5))
