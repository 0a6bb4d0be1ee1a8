"""What an accepted file obtains: offered at the release, confirmed or given up, lapsed by hand, proved step by step."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from campaigns.models import Evidence, Milestone
from campaigns.service.award import (
    confirm_award,
    decline_award,
    lapse_award,
    list_my_awards,
    prove_milestone,
    view_award,
)
from campaigns.service.decision import decide
from campaigns.service.release import preview_release, release_decisions
from kit import clock
from kit.actor import Actor, system
from kit.audit import AuditLine
from kit.db import uuid7
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound
from kit.outbox import Deadline, OutboxMessage
from kit.transaction import transaction
from tenants.models import OrganisationMember, Tenant
from tests.campaigns.applying import as_member
from tests.campaigns.awards import CONTACT, DECIDING, GIFT, LATER, a_released_call, award_of, owner_of
from tests.campaigns.files import NOTIFIED, a_call, a_file, a_person

OVER = datetime(2025, 10, 16, 22, tzinfo=UTC)  # 17 October in Paris
SAME_DAY = OVER - timedelta(seconds=1)


def test_an_acceptance_offers_what_the_call_says(tenant: Tenant) -> None:
    call, (award_id,) = a_released_call(tenant, award={**GIFT, "confirm_within": "P15D"})
    award = award_of(tenant, award_id)
    assert (award.state, award.service, award.ars_share_percent, award.cap_cents) == (
        "offered",
        "exercice-de-crise",
        80,
        300_000,
    )
    assert (award.confirm_by, award.complete_on) == (date(2025, 10, 16), date(2026, 6, 30))
    with transaction(system(tenant.id, "t")) as tx:
        (milestone,) = tx.session.scalars(select(Milestone)).all()
        deadlines = tx.session.scalars(select(Deadline).where(Deadline.subject_id == call.id)).all()
    assert (milestone.key, milestone.title, milestone.due_on) == (
        "service",
        "Prestation réalisée et acceptée",
        date(2026, 6, 30),
    )
    assert {(one.topic, one.key, one.due_at) for one in deadlines} == {
        ("award.remind", "2025-10-16:P7D", datetime(2025, 10, 9, 7, tzinfo=UTC)),
        ("award.remind", "2025-10-16:P1D", datetime(2025, 10, 15, 7, tzinfo=UTC)),
        ("award.unconfirmed", "2025-10-16", datetime(2025, 10, 17, 7, tzinfo=UTC)),
    }


def test_only_an_accepted_file_obtains_something(tenant: Tenant) -> None:
    call, manager = a_call(tenant), a_person(tenant, "ars_manager")
    files = [a_file(tenant, call) for _ in range(3)]
    with clock.frozen(DECIDING):
        for file, outcome in zip(files, ("refused", "waitlisted", "refused"), strict=True):
            decide(manager, file, outcome, "Hors du périmètre")
        release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)
    with transaction(system(tenant.id, "t")) as tx:
        assert tx.session.scalars(select(Milestone)).all() == []
        assert tx.session.scalars(select(Deadline).where(Deadline.topic.startswith("award"))).all() == []


def test_a_release_makes_a_thousand_awards_in_the_same_statements(
    tenant: Tenant, make_tenant: Callable[..., Tenant], statements: list[str]
) -> None:
    told = []
    for region, files in ((tenant, 1), (make_tenant(), 4)):
        call, manager = a_call(region), a_person(region, "ars_manager")
        with clock.frozen(DECIDING):
            for _ in range(files):
                decide(manager, a_file(region, call), "accepted")
            digest = preview_release(manager, call.slug).ready.digest
            statements.clear()
            release_decisions(manager, call.slug, digest)
        told.append([one.split("\n")[0] for one in statements])
    assert len(told[0]) == len(told[1])


def test_it_is_confirmed_by_naming_a_contact(tenant: Tenant) -> None:
    _, (award_id,) = a_released_call(tenant, award=GIFT)
    owner = owner_of(tenant, award_id)
    with clock.frozen(LATER):
        confirm_award(owner, award_id, CONTACT)
    award = award_of(tenant, award_id)
    assert (award.state, award.confirmed_at, award.confirmed_by) == ("confirmed", LATER, owner.user_id)
    assert award.referent == CONTACT | {"phone": "0299123456"}
    with transaction(system(tenant.id, "t")) as tx:
        emitted = tx.session.scalars(select(OutboxMessage.topic).where(OutboxMessage.subject_id == award_id)).all()
        assert emitted == ["award.confirm"]
        assert "award.confirm" in tx.session.scalars(select(AuditLine.action)).all()
    with pytest.raises(Conflict, match="déjà reçu sa réponse"):
        confirm_award(owner, award_id, CONTACT)
    with pytest.raises(Conflict, match="déjà reçu sa réponse"):
        decline_award(owner, award_id)


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({}, {"referent.name", "referent.function", "referent.email", "referent.phone"}),
        (CONTACT | {"email": "anne"}, {"referent.email"}),
        (CONTACT | {"phone": "12"}, {"referent.phone"}),
        (CONTACT | {"name": "  "}, {"referent.name"}),
        (CONTACT | {"name": "x" * 121}, {"referent.name"}),
        (CONTACT | {"function": ["Cadre", "\0"], "email": 12}, {"referent.email"}),
    ],
)
def test_a_contact_that_cannot_be_reached_is_not_taken(
    tenant: Tenant, typed: dict[str, object], fields: set[str]
) -> None:
    _, (award_id,) = a_released_call(tenant)
    with pytest.raises(Invalid) as raised:
        confirm_award(owner_of(tenant, award_id), award_id, typed)
    assert set(raised.value.fields) == fields
    assert award_of(tenant, award_id).state == "offered"


def test_of_two_answers_at_once_one_counts(tenant: Tenant) -> None:
    _, (award_id,) = a_released_call(tenant)
    owner = owner_of(tenant, award_id)

    def answer(yes: bool) -> str:
        try:
            confirm_award(owner, award_id, CONTACT) if yes else decline_award(owner, award_id)
        except CrrcError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(answer, [True, False, True, False])) == ["conflict", "conflict", "conflict", "done"]


def test_a_late_answer_is_taken_until_the_ars_says_otherwise(tenant: Tenant) -> None:
    _, (first, second, third) = a_released_call(tenant, files=3)
    manager = a_person(tenant, "ars_manager")
    with clock.frozen(SAME_DAY), pytest.raises(Conflict, match="16\u00a0octobre 2025"):
        lapse_award(manager, first)
    with clock.frozen(OVER):
        confirm_award(owner_of(tenant, first), first, CONTACT)
        decline_award(owner_of(tenant, second), second, "  Plus de directeur.  ")
        lapse_award(manager, third)
        with pytest.raises(Conflict, match="déjà reçu sa réponse"):
            confirm_award(owner_of(tenant, third), third, CONTACT)
        with pytest.raises(Conflict, match="sans réponse"):
            lapse_award(manager, first)
    states = [award_of(tenant, one).state for one in (first, second, third)]
    assert states == ["confirmed", "declined", "lapsed"]
    assert award_of(tenant, second).motive == "Plus de directeur."


def test_a_motive_has_an_end(tenant: Tenant) -> None:
    _, (award_id,) = a_released_call(tenant)
    with pytest.raises(Invalid) as raised:
        decline_award(owner_of(tenant, award_id), award_id, "x" * 2001)
    assert raised.value.fields.keys() == {"motive"}


def test_who_may_do_what(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    """Strangers learn nothing; readers read; the staff reads, its managers declare lapsed."""
    _, (award_id,) = a_released_call(tenant)
    reader = a_person(tenant)
    with transaction(system(tenant.id, "t")) as tx:
        place = {"organisation_id": award_of_in(tx, award_id), "role": "reader", "function": "", "joined_at": NOTIFIED}
        tx.add(OrganisationMember(user_id=reader.user_id, **place))
    elsewhere = make_tenant()
    strangers = [a_person(tenant), a_person(elsewhere, "ars_manager"), other_owner(tenant)]
    for stranger in strangers:
        for act in (view_award, decline_award, lapse_award, lambda actor, one: confirm_award(actor, one, CONTACT)):
            with pytest.raises(NotFound):
                act(stranger, award_id)
    readers = [as_member(reader), a_person(tenant, "ars_instructor"), a_person(tenant, "grades_manager")]
    with clock.frozen(OVER):
        for person in readers:
            assert view_award(person, award_id).journey.award.id == award_id
            for act in (decline_award, lapse_award, lambda actor, one: confirm_award(actor, one, CONTACT)):
                with pytest.raises(Forbidden):
                    act(person, award_id)


def award_of_in(tx: object, award_id: UUID) -> UUID:
    from campaigns.models import Award

    return tx.session.get_one(Award, (tx.tenant_id, award_id)).organisation_id  # type: ignore[attr-defined]


def other_owner(tenant: Tenant) -> Actor:
    """Somebody of another organisation of the region."""
    _, (other,) = a_released_call(tenant)
    return owner_of(tenant, other)


def test_a_milestone_is_proved_once_by_a_thing(tenant: Tenant) -> None:
    stages = [{"key": "audit", "title": "Audit"}, {"key": "report", "title": "Rapport", "due_on": "2026-03-31"}]
    _, (award_id,) = a_released_call(tenant, award={"milestones": stages})
    owner = owner_of(tenant, award_id)
    mission, another = uuid7(), uuid7()
    told = []
    for at, key, subject in (
        (0, "audit", mission),
        (1, "audit", mission),
        (2, "audit", another),
        (3, "report", mission),
    ):
        with clock.frozen(LATER + timedelta(days=at)), transaction(system(tenant.id, "bookings")) as tx:
            told.append(prove_milestone(tx, award_id, key, "mission", subject))
    assert told == [True, False, True, True]
    with pytest.raises(NotFound, match="recette"), transaction(system(tenant.id, "bookings")) as tx:
        prove_milestone(tx, award_id, "recette", "mission", mission)
    page = view_award(owner, award_id)
    assert [(one.key, one.proved_at) for one in page.journey.milestones] == [
        ("audit", LATER),
        ("report", LATER + timedelta(days=3)),
    ]
    assert [len(page.proofs[one.id]) for one in page.journey.milestones] == [2, 1]
    with transaction(system(tenant.id, "t")) as tx:
        audited = tx.session.scalars(select(AuditLine).where(AuditLine.action == "milestone.prove")).all()
        assert [line.facts["kind"] for line in audited] == ["mission"] * 3


def test_two_missions_prove_at_once(tenant: Tenant) -> None:
    _, (award_id,) = a_released_call(tenant)
    mission = uuid7()

    def prove(_: int) -> bool:
        with transaction(system(tenant.id, "bookings")) as tx:
            return prove_milestone(tx, award_id, "service", "mission", mission)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(prove, range(4))) == [False, False, False, True]
    with transaction(system(tenant.id, "t")) as tx:
        assert len(tx.session.scalars(select(Evidence)).all()) == 1


def test_a_path_is_finished_when_everything_is_proved(tenant: Tenant) -> None:
    _, (award_id,) = a_released_call(tenant)
    owner = owner_of(tenant, award_id)
    with transaction(system(tenant.id, "bookings")) as tx:
        prove_milestone(tx, award_id, "service", "mission", uuid7())
    assert not view_award(owner, award_id).journey.is_finished
    confirm_award(owner, award_id, CONTACT)
    assert view_award(owner, award_id).journey.is_finished


def test_ones_awards_are_listed_by_pages(tenant: Tenant, statements: list[str]) -> None:
    calls = [a_released_call(tenant) for _ in range(3)]
    (award_id,) = calls[0][1]
    owner = owner_of(tenant, award_id)
    assert [one.award.id for one in list_my_awards(owner).items] == [award_id]
    assert list_my_awards(a_person(tenant)).items == []
    with transaction(system(tenant.id, "t")) as tx:
        for _, (other,) in calls[1:]:
            place = {"organisation_id": award_of_in(tx, other), "role": "owner", "function": "", "joined_at": NOTIFIED}
            tx.add(OrganisationMember(user_id=owner.user_id, **place))
    owner = as_member(owner)
    first = list_my_awards(owner, limit=2)
    rest = list_my_awards(owner, first.after, limit=2)
    assert [one.award.id for one in (*first.items, *rest.items)] == [calls[index][1][0] for index in (2, 1, 0)]
    assert rest.after is None
    counts = []
    for limit in (1, 3):
        statements.clear()
        list_my_awards(owner, limit=limit)
        counts.append(len(statements))
    assert counts[0] == counts[1]
