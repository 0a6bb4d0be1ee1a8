"""A call comes before the public: now, at its hour, or not; what stands in the way is said before."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from campaigns.jobs.campaign import close_window, publish_due
from campaigns.models import Campaign
from campaigns.queries import campaign as campaigns
from campaigns.service import publication, upkeep
from finess.models import RegistryEdition
from kit import clock
from kit.actor import Actor, system
from kit.document.finding import Refused
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.outbox import OutboxMessage
from kit.relay import deliver, fire_due
from kit.transaction import transaction
from notifications.models import Notification
from tenants.models import Tenant
from tests.campaigns.calls import AFTER, BEFORE, deadlines, paris, save
from tests.campaigns.register import TILLEULS, TRAPS, import_entities

OPENING = paris("2025-09-09T16:00")
SUBSCRIPTIONS = {"campaign.publish_due": [publish_due], "window.close": [close_window]}


def tick(actor: Actor) -> None:
    """What the ticker and the workers do when an hour has come."""
    assert actor.tenant_id
    fire_due(actor.tenant_id)
    with transaction(system(actor.tenant_id, "tests")) as tx:
        due = [(one.id, one.topic) for one in tx.session.query(OutboxMessage).where(OutboxMessage.settled_at.is_(None))]
    for message, topic in due:
        for reaction in SUBSCRIPTIONS.get(topic, []):
            deliver(SUBSCRIPTIONS, actor.tenant_id, message, f"{reaction.__module__}.{reaction.__name__}")


def state(actor: Actor, slug: str = "essai") -> str:
    with transaction(system(actor.tenant_id, "tests")) as tx:  # type: ignore[arg-type]
        return campaigns.get_campaign(tx.session, slug).state


def test_publishing_pins_the_register_and_sets_the_hours(manager: Actor, traps: RegistryEdition) -> None:
    with clock.frozen(BEFORE):
        save(manager, {"reminders": ["P7D", "P60D"]})
        made = publication.publish_campaign(manager, "essai")
    assert (made.state, made.edition_id) == ("published", traps.id)
    assert deadlines(manager, made) == {
        ("window.close", "1"): paris("2025-09-24T00:00"),
        ("window.remind", "1:P7D"): paris("2025-09-16T09:00"),
        ("campaign.release_due", ""): paris("2025-10-01T09:00"),
        ("campaign.release_soon", ""): paris("2025-09-30T09:00"),
    }
    with pytest.raises(Conflict):
        publication.publish_campaign(manager, "essai")


def test_what_publishing_would_meet_is_said_before(manager: Actor, traps: RegistryEdition) -> None:
    doubtful = {
        "siblings": ["jumelle"],
        "award.service": "prestation-inconnue",
        "rule.all[1].establishments.such_that.all[2].department": ["971"],
        "texts.presentation": "Candidatez pendant trois semaines.",
    }
    with clock.frozen(AFTER):
        save(manager, doubtful)
        outlook = publication.foresee_publication(manager, "essai")
    said = {one.path: one.sentence for one in outlook.findings}
    assert "« jumelle »" in said["siblings[0]"].replace("\u00a0", " ")
    assert "« prestation-inconnue »" in said["award.service"].replace("\u00a0", " ")
    assert "close aussitôt" in said["windows[0].closes_at"]
    assert "Aucun organisme" in said["rule"]
    assert "trois semaines" in said["texts.presentation"]
    assert {one.level for one in outlook.findings} == {"warning"}
    assert state(manager) == "draft"


def test_a_call_is_published_and_closed_at_its_hour_and_not_before(manager: Actor, traps: RegistryEdition) -> None:
    with clock.frozen(BEFORE):
        save(manager, {"publish_at": "2025-09-09T16:00"})
        made = publication.schedule_campaign(manager, "essai")
        assert (made.state, made.publish_at, made.edition_id) == ("scheduled", OPENING, traps.id)
        assert deadlines(manager, made) == {("campaign.publish_due", ""): OPENING}
    for at, expected in (
        (OPENING - timedelta(seconds=1), "scheduled"),
        (OPENING, "published"),
        (paris("2025-09-23T23:59:59"), "published"),
        (paris("2025-09-24T00:00:00"), "closed"),
    ):
        with clock.frozen(at):
            tick(manager)
            assert state(manager) == expected, at


def test_a_ticker_that_was_down_for_a_month_catches_up(manager: Actor, traps: RegistryEdition) -> None:
    with clock.frozen(BEFORE):
        save(manager, {"publish_at": "2025-09-09T16:00"})
        publication.schedule_campaign(manager, "essai")
    with clock.frozen(AFTER):
        tick(manager)
        assert state(manager) == "published"
        tick(manager)
        assert state(manager) == "closed"


def test_moving_the_hour_moves_the_deadline_and_giving_up_forgets_it(manager: Actor, traps: RegistryEdition) -> None:
    with clock.frozen(BEFORE):
        save(manager, {"publish_at": "2025-09-09T16:00"})
        made = publication.schedule_campaign(manager, "essai", paris("2025-09-05T10:00"))
        assert deadlines(manager, made) == {("campaign.publish_due", ""): paris("2025-09-05T10:00")}
        save(manager, {"publish_at": "2025-09-09T16:00", "title": "Autre titre"})
        assert deadlines(manager, made) == {("campaign.publish_due", ""): paris("2025-09-05T10:00")}
        save(manager, {"publish_at": "2025-09-08T16:00"})
        assert deadlines(manager, made) == {("campaign.publish_due", ""): paris("2025-09-08T16:00")}
        publication.unschedule_campaign(manager, "essai")
    assert deadlines(manager, made) == {}
    assert state(manager) == "draft"


def test_a_typing_error_in_the_hour_of_a_scheduled_call_does_not_publish_it(
    manager: Actor, traps: RegistryEdition
) -> None:
    with clock.frozen(BEFORE):
        save(manager, {"publish_at": "2025-09-09T16:00"})
        publication.schedule_campaign(manager, "essai")
        with pytest.raises(Refused) as refusal:
            save(manager, {"publish_at": "2024-09-09T16:00"})
        tick(manager)
    assert list(refusal.value.fields) == ["publish_at"]
    assert state(manager) == "scheduled"


@pytest.mark.parametrize("at", [None, BEFORE - timedelta(hours=1), BEFORE])
def test_an_hour_to_come_is_needed(manager: Actor, traps: RegistryEdition, at: object) -> None:
    with clock.frozen(BEFORE):
        save(manager)
        with pytest.raises(Invalid) as refusal:
            publication.schedule_campaign(manager, "essai", at)  # type: ignore[arg-type]
    assert list(refusal.value.fields) == ["publish_at"]


def test_a_publication_after_the_deposits_is_refused(manager: Actor, traps: RegistryEdition) -> None:
    with clock.frozen(BEFORE):
        save(manager)
        with pytest.raises(Refused) as refusal:
            publication.schedule_campaign(manager, "essai", paris("2025-09-25T10:00"))
    assert list(refusal.value.fields) == ["publish_at"]


def test_a_scheduled_call_that_cannot_be_published_is_a_draft_again_and_the_ars_is_told(
    manager: Actor, traps: RegistryEdition, monkeypatch: pytest.MonkeyPatch
) -> None:
    with clock.frozen(BEFORE):
        save(manager, {"publish_at": "2025-09-09T16:00"})
        publication.schedule_campaign(manager, "essai")
    monkeypatch.setattr(publication, "get_edition", lambda *_: None)
    with clock.frozen(OPENING):
        tick(manager)
    assert state(manager) == "draft"
    with transaction(system(manager.tenant_id, "tests")) as tx:  # type: ignore[arg-type]
        (notice,) = tx.session.query(Notification).where(Notification.user_id == manager.user_id)
        assert "Publication non faite" in notice.title
        assert "Aucun registre" in (notice.text_body or "")


def test_without_a_register_nothing_is_published(manager: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    save(manager)
    monkeypatch.setattr(publication, "find_current_edition", lambda _: None)
    with pytest.raises(Refused, match="erreur"):
        publication.publish_campaign(manager, "essai")
    assert state(manager) == "draft"


def test_holding_the_release_and_lifting_the_hold(manager: Actor, traps: RegistryEdition) -> None:
    with clock.frozen(BEFORE):
        save(manager)
        with pytest.raises(Conflict):
            upkeep.hold_release(manager, "essai")
        made = publication.publish_campaign(manager, "essai")
        assert upkeep.hold_release(manager, "essai").held_at == BEFORE
        assert upkeep.hold_release(manager, "essai").held_at == BEFORE
    late = paris("2025-10-03T10:00")
    with clock.frozen(late):
        fire_due(manager.tenant_id)  # type: ignore[arg-type]
        assert ("campaign.release_due", "") not in deadlines(manager, made)
        assert upkeep.unhold_release(manager, "essai").held_at is None
        assert deadlines(manager, made)["campaign.release_due", ""] == late


def test_a_newer_register_changes_nothing_until_it_is_pinned(
    manager: Actor, database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("editions")
    rule = {"rule.all[1].establishments.such_that.all[1].category": ["500"]}
    old = import_entities(folder, TRAPS)
    with clock.frozen(BEFORE):
        save(manager, rule)
        publication.publish_campaign(manager, "essai")
    with pytest.raises(Conflict, match="déjà"):
        upkeep.repin_edition(manager, "essai")
    new = import_entities(folder, [one for one in TRAPS if one is not TILLEULS])
    change = upkeep.foresee_repinning(manager, "essai")
    assert (change.before.id, change.after.id) == (old.id, new.id)
    assert (change.gained, change.lost) == ((), (TILLEULS.number,))
    assert upkeep.repin_edition(manager, "essai").campaign.edition_id == new.id


def test_the_archive_takes_drafts_and_finished_calls_only(manager: Actor, traps: RegistryEdition) -> None:
    save(manager)
    with clock.frozen(BEFORE):
        publication.publish_campaign(manager, "essai")
    with pytest.raises(Conflict):
        upkeep.archive_campaign(manager, "essai")
    save(manager, {"slug": "autre"})
    assert upkeep.archive_campaign(manager, "autre").state == "archived"


MOVES: list[Callable[[Actor, str], object]] = [
    publication.publish_campaign,
    publication.schedule_campaign,
    publication.unschedule_campaign,
    upkeep.hold_release,
    upkeep.unhold_release,
    upkeep.repin_edition,
    upkeep.archive_campaign,
]


@pytest.mark.parametrize("move", MOVES)
def test_only_the_ars_manager_moves_a_call(
    manager: Actor, someone: Callable[..., Actor], traps: RegistryEdition, move: Callable[[Actor, str], object]
) -> None:
    save(manager)
    for actor, refusal in ((someone("ars_instructor"), Forbidden), (someone(), NotFound)):
        with pytest.raises(refusal):
            move(actor, "essai")
    with pytest.raises(NotFound):
        move(manager, f"inconnue-{uuid4().hex}")


@pytest.mark.parametrize("move", MOVES)
def test_another_tenant_finds_nothing(
    manager: Actor, make_tenant: Callable[..., Tenant], move: Callable[[Actor, str], object]
) -> None:
    save(manager)
    with pytest.raises(NotFound):
        move(system(make_tenant().id, "tests"), "essai")


def test_nothing_is_left_of_an_unfinished_publication(manager: Actor, traps: RegistryEdition) -> None:
    """A row of the version disappears behind the application's back: the command fails and nothing moved."""
    made: Campaign = save(manager).campaign
    assert deadlines(manager, made) == {}
    with pytest.raises(NotFound), transaction(system(manager.tenant_id, "tests")) as tx:  # type: ignore[arg-type]
        campaign = campaigns.get_campaign_by_id(tx.session, made.id, lock=True)
        campaign.version = 9
        publication.publish(tx, campaign)
    assert state(manager) == "draft"
