"""Deciding within the places, and telling everybody at one instant or nobody."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.jobs.release import release_due, release_soon, tell_applicants
from campaigns.models import Campaign, CampaignWindow, Candidacy, Decision
from campaigns.service.decision import decide, undecide
from campaigns.service.release import preview_release, release_decisions
from campaigns.service.review import write_review
from kit import clock
from kit.actor import Actor, system
from kit.audit import AuditLine
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound, Stale
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.campaigns.files import CLOSED, NOTIFIED, a_call, a_file, a_person

INSTRUCTION = CLOSED + timedelta(days=3)


@pytest.fixture(autouse=True)
def _during_instruction() -> Iterator[None]:
    """Every story here happens after the window and before the notification."""
    with clock.frozen(INSTRUCTION):
        yield


@pytest.fixture
def manager(tenant: Tenant) -> Actor:
    """Somebody who may decide and release."""
    return a_person(tenant, "ars_manager")


def decisions_of(tenant: Tenant) -> dict[str, int]:
    with transaction(system(tenant.id, "t")) as tx:
        found = tx.session.scalars(select(Decision)).all()
        return {state: sum(one.state == state for one in found) for state in ("pending", "released")}


def message(tenant: Tenant, call_id: object) -> OutboxMessage:
    """The news that a deadline makes, as a listener receives it."""
    with transaction(system(tenant.id, "t")) as tx:
        tx.emit("campaign.release_due", call_id)  # type: ignore[arg-type]
    with transaction(system(tenant.id, "t")) as tx:
        return tx.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()


def test_a_decision_stays_secret_until_everybody_is_told(tenant: Tenant, manager: Actor) -> None:
    """The file's state, which its author sees, does not move; no notice is written."""
    call = a_call(tenant)
    file = a_file(tenant, call)
    decide(manager, file, "accepted")
    with transaction(system(tenant.id, "t")) as tx:
        assert tx.session.get_one(Candidacy, (tenant.id, file)).state == "submitted"
        assert tx.session.scalars(select(Notification)).all() == []


def test_a_refusal_says_why(tenant: Tenant, manager: Actor) -> None:
    file = a_file(tenant, a_call(tenant))
    with pytest.raises(Invalid) as raised:
        decide(manager, file, "refused", "   ")
    assert "motive" in raised.value.fields
    with pytest.raises(Invalid) as raised:
        decide(manager, file, "perhaps")
    assert "outcome" in raised.value.fields


def test_no_more_places_than_there_are(tenant: Tenant, manager: Actor) -> None:
    """The third of two is refused, and may wait; changing one's mind frees a place."""
    call = a_call(tenant, places=2)
    first, second, third = (a_file(tenant, call) for _ in range(3))
    decide(manager, first, "accepted")
    decide(manager, second, "accepted")
    decide(manager, second, "accepted", "une seconde fois")
    with pytest.raises(Conflict, match="2\u00a0places"):
        decide(manager, third, "accepted")
    decide(manager, third, "waitlisted")
    decide(manager, first, "refused", "Doublon")
    decide(manager, third, "accepted")


def test_two_instructors_cannot_give_the_last_place_twice(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant, places=1)
    files = [a_file(tenant, call) for _ in range(4)]

    def accept(file: object) -> bool:
        with clock.frozen(INSTRUCTION):
            try:
                decide(manager, file, "accepted")  # type: ignore[arg-type]
            except Conflict:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(accept, files)) == [False, False, False, True]


def test_what_was_not_read_is_not_decided(tenant: Tenant, manager: Actor) -> None:
    """The instructor's page showed submission 1; the file has another one since."""
    file = a_file(tenant, a_call(tenant))
    with pytest.raises(Stale, match="relisez"):
        decide(manager, file, "accepted", submission=2)
    decide(manager, file, "accepted", submission=1)


def test_the_waiting_list_keeps_its_order(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant)
    files = [a_file(tenant, call) for _ in range(3)]
    ranks = [decide(manager, file, "waitlisted").rank for file in files]
    assert ranks == [1, 2, 3]
    assert decide(manager, files[0], "waitlisted", "inchangé").rank == 1


def test_nothing_is_decided_while_a_file_can_still_change(tenant: Tenant, manager: Actor) -> None:
    file = a_file(tenant, a_call(tenant, state="published"))
    with clock.frozen(CLOSED), pytest.raises(Conflict, match="23\u00a0h\u00a059"):
        decide(manager, file, "accepted")
    with clock.frozen(CLOSED + timedelta(seconds=1)):
        decide(manager, file, "accepted")


