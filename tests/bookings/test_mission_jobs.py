"""What follows an acceptance and a delay: proofs, mails, silence; delivered twice is done once."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.subscriptions import SUBSCRIPTIONS
from bookings.models import Acceptance, TimeSheet
from bookings.service import time_ledger
from bookings.service.acceptance import reserve_mission
from bookings.service.assigning import assign
from bookings.service.delivery import deliver_mission
from bookings.service.time_sheet import submit_time_sheet
from campaigns.models import Evidence, Milestone
from kit import clock
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.relay import deliver as hand_over
from kit.relay import fire_due, listener_name
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tenants.service.portal import forget_portals
from tests.bookings.buying import an_award
from tests.bookings.doing import NOW, Scene, a_scene, accept, add_file, deliver
from tests.bookings.time_of import a_mission_of_time, balances, half_days_of
from tests.services_catalog.market import a_facility, a_market, a_supplier

LATE = NOW + timedelta(days=16)


def settle(tenant: Tenant, times: int = 1) -> None:
    """Fire the deadlines that are due, then hand every message over to its listeners."""
    fire_due(tenant.id)
    with transaction(system(tenant.id, "tests")) as tx:
        messages = list(tx.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))
    for message in messages:
        for reaction in SUBSCRIPTIONS.get(message.topic, ()):
            for _ in range(times):
                hand_over(SUBSCRIPTIONS, tenant.id, message.id, listener_name(reaction))


def mails(tenant: Tenant, what: str = "") -> list[str]:
    """The addresses that were told, by the mail's name."""
    query = select(Notification).where(Notification.template.startswith(f"bookings/mission_{what}"))
    with transaction(system(tenant.id, "tests")) as tx:
        return sorted(one.email for one in tx.session.scalars(query))


