"""Delivering and accepting: who may, in which state, once; what is accepted is what was read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from bookings.models import Acceptance, Mission, Reserve
from bookings.permissions import PERMISSIONS
from bookings.rules.states import MISSION
from bookings.service.acceptance import accept_mission, reserve_mission
from bookings.service.delivery import deliver_mission, start_mission
from kit import clock
from kit.actor import Actor, system
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound, Stale
from kit.outbox import Deadline, OutboxMessage
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.doing import NOW, Scene, a_scene, accept, add_file, deliver
from tests.campaigns.files import a_person
from tests.services_catalog.market import a_facility, a_member, a_supplier


@pytest.fixture
def scene(tenant: Tenant) -> Scene:
    """A planned mission."""
    return a_scene(tenant)


def told(scene: Scene, topic: str) -> int:
    """How often something was told of the mission."""
    query = select(func.count()).where(OutboxMessage.topic == topic, OutboxMessage.subject_id == scene.mission.id)
    with transaction(system(scene.tenant.id, "tests")) as tx:
        return tx.session.scalar(query) or 0


def deadlines(scene: Scene) -> dict[tuple[str, str], datetime]:
    """What is still to come for the mission."""
    query = select(Deadline).where(Deadline.subject_id == scene.mission.id, Deadline.done_at.is_(None))
    with transaction(system(scene.tenant.id, "tests")) as tx:
        return {(one.topic, one.key): one.due_at for one in tx.session.scalars(query)}


def test_every_move_says_who_may_make_it(scene: Scene) -> None:
    """The table of the machine × the people: a stranger never learns that the mission exists."""
    tenant, market = scene.tenant, scene.market
    people: dict[str, Actor] = {
        "owner": scene.buyer,
        "reader": a_member(tenant, scene.facility.organisation.id, "reader"),
        "provider": scene.doer,
        "provider’s reader": a_member(tenant, market.supplier.provider.id, "reader"),
        "GRADeS": scene.grades,
        "ARS": a_person(tenant, "ars_manager"),
        "another facility": a_facility(tenant).owner,
        "another provider": a_supplier(tenant).owner,
    }
    both = {"owner", "provider", "GRADeS"}
    may = {
        "assign": {"GRADeS"},
        "plan": both,
        "unplan": both,
        "start": {"provider", "GRADeS"},
        "deliver": {"provider"},
        "accept": {"owner"},
        "reserve": {"owner"},
        "cancel": {"owner", "GRADeS"},
    }
    assert may.keys() == MISSION.moves.keys()
    strangers = {"ARS", "another facility", "another provider"}
    for move, allowed in may.items():
        for who, actor in people.items():
            fault: type[CrrcError] | None = None
            try:
                permit(PERMISSIONS, actor, f"mission.{move}", scene.mission)
            except (Forbidden, NotFound) as error:
                fault = type(error)
            expected = None if who in allowed else NotFound if who in strangers else Forbidden
            assert fault is expected, f"{who} {move}"


def test_nothing_is_delivered_without_a_deliverable(scene: Scene) -> None:
    with pytest.raises(Conflict, match="déposez d’abord au moins un livrable"):
        deliver_mission(scene.doer, scene.mission.id)
    add_file(scene)
    assert deliver_mission(scene.doer, scene.mission.id).state == "delivered"


def test_a_delivery_waits_for_its_answer_until_a_day(scene: Scene) -> None:
    mission = deliver(scene)
    assert (mission.accept_by, mission.silence_accepts) == (date(2026, 12, 7), False)
    due = deadlines(scene)
    assert {key: at.isoformat() for key, at in due.items()} == {
        ("mission.accept_remind", "2026-12-07:5"): "2026-12-02T07:00:00+00:00",
        ("mission.accept_remind", "2026-12-07:1"): "2026-12-06T07:00:00+00:00",
        ("mission.accept_late", "2026-12-07"): "2026-12-08T07:00:00+00:00",
    }


def test_an_acceptance_names_somebody_and_what_was_accepted(scene: Scene) -> None:
    deliver(scene)
    with clock.frozen(NOW):
        second = add_file(scene)
    acceptance = accept(scene)
    assert (acceptance.name, acceptance.function, acceptance.tacit) == ("Marie Le Goff", "Directrice", False)
    assert acceptance.accepted_by == scene.buyer.user_id
    assert acceptance.manifest == [{"name": second.name, "version": 2, "sha256": second.sha256}]
    mission = scene.now()
    assert (mission.state, mission.accepted_at) == ("accepted", NOW)
    assert deadlines(scene) == {}
    assert told(scene, "mission.accept") == 1


def test_accepting_twice_is_refused(scene: Scene) -> None:
    deliver(scene)
    accept(scene)
    with pytest.raises(Conflict, match="Seule une mission livrée peut être acceptée"):
        accept(scene)
    assert told(scene, "mission.accept") == 1


def test_two_people_who_accept_at_once_make_one_acceptance(scene: Scene) -> None:
    deliver(scene)
    colleague = a_member(scene.tenant, scene.facility.organisation.id, "editor")
    seen = scene.seen()

    def accept_as(actor: Actor) -> str:
        try:
            return accept_mission(actor, scene.mission.id, actor.name, "Direction", seen).name
        except Conflict as refused:
            return refused.sentence

    people = [scene.buyer, colleague] * 3
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(accept_as, people))
    assert len([one for one in answers if one in (scene.buyer.name, colleague.name)]) == 1
    assert told(scene, "mission.accept") == 1
    with transaction(system(scene.tenant.id, "tests")) as tx:
        assert tx.session.scalar(select(func.count()).select_from(Acceptance)) == 1


def test_what_was_not_read_is_not_accepted(scene: Scene) -> None:
    deliver(scene)
    seen = scene.seen()
    add_file(scene, "Annexe.pdf")
    with pytest.raises(Stale, match="un nouveau document"):
        accept_mission(scene.buyer, scene.mission.id, "Marie Le Goff", "Directrice", seen)
    assert scene.now().state == "delivered"


def test_a_document_added_to_a_delivery_gives_the_whole_delay_again(scene: Scene) -> None:
    deliver(scene)
    with clock.frozen(NOW + timedelta(days=14)):
        add_file(scene)
    assert scene.now().accept_by == date(2026, 12, 21)
    assert {key for _, key in deadlines(scene)} == {"2026-12-21:5", "2026-12-21:1", "2026-12-21"}


@pytest.mark.parametrize(
    ("name", "function", "fields"),
    [("", "Directrice", {"name"}), (" ", "", {"name", "function"}), ("x" * 201, "y", {"name"})],
)
def test_an_acceptance_names_its_signatory(scene: Scene, name: str, function: str, fields: set[str]) -> None:
    deliver(scene)
    with pytest.raises(Invalid) as refused:
        accept_mission(scene.buyer, scene.mission.id, name, function, scene.seen())
    assert refused.value.fields.keys() == fields


def test_reserves_are_answered_by_something_new_then_lifted(scene: Scene) -> None:
    deliver(scene)
    with clock.frozen(NOW):
        reserve_mission(scene.buyer, scene.mission.id, " Le plan d’action manque. ")
        assert (scene.now().state, deadlines(scene)) == ("reserved", {})
        with pytest.raises(Conflict, match="répond aux réserves"):
            deliver_mission(scene.doer, scene.mission.id)
        add_file(scene, "Plan d’action.pdf")
        deliver_mission(scene.doer, scene.mission.id)
    accept(scene, NOW + timedelta(days=1))
    with transaction(system(scene.tenant.id, "tests")) as tx:
        reserve = tx.session.scalars(select(Reserve)).one()
    assert (reserve.text, reserve.lifted_at) == ("Le plan d’action manque.", NOW + timedelta(days=1))


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001])
def test_reserves_say_something(scene: Scene, text: str) -> None:
    deliver(scene)
    with pytest.raises(Invalid) as refused:
        reserve_mission(scene.buyer, scene.mission.id, text)
    assert refused.value.fields.keys() == {"text"}


def test_a_page_that_is_old_moves_nothing(scene: Scene) -> None:
    read = scene.now().revision
    add_file(scene)
    for move in (start_mission, deliver_mission):
        with pytest.raises(Stale):
            move(scene.doer, scene.mission.id, read)
    deliver_mission(scene.doer, scene.mission.id, read + 1)
    with pytest.raises(Stale):
        reserve_mission(scene.buyer, scene.mission.id, "Il manque une page.", read + 1)


def test_the_mission_of_somebody_else_does_not_exist(scene: Scene) -> None:
    deliver(scene)
    for stranger in (
        a_facility(scene.tenant).owner,
        a_supplier(scene.tenant).owner,
        a_person(scene.tenant, "ars_manager"),
    ):
        with pytest.raises(NotFound):
            accept_mission(stranger, scene.mission.id, "Marie", "Directrice", scene.seen())
        with pytest.raises(NotFound):
            deliver_mission(stranger, scene.mission.id)


def test_an_accepted_mission_completes_its_order(scene: Scene) -> None:
    from bookings.models import Order

    deliver(scene)
    accept(scene)
    with transaction(system(scene.tenant.id, "tests")) as tx:
        order = tx.session.scalars(select(Order)).one()
        mission = tx.session.scalars(select(Mission)).one()
    assert (order.state, mission.state) == ("completed", "accepted")