def test_an_applicant_and_another_region_learn_nothing(
    tenant: Tenant, make_tenant: Callable[..., Tenant], manager: Actor
) -> None:
    """A stranger gets 404, in words that say nothing."""
    file = a_file(tenant, a_call(tenant))
    for stranger in (a_person(tenant), a_person(make_tenant(), "ars_manager")):
        with pytest.raises(NotFound):
            decide(stranger, file, "accepted")


def test_a_grades_manager_reads_and_does_not_decide(tenant: Tenant) -> None:
    file = a_file(tenant, a_call(tenant))
    with pytest.raises(Forbidden):
        decide(a_person(tenant, "grades_manager"), file, "accepted")


def test_everybody_is_told_at_once_each_once(tenant: Tenant, manager: Actor) -> None:
    """One release: states move, one notice per member, the same however often the news is delivered."""
    call = a_call(tenant, places=1)
    chosen, waiting, refused = a_file(tenant, call, members=2), a_file(tenant, call), a_file(tenant, call)
    a_file(tenant, call, state="draft")
    decide(manager, chosen, "accepted")
    decide(manager, waiting, "waitlisted")
    decide(manager, refused, "refused", "Hors du périmètre")
    done = release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)
    assert (done.accepted, done.waitlisted, done.refused) == (1, 1, 1)
    news = message(tenant, call.id)
    for _ in range(2):
        with transaction(system(tenant.id, "t")) as tx:
            tell_applicants(tx, news)
    with transaction(system(tenant.id, "t")) as tx:
        states = {row.id: row.state for row in tx.session.scalars(select(Candidacy))}
        assert (states[chosen], states[waiting], states[refused]) == ("accepted", "waitlisted", "refused")
        assert sorted(states.values()) == ["accepted", "draft", "refused", "waitlisted"]
        notices = tx.session.scalars(select(Notification)).all()
        assert sorted(notice.template for notice in notices) == [
            "campaigns/accepted",
            "campaigns/accepted",
            "campaigns/refused",
            "campaigns/waitlisted",
        ]
        assert any("Hors du périmètre" in notice.text_body for notice in notices)
        audited = {line.action for line in tx.session.scalars(select(AuditLine))}
        assert {"candidacy.accept", "candidacy.refuse", "candidacy.waitlist", "campaign.release"} <= audited


def test_nobody_is_told_while_one_file_has_no_decision(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant)
    decide(manager, a_file(tenant, call), "accepted")
    a_file(tenant, call)
    preview = preview_release(manager, call.slug)
    assert not preview.ready.is_ready
    with pytest.raises(Conflict, match="Personne n’a été notifié"):
        release_decisions(manager, call.slug, preview.ready.digest)
    assert decisions_of(tenant) == {"pending": 1, "released": 0}


def test_what_was_not_seen_in_the_preview_is_not_told(tenant: Tenant, manager: Actor) -> None:
    """A colleague changes a decision between the preview and the click."""
    call = a_call(tenant)
    file = a_file(tenant, call)
    decide(manager, file, "accepted")
    seen = preview_release(manager, call.slug).ready.digest
    decide(manager, file, "refused", "Finalement non")
    with pytest.raises(Stale):
        release_decisions(manager, call.slug, seen)
    assert decisions_of(tenant) == {"pending": 1, "released": 0}


def test_a_second_click_tells_nobody_again(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant)
    decide(manager, a_file(tenant, call), "accepted")
    digest = preview_release(manager, call.slug).ready.digest
    release_decisions(manager, call.slug, digest)
    with pytest.raises(Conflict, match="déjà"):
        release_decisions(manager, call.slug, digest)


def test_two_people_release_at_once_and_it_happens_once(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant)
    for _ in range(3):
        decide(manager, a_file(tenant, call), "accepted")
    digest = preview_release(manager, call.slug).ready.digest

    def release(_: int) -> str:
        with clock.frozen(INSTRUCTION):
            try:
                release_decisions(manager, call.slug, digest)
            except CrrcError as error:
                return error.code
            return "done"

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(release, range(3))) == ["conflict", "conflict", "done"]
    with transaction(system(tenant.id, "t")) as tx:
        released = select(OutboxMessage).where(OutboxMessage.topic == "campaign.release")
        assert len(tx.session.scalars(released).all()) == 1