def silent(tenant: Tenant, accepts: bool) -> None:
    """The tenant's rule."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.get_one(Tenant, tenant.id).silence_accepts = accepts
    forget_portals()


def acceptance(tenant: Tenant) -> Acceptance | None:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalars(select(Acceptance)).one_or_none()


@pytest.fixture
def scene(tenant: Tenant) -> Scene:
    """A delivered mission."""
    scene = a_scene(tenant)
    deliver(scene)
    return scene


def test_an_acceptance_proves_the_funded_service_once(tenant: Tenant) -> None:
    scene = a_scene(tenant)
    award = an_award(tenant, scene.facility, scene.market.service.slug)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Milestone(award_id=award.id, key="service", title="Prestation réalisée"))
        tx.session.merge(scene.mission).award_id = award.id
    deliver(scene)
    accept(scene)
    settle(tenant, times=3)
    with transaction(system(tenant.id, "tests")) as tx:
        proof = tx.session.scalars(select(Evidence)).one()
        assert (proof.kind, proof.subject_id) == ("mission", scene.mission.id)
        assert tx.session.scalars(select(Milestone)).one().proved_at is not None


def test_an_award_without_that_milestone_stops_nothing(tenant: Tenant) -> None:
    scene = a_scene(tenant)
    award = an_award(tenant, scene.facility, scene.market.service.slug)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.merge(scene.mission).award_id = award.id
    deliver(scene)
    accept(scene)
    settle(tenant)
    assert mails(tenant, "accepted")


def test_each_is_told_what_is_theirs_once(scene: Scene) -> None:
    tenant, people = scene.tenant, (scene.buyer.email, scene.doer.email, scene.grades.email)
    facility, provider, grades = people
    settle(tenant, times=2)
    assert mails(tenant, "delivered") == [facility]
    with clock.frozen(NOW):
        reserve_mission(scene.buyer, scene.mission.id, "Il manque le plan d’action.")
    settle(tenant, times=2)
    assert mails(tenant, "reserved") == sorted([provider, grades])
    with clock.frozen(NOW):
        add_file(scene, "Plan d’action.pdf")
        deliver_mission(scene.doer, scene.mission.id)
    accept(scene)
    settle(tenant, times=2)
    assert mails(tenant, "accepted") == sorted([provider, grades])


def test_a_document_added_to_a_delivery_is_told(scene: Scene) -> None:
    with clock.frozen(NOW + timedelta(days=1)):
        add_file(scene, "Annexe.pdf")
        settle(scene.tenant)
    assert mails(scene.tenant, "delivered") == [scene.buyer.email] * 2


@pytest.mark.parametrize(("days", "told"), [(9, 0), (10, 1), (12, 1), (14, 1), (15, 1)])
def test_a_reminder_comes_on_its_day(scene: Scene, days: int, told: int) -> None:
    """And after workers were away for days, the nearest one alone."""
    with clock.frozen(NOW + timedelta(days=days)):
        settle(scene.tenant)
    assert len(mails(scene.tenant, "reminder")) == told


def test_both_reminders_come_when_nobody_was_away(scene: Scene) -> None:
    for days in (10, 14):
        with clock.frozen(NOW + timedelta(days=days)):
            settle(scene.tenant)
    assert len(mails(scene.tenant, "reminder")) == 2


def test_silence_accepts_nothing_and_alerts(scene: Scene) -> None:
    with clock.frozen(LATE):
        settle(scene.tenant, times=2)
    assert mails(scene.tenant, "late") == sorted([scene.buyer.email, scene.grades.email])
    assert scene.now().state == "delivered"
    assert acceptance(scene.tenant) is None


def test_silence_accepts_where_it_was_said_so(tenant: Tenant) -> None:
    silent(tenant, True)
    scene = a_scene(tenant)
    assert deliver(scene).silence_accepts
    with clock.frozen(LATE):
        settle(tenant, times=2)
        settle(tenant, times=2)
    written = acceptance(tenant)
    assert written is not None
    assert (written.tacit, written.name, written.accepted_by) == (True, "", None)
    assert mails(tenant, "late") == []
    assert mails(tenant, "accepted") == sorted([scene.buyer.email, scene.doer.email, scene.grades.email])


@pytest.mark.parametrize(("before", "after"), [(False, True), (True, False)])
def test_a_rule_that_changes_after_the_delivery_accepts_nothing(tenant: Tenant, before: bool, after: bool) -> None:
    silent(tenant, before)
    scene = a_scene(tenant)
    deliver(scene)
    silent(tenant, after)
    with clock.frozen(LATE):
        settle(tenant)
    assert acceptance(tenant) is None
    assert mails(tenant, "late")


def test_an_answer_that_came_first_silences_the_alert(scene: Scene) -> None:
    accept(scene)
    with clock.frozen(LATE):
        settle(scene.tenant)
    assert mails(scene.tenant, "late") == mails(scene.tenant, "reminder") == []


def test_a_mission_that_goes_to_another_provider_is_told_to_both(tenant: Tenant) -> None:
    scene = a_scene(tenant)
    other = a_supplier(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        assign(tx, tx.session.merge(scene.mission), other.provider.id, "Choix du GRADeS.")
    settle(tenant, times=2)
    assert mails(tenant, "left") == [scene.doer.email]
    assert mails(tenant, "assigned") == sorted([other.owner.email, scene.buyer.email])


def of_time(tenant: Tenant, half_days: int, worked: int) -> Scene:
    """A mission of time with half-days set aside and a time sheet."""
    market, facility = a_market(tenant, mode="time"), a_facility(tenant)
    half_days_of(tenant, facility, half_days)
    with clock.frozen(NOW):
        mission = a_mission_of_time(tenant, facility, market.version, market.supplier, half_days=2)
        with transaction(system(tenant.id, "tests")) as tx:
            time_ledger.reserve(tx, tx.session.merge(mission), 2)
            lines: list[Any] = [{"on": "2026-11-20", "half": "am", "what": "PSSI"}] * worked
            tx.add(TimeSheet(mission_id=mission.id, version=1, lines=lines, half_days=worked, submitted_at=NOW))
    return Scene(tenant, market, facility, system(tenant.id, "tests"), mission)


def test_accepting_a_time_sheet_uses_its_half_days(tenant: Tenant) -> None:
    scene = of_time(tenant, 4, worked=3)
    with clock.frozen(NOW):
        deliver_mission(scene.doer, scene.mission.id)
    assert accept(scene).half_days == 3
    assert balances(tenant)["consumed"] == 3
    assert balances(tenant)["available"] == 1


def test_another_time_sheet_gives_the_whole_delay_again(tenant: Tenant) -> None:
    scene = of_time(tenant, 4, worked=2)
    with clock.frozen(NOW):
        deliver_mission(scene.doer, scene.mission.id)
    with clock.frozen(NOW + timedelta(days=14)):
        submit_time_sheet(scene.doer, scene.mission.id, [{"on": "2026-11-20", "half": "am", "what": "PSSI"}])
    assert scene.now().accept_by == date(2026, 12, 21)


def test_a_time_sheet_above_the_balance_is_not_accepted_by_silence(tenant: Tenant) -> None:
    """Nor by anybody: the alert says that something is to be settled."""
    silent(tenant, True)
    scene = of_time(tenant, 2, worked=3)
    with clock.frozen(NOW):
        deliver_mission(scene.doer, scene.mission.id)
    with clock.frozen(LATE):
        settle(tenant)
    assert acceptance(tenant) is None
    assert mails(tenant, "late") == [scene.buyer.email]
    assert balances(tenant)["reserved"] == 2


def test_the_day_to_answer_is_the_tenants(make_tenant: Any) -> None:
    """Nine in the evening of 21 November in Paris is the next day in La Réunion."""
    tenant: Tenant = make_tenant(zone="Indian/Reunion")
    scene = a_scene(tenant)
    deliver(scene, NOW.replace(day=21, hour=21))
    assert scene.now().accept_by == date(2026, 12, 7)
