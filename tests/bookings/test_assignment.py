"""Assigning missions: by the rule, by hand, who cannot and why; another provider frees the dates, takes the order."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bookings.models import Mission, Order, Slot
from bookings.queries.load import half_days_by_provider
from bookings.service.assignment import assign_mission, view_candidates
from bookings.service.mission import NewMission, cancel_mission, open_mission, plan_mission, unplan_mission
from bookings.service.slot import hold_slot
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from services_catalog.models import Insurance, LotHolder, Provider
from tenants.models import Tenant
from tests.bookings.doing import NOW, Scene, a_scene
from tests.bookings.planning import a_mission
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import (
    Market,
    Supplier,
    a_facility,
    a_lot,
    a_member,
    a_price,
    a_service,
    a_supplier,
)

Trio = tuple[Market, Supplier, Supplier]


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    return a_person(tenant, "grades_manager")


@pytest.fixture
def trio(tenant: Tenant) -> Trio:
    """A lot of three ranked holders at one price; the second is not qualified."""
    service, version = a_service(tenant, qualification="passi")
    first, second, third = a_supplier(tenant), a_supplier(tenant, qualification=None), a_supplier(tenant)
    lot = a_lot(tenant, first, second, third, assignment="ranked")
    line = a_price(tenant, lot, first, service)
    a_price(tenant, lot, second, service)
    a_price(tenant, lot, third, service)
    return Market(service, version, first, lot, line), second, third


def created(tenant: Tenant, market: Market, **columns: object) -> Mission:
    """A mission without a provider, of a placed order that takes its part of the lot."""
    mission = a_mission(tenant, market, state="created", provider_id=None, assigned_at=None, **columns)
    with transaction(system(tenant.id, "tests")) as tx:
        lot = tx.session.merge(market.lot)
        holder = tx.session.get_one(LotHolder, (tenant.id, lot.id, market.supplier.provider.id))
        lot.ordered_cents = holder.ordered_cents = 150_000
    return mission


def suspend(tenant: Tenant, supplier: Supplier) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(Provider, (tenant.id, supplier.provider.id)).state = "suspended"


def new_mission(tenant: Tenant, market: Market, **words: object) -> NewMission:
    return NewMission(
        organisation_id=a_facility(tenant).organisation.id,
        service_version_id=market.version.id,
        title="Mission de temps",
        mode="time",
        half_days=2,
        department="35",
        **words,  # type: ignore[arg-type]
    )


def opened(tenant: Tenant, new: NewMission) -> Mission:
    with clock.frozen(NOW), transaction(system(tenant.id, "tests")) as tx:
        return open_mission(tx, new)


def test_by_rank_the_first_who_is_fit(tenant: Tenant, trio: Trio, grades: Actor) -> None:
    market, second, third = trio
    mission = created(tenant, market)
    suspend(tenant, market.supplier)
    page = view_candidates(grades, mission.id)
    faults = [line.fault for _, lines in page.lots for line in lines]
    assert "est suspendu" in faults[0]
    assert "pas qualifié PASSI" in faults[1]
    assert faults[2] == ""
    assigned = assign_mission(grades, mission.id)
    assert assigned.provider_id == third.provider.id
    assert assigned.assignment.startswith(third.provider.name)
    for unfit in (market.supplier, second):
        with pytest.raises(Invalid) as refused:
            assign_mission(grades, mission.id, unfit.provider.id)
        assert refused.value.fields.keys() == {"provider_id"}


def test_without_insurance_nobody_works(tenant: Tenant, trio: Trio, grades: Actor) -> None:
    market, _, third = trio
    mission = created(tenant, market)
    with transaction(system(tenant.id, "tests")) as tx:
        for insurance in tx.session.scalars(select(Insurance).where(Insurance.provider_id == third.provider.id)):
            insurance.ends_on = NOW.date() - timedelta(days=1)
    with clock.frozen(NOW), pytest.raises(Invalid) as refused:
        assign_mission(grades, mission.id, third.provider.id)
    assert "pas d’assurance connue" in refused.value.fields["provider_id"]


def test_when_nobody_fits_the_rule_says_why(tenant: Tenant, trio: Trio, grades: Actor) -> None:
    market, _, third = trio
    mission = created(tenant, market)
    for one in (market.supplier, third):
        suspend(tenant, one)
    with pytest.raises(Conflict, match="Aucun titulaire du lot 2"):
        assign_mission(grades, mission.id)


def test_another_provider_frees_the_dates_and_takes_the_order(tenant: Tenant, trio: Trio, grades: Actor) -> None:
    market, _, third = trio
    mission = created(tenant, market)
    assign_mission(grades, mission.id, market.supplier.provider.id)
    with transaction(system(tenant.id, "tests")) as tx:
        planned = tx.session.get_one(Mission, (tenant.id, mission.id))
        slot = hold_slot(tx, planned, market.supplier.consultant.id, NOW + timedelta(days=9), NOW + timedelta(days=9.2))
        plan_mission(tx, planned, slot.starts_at, slot.ends_at, market.supplier.consultant.id)
    moved = assign_mission(grades, mission.id, third.provider.id)
    assert (moved.state, moved.starts_at, moved.consultant_id) == ("assigned", None, None)
    assert moved.assignment.startswith("Choix du GRADeS")
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.scalars(select(Slot.state)).all() == ["cancelled"]
        assert tx.session.scalars(select(Order)).one().provider_id == third.provider.id
        shares = {one.provider_id: one.ordered_cents for one in tx.session.scalars(select(LotHolder))}
    assert (shares[market.supplier.provider.id], shares[third.provider.id]) == (0, 150_000)


def test_an_order_keeps_its_price(tenant: Tenant, grades: Actor) -> None:
    """A holder whose own price differs needs an order of its own."""
    service, version = a_service(tenant)
    first, other = a_supplier(tenant), a_supplier(tenant)
    lot = a_lot(tenant, first, other)
    line = a_price(tenant, lot, first, service)
    a_price(tenant, lot, other, service, unit_cents=120_000)
    mission = created(tenant, Market(service, version, first, lot, line))
    with pytest.raises(Invalid) as refused:
        assign_mission(grades, mission.id, other.provider.id)
    assert "son prix est de 1\u202f200,00" in refused.value.fields["provider_id"]


def test_who_may_assign_and_until_when(tenant: Tenant) -> None:
    scene = a_scene(tenant)
    for actor, fault in ((scene.buyer, Forbidden), (scene.doer, Forbidden), (a_facility(tenant).owner, NotFound)):
        with pytest.raises(fault):
            assign_mission(actor, scene.mission.id)
        with pytest.raises(fault):
            view_candidates(actor, scene.mission.id)
    with pytest.raises(Stale):
        assign_mission(scene.grades, scene.mission.id, revision=7)
    with pytest.raises(Conflict, match="a déjà ce prestataire"):
        assign_mission(scene.grades, scene.mission.id)
    running = a_scene(tenant, scene.market, state="running")
    with pytest.raises(Conflict, match="a commencé"):
        assign_mission(scene.grades, running.mission.id)


def test_a_mission_is_opened_assigned_when_somebody_fits(tenant: Tenant, trio: Trio) -> None:
    market, second, third = trio
    assert opened(tenant, new_mission(tenant, market)).provider_id == market.supplier.provider.id
    chosen = opened(tenant, new_mission(tenant, market, provider_id=third.provider.id, sentence="Choisi au devis."))
    assert (chosen.state, chosen.provider_id, chosen.assignment) == ("assigned", third.provider.id, "Choisi au devis.")
    unfit = opened(tenant, new_mission(tenant, market, provider_id=second.provider.id))
    assert (unfit.state, unfit.provider_id) == ("created", None)
    assert "pas qualifié PASSI" in unfit.assignment
    with transaction(system(tenant.id, "tests")) as tx:
        told = tx.session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "mission.unassigned")).all()
    assert [one.subject_id for one in told] == [unfit.id]


def test_a_service_in_no_market_says_so(tenant: Tenant) -> None:
    service, version = a_service(tenant)
    supplier = a_supplier(tenant)
    lot = a_lot(tenant, supplier)
    elsewhere, _ = a_service(tenant)
    market = Market(service, version, supplier, lot, a_price(tenant, lot, supplier, elsewhere))
    assert "Aucun marché en cours" in opened(tenant, new_mission(tenant, market)).assignment


def test_planning_wants_the_providers_consultant_and_a_fit_day(tenant: Tenant, trio: Trio) -> None:
    market, _, third = trio
    mission = opened(tenant, new_mission(tenant, market))
    later = NOW.replace(year=2029)
    for consultant, at, sentence in (
        (third.consultant, NOW, "autre prestataire"),
        (market.supplier.consultant, later, "pas qualifié PASSI à la date du 22.novembre 2029"),
    ):
        with pytest.raises(Conflict, match=sentence), transaction(system(tenant.id, "tests")) as tx:
            plan_mission(tx, tx.session.merge(mission), at, at + timedelta(hours=3), consultant.id)


def test_a_facility_is_not_told_what_its_provider_lacks(tenant: Tenant, trio: Trio) -> None:
    market, *_ = trio
    mission = opened(tenant, new_mission(tenant, market))
    buyer = a_member(tenant, mission.organisation_id)
    later = NOW.replace(year=2029)
    with pytest.raises(Conflict) as refused, transaction(buyer) as tx:
        plan_mission(tx, tx.session.merge(mission), later, later + timedelta(hours=3), market.supplier.consultant.id)
    assert "PASSI" not in refused.value.sentence
    assert "choisissez-en un autre" in refused.value.sentence


def test_planned_unplanned_cancelled(tenant: Tenant, trio: Trio) -> None:
    market = trio[0]
    mission = opened(tenant, new_mission(tenant, market))
    with transaction(system(tenant.id, "tests")) as tx:
        held = tx.session.get_one(Mission, (tenant.id, mission.id))
        plan_mission(tx, held, NOW, NOW + timedelta(hours=3), market.supplier.consultant.id)
        unplan_mission(tx, held)
        assert (held.state, held.starts_at, held.provider_id) == ("assigned", None, market.supplier.provider.id)
        cancel_mission(tx, held)
        assert held.state == "cancelled"


def test_the_load_of_a_month(tenant: Tenant) -> None:
    """A mission weighs on the month of its date; until then on the month it was assigned. Months are the tenant's."""
    december = NOW.replace(month=12, day=1, hour=0)  # 1 h in Paris
    scene = a_scene(tenant, half_days=3, starts_at=december, assigned_at=NOW)
    a_scene(tenant, scene.market, state="assigned", starts_at=None, assigned_at=NOW, half_days=2)
    a_scene(tenant, scene.market, state="cancelled", cancelled_at=NOW, half_days=9)
    provider = scene.market.supplier.provider.id
    with transaction(system(tenant.id, "tests")) as tx:
        loads = [
            half_days_by_provider(tx.session, NOW.date().replace(month=month), [provider]) for month in (10, 11, 12)
        ]
        without = half_days_by_provider(tx.session, december.date(), [provider], without=scene.mission.id)
    assert [load[provider] for load in loads] == [0, 2, 3]
    assert without == {provider: 0}


def test_the_page_of_an_assignment(application: object, tenant: Tenant, trio: Trio) -> None:
    market, second, third = trio
    mission = created(tenant, market)
    person = a_person(tenant, "grades_manager")
    browser = Browser(application, tenant).sign_in(person.email)  # type: ignore[arg-type]
    address = f"/staff/missions/{mission.id}/assign"
    page = text_of(browser.get(address))
    assert "Peut intervenir" in page
    assert "n’est pas qualifié PASSI" in page
    refused = browser.post(address, {"provider_id": str(second.provider.id), "revision": "1"})
    assert (refused.status_code, "provider_id-error" in refused.text) == (422, True)
    for bad, revision, status in (("", "1", 422), ("nobody", "1", 422), ("rule", "9", 412), ("rule", "x", 412)):
        assert browser.post(address, {"provider_id": bad, "revision": revision}).status_code == status
    assert browser.post(address, {"provider_id": str(third.provider.id), "revision": "1"}).status_code == 303
    scene = Scene(tenant, market, a_facility(tenant), person, mission)
    assert scene.now().provider_id == third.provider.id