def test_a_decision_that_was_told_never_changes(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant)
    file = a_file(tenant, call)
    decide(manager, file, "accepted")
    release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)
    for change in (lambda: decide(manager, file, "refused", "Trop tard"), lambda: undecide(manager, file)):
        with pytest.raises(Conflict, match="notifiées"):
            change()
    with pytest.raises(Conflict, match="notifiée"):
        write_review(manager, file, "incomplete", "Après coup", 0, 0)


def test_on_the_instant_the_ready_call_is_released_alone(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant)
    decide(manager, a_file(tenant, call), "accepted")
    news = message(tenant, call.id)
    with clock.frozen(NOTIFIED), transaction(system(tenant.id, "t")) as tx:
        release_due(tx, news)
    assert decisions_of(tenant) == {"pending": 0, "released": 1}


@pytest.mark.parametrize("held", [False, True])
def test_on_the_instant_a_call_that_is_not_ready_tells_only_the_ars(tenant: Tenant, manager: Actor, held: bool) -> None:
    """Undecided or held: nobody is notified by accident, and the ARS learns it and why."""
    call = a_call(tenant, held_at=INSTRUCTION if held else None)
    decide(manager, a_file(tenant, call), "accepted")
    if not held:
        a_file(tenant, call)
    news = message(tenant, call.id)
    with clock.frozen(NOTIFIED), transaction(system(tenant.id, "t")) as tx:
        release_due(tx, news)
    assert decisions_of(tenant) == {"pending": 1, "released": 0}
    with transaction(system(tenant.id, "t")) as tx:
        notice = tx.session.scalars(select(Notification)).one()
        assert (notice.template, notice.email) == ("campaigns/release_blocked", manager.email)
        assert ("suspendue" if held else "pas de décision") in notice.text_body


def test_a_notification_moved_to_later_is_not_told_at_the_first_hour(tenant: Tenant, manager: Actor) -> None:
    """The bell rang, the workers were down, the ARS moved the date meanwhile: nobody is notified by accident."""
    call = a_call(tenant)
    decide(manager, a_file(tenant, call), "accepted")
    news = message(tenant, call.id)
    with transaction(system(tenant.id, "t")) as tx:
        tx.session.get_one(Campaign, (tenant.id, call.id)).notify_at = NOTIFIED + timedelta(days=7)
    for at, released in ((NOTIFIED, 0), (NOTIFIED + timedelta(days=7), 1)):
        with clock.frozen(at), transaction(system(tenant.id, "t")) as tx:
            release_due(tx, news)
        assert decisions_of(tenant)["released"] == released


def test_nobody_is_told_while_a_window_is_to_come(tenant: Tenant, manager: Actor) -> None:
    """A release ends the call: told between two windows, the second one would never open."""
    call = a_call(tenant, state="published")
    second = {"number": 2, "name": "Seconde phase", "opens_at": CLOSED + timedelta(days=30)}
    with transaction(system(tenant.id, "t")) as tx:
        tx.add(CampaignWindow(campaign_id=call.id, closes_at=CLOSED + timedelta(days=40), **second))
    decide(manager, a_file(tenant, call), "accepted")
    with pytest.raises(Conflict, match="fenêtre de dépôt est à venir"):
        release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)


def test_the_day_before_the_ars_reads_what_will_leave(tenant: Tenant, manager: Actor) -> None:
    call = a_call(tenant, places=3)
    decide(manager, a_file(tenant, call), "accepted")
    news = message(tenant, call.id)
    with clock.frozen(NOTIFIED - timedelta(days=1)), transaction(system(tenant.id, "t")) as tx:
        release_soon(tx, news)
    with transaction(system(tenant.id, "t")) as tx:
        text = tx.session.scalars(select(Notification)).one().text_body
    assert "Retenus\u00a0: 1 sur 3\u00a0places" in text


def test_a_day_late_the_warning_is_not_sent(tenant: Tenant, manager: Actor) -> None:
    """A worker that was down must not announce yesterday's notification as tomorrow's."""
    call = a_call(tenant)
    news = message(tenant, call.id)
    with clock.frozen(NOTIFIED + timedelta(hours=1)), transaction(system(tenant.id, "t")) as tx:
        release_soon(tx, news)
    with transaction(system(tenant.id, "t")) as tx:
        assert tx.session.scalars(select(Notification)).all() == []
