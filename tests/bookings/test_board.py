"""The GRADeS's board: half-days asked and possible, month by month, from the tables."""

from datetime import date, timedelta

from bookings.service.board import view_board
from kit import clock
from kit.actor import system
from kit.transaction import transaction
from services_catalog.models import Provider
from tenants.models import Tenant
from tests.bookings.buying import an_entitlement
from tests.bookings.doing import NOW, a_scene
from tests.services_catalog.market import a_facility, a_market


def test_what_is_planned_ordered_and_granted_beside_what_can_be_done(tenant: Tenant) -> None:
    market = a_market(tenant)
    scene = a_scene(tenant, market, half_days=3, starts_at=NOW.replace(month=12))
    a_scene(tenant, market, state="assigned", starts_at=None, half_days=5, due_on=date(2027, 1, 31))
    a_scene(tenant, market, state="assigned", starts_at=None, half_days=7, due_on=NOW.date() - timedelta(days=90))
    a_scene(tenant, market, state="created", starts_at=None, provider_id=None, half_days=1)
    a_scene(tenant, market, state="cancelled", cancelled_at=NOW, half_days=90)
    an_entitlement(tenant, market, a_facility(tenant), complete_on=date(2027, 6, 30), quantity=2)
    a_scene(tenant, market, state="assigned", starts_at=None, half_days=8, due_on=date(2027, 12, 31))
    with clock.frozen(NOW):
        found = view_board(scene.grades).outlook
    months = {one.start: one for one in found.months}
    assert months[date(2026, 12, 1)].planned == 3
    assert months[date(2027, 1, 1)].to_plan == 5
    assert months[date(2026, 11, 1)].to_plan == 7, "what is late weighs on this month"
    assert months[date(2027, 6, 1)].granted == 4
    assert (found.later, found.undated) == (8, 1)
    assert {one.capacity for one in found.months} == {40}
    assert found.holds


def test_a_suspended_provider_can_do_nothing(tenant: Tenant) -> None:
    market = a_market(tenant)
    scene = a_scene(tenant, market)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(Provider, (tenant.id, market.supplier.provider.id)).state = "suspended"
    with clock.frozen(NOW):
        found = view_board(scene.grades)
    assert {one.capacity for one in found.outlook.months} == {0}
    assert not found.outlook.holds
    assert found.counts == {"current": 1, "unassigned": 0, "late": 0, "delivered": 0, "unplanned": 0}
