"""A call is written from its document: created, updated, left alone; each part counts its own versions."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.models import Campaign
from campaigns.queries import campaign as campaigns
from campaigns.service.campaign import export_campaign, save_campaign
from campaigns.service.publication import publish_campaign
from campaigns.service.upkeep import close_when_over
from finess.models import RegistryEdition
from kit import clock
from kit.actor import Actor, anonymous, operator
from kit.audit import AuditLine
from kit.document import plain
from kit.document.finding import Refused
from kit.document.source import read_data, read_yaml
from kit.errors import Conflict, Forbidden, NotFound, PreconditionMissing, Stale, Unauthenticated
from kit.transaction import transaction
from tenants.models import Tenant
from tests.campaigns.calls import AFTER, BEFORE, DURING, deadlines, paris, save
from tests.campaigns.documents import ABSENT, EXAMPLES, document

SECOND = {"opens_at": "2025-11-03T09:00", "closes_at": "2025-11-28T18:00"}
LATER = {"instruction": {"from": "2025-12-01", "until": "2025-12-05"}, "notification_at": "2025-12-08T09:00"}


def windows(actor: Actor, campaign: Campaign) -> list[tuple[int, str, str]]:
    with transaction(operator("tests", actor.tenant_id)) as tx:
        found = campaigns.list_windows(tx.session, campaign.id)
        return [(one.number, one.opens_at.isoformat(), one.closes_at.isoformat()) for one in found]


def test_a_document_makes_a_draft(manager: Actor) -> None:
    saved = save(manager)
    assert saved.outcome == "created"
    made = saved.campaign
    assert (made.state, made.version, made.zone, made.edition_id) == ("draft", 1, "Europe/Paris", None)
    assert made.notify_at == paris("2025-10-01T09:00")
    assert windows(manager, made) == [(1, "2025-09-09T14:00:00+00:00", "2025-09-23T21:59:59+00:00")]
    assert deadlines(manager, made) == {}


def test_the_same_document_changes_nothing(manager: Actor) -> None:
    first = save(manager)
    again = save_campaign(manager, read_data(dict(reversed(document().items()))), overwrite=True)
    assert (again.outcome, again.version.number) == ("unchanged", 1)
    with transaction(operator("tests", manager.tenant_id)) as tx:
        query = select(AuditLine.action).where(AuditLine.subject_id == first.campaign.id)
        assert tx.session.scalars(query).all() == ["campaign.write"]


@pytest.mark.parametrize(
    ("changes", "parts", "numbers"),
    [
        ({"title": "Autre titre"}, ("title",), (2, 1, 1)),
        ({"texts.who": "Tous."}, ("texts",), (2, 1, 1)),
        ({"rule.all[1].establishments.at_least": 2}, ("rule",), (2, 2, 1)),
        ({"form.sections[0].title": "Autre rubrique"}, ("form",), (2, 1, 2)),
        ({"commitments[0].text": "S’engager autrement."}, ("commitments",), (2, 1, 2)),
        ({"windows[0].closes_at": "2025-09-22T23:59"}, ("windows",), (2, 1, 1)),
        ({"places": 12, "completion_on": ABSENT}, ("completion_on", "places"), (2, 1, 1)),
    ],
)
def test_rule_and_form_count_their_own_versions(
    manager: Actor, changes: dict[str, Any], parts: tuple[str, ...], numbers: tuple[int, int, int]
) -> None:
    save(manager)
    saved = save(manager, changes)
    version = saved.version
    assert saved.outcome == "updated"
    assert saved.parts == parts
    assert (version.number, version.rule_version, version.form_version) == numbers


def test_every_version_is_kept_as_it_was(manager: Actor) -> None:
    campaign = save(manager).campaign
    save(manager, {"title": "Deux"})
    save(manager, {"title": "Trois"})
    with transaction(operator("tests", manager.tenant_id)) as tx:
        versions = campaigns.list_versions(tx.session, campaign.id)
        assert [version.document["title"] for version in versions] == ["Trois", "Deux", "Exercice de crise"]
        assert all(version.sha256 == plain.digest(version.document) for version in versions)


def test_windows_may_be_moved_onto_each_other_s_place(manager: Actor) -> None:
    save(manager, {"windows[1]": SECOND, **LATER})
    moved = {"windows[0]": {"opens_at": "2025-11-10T09:00", "closes_at": "2025-11-12T09:00"}, **LATER}
    saved = save(manager, {**moved, "windows[1]": {"opens_at": "2025-11-20T09:00", "closes_at": "2025-11-28T09:00"}})
    assert [number for number, _, _ in windows(manager, saved.campaign)] == [1, 2]


def test_an_error_changes_nothing_and_says_every_path(manager: Actor) -> None:
    save(manager)
    with pytest.raises(Refused) as refusal:
        save(manager, {"title": 12, "windows[0].closes_at": "2025-09-09T15:00", "kind": "ami"})
    assert list(refusal.value.fields) == ["title"]
    with pytest.raises(Refused) as refusal:
        save(manager, {"windows[0].closes_at": "2025-09-09T15:00", "completion_on": "2025-09-01"})
    assert set(refusal.value.fields) == {"windows[0].closes_at", "completion_on"}
    assert export_campaign(manager, "essai").count("Exercice de crise") == 1


def test_whoever_changes_a_call_says_what_they_read(manager: Actor) -> None:
    source = read_data(document({"title": "Deux"}))
    assert save_campaign(manager, source).outcome == "created"
    other = read_data(document({"title": "Trois"}))
    with pytest.raises(PreconditionMissing):
        save_campaign(manager, other)
    assert save_campaign(manager, other, base_version=1).version.number == 2
    with pytest.raises(Stale):
        save_campaign(manager, source, base_version=1)
    with pytest.raises(Refused) as refusal:
        save_campaign(manager, source, slug="autre", overwrite=True)
    assert list(refusal.value.fields) == ["slug"]


def test_a_rehearsal_changes_nothing(manager: Actor) -> None:
    assert save(manager, rehearse=True).outcome == "created"
    with pytest.raises(NotFound):
        export_campaign(manager, "essai")
    save(manager)
    assert save(manager, {"title": "Deux"}, rehearse=True).outcome == "updated"
    assert "Deux" not in export_campaign(manager, "essai")


def test_two_imports_at_once_make_one_call(manager: Actor) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: save(manager).outcome, range(4)))
    assert sorted(outcomes) == ["created", "unchanged", "unchanged", "unchanged"]


@pytest.mark.parametrize("name", ["bretagne-2025-exercice", "bretagne-2025-cyberdiagnostic"])
def test_export_then_import_is_exact(manager: Actor, name: str) -> None:
    save_campaign(manager, read_yaml((EXAMPLES / f"{name}.yaml").read_bytes()))
    written = export_campaign(manager, name)
    again = save_campaign(manager, read_yaml(written), overwrite=True)
    assert again.outcome == "unchanged"
    assert export_campaign(manager, name) == written


@pytest.mark.parametrize("roles", [(), ("ars_instructor",), ("grades_manager",)])
def test_only_the_ars_manager_writes(someone: Callable[..., Actor], roles: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden):
        save(someone(*roles))


def test_a_stranger_neither_writes_nor_reads_a_draft(tenant: Tenant, manager: Actor) -> None:
    save(manager)
    with pytest.raises(Unauthenticated):
        save(anonymous(tenant.id))
    with pytest.raises(NotFound):
        export_campaign(anonymous(tenant.id), "essai")


def test_another_tenant_has_its_own_call_of_that_name(make_tenant: Callable[..., Tenant], manager: Actor) -> None:
    other = operator("tests", make_tenant().id)
    save(manager)
    with pytest.raises(NotFound):
        export_campaign(other, "essai")
    assert save(other).outcome == "created"


class TestErratum:
    """After publication a change is a new version, and the hours follow."""

    @pytest.fixture
    def published(self, manager: Actor, traps: RegistryEdition) -> Campaign:
        with clock.frozen(BEFORE):
            save(manager, {"reminders": ["P7D", "PT2H"]})
            return publish_campaign(manager, "essai")

    def test_hours_follow_the_windows(self, manager: Actor, published: Campaign) -> None:
        with clock.frozen(DURING):
            saved = save(manager, {"reminders": ["P1D"], "windows[1]": SECOND, **LATER})
        assert saved.campaign.state == "published"
        assert deadlines(manager, published) == {
            ("window.close", "1"): paris("2025-09-24T00:00"),
            ("window.close", "2"): paris("2025-11-28T18:01"),
            ("window.remind", "1:P1D"): paris("2025-09-22T09:00"),
            ("window.remind", "2:P1D"): paris("2025-11-27T09:00"),
            ("campaign.release_due", ""): paris("2025-12-08T09:00"),
            ("campaign.release_soon", ""): paris("2025-12-07T09:00"),
        }

    def test_a_closed_call_that_is_extended_opens_again(self, manager: Actor, published: Campaign) -> None:
        with clock.frozen(AFTER):
            with transaction(operator("tests", manager.tenant_id)) as tx:
                campaign = campaigns.get_campaign_by_id(tx.session, published.id, lock=True)
                assert close_when_over(tx, campaign)
            assert save(manager, {"title": "Close"}).campaign.state == "closed"
            longer = {"windows[0].closes_at": "2025-09-25T23:59", "instruction.from": "2025-09-26"}
            assert save(manager, longer).campaign.state == "published"

    def test_it_warns_and_keeps_drafts(self, manager: Actor, published: Campaign) -> None:
        change = {
            "windows[0].closes_at": "2025-09-22T12:00",
            "form.sections[0].fields[0].type": "text",
            "form.sections[0].fields[0].options": ABSENT,
            "form.sections[0].fields[1].key": "headcount",
            "rule.all[1].establishments.at_least": 2,
        }
        with clock.frozen(DURING):
            saved = save(manager, change)
        said = [(one.level, one.path) for one in saved.findings if not one.path.endswith(".category")]
        assert said == [
            ("warning", "windows[0].closes_at"),
            ("warning", "form.sections[0].fields[0].type"),
            ("warning", "form"),
            ("warning", "rule"),
        ]
        assert (saved.version.form_version, saved.version.rule_version) == (2, 2)

    def test_a_notification_is_not_moved_into_the_past(self, manager: Actor, published: Campaign) -> None:
        late = paris("2025-10-02T10:00")
        with clock.frozen(late), pytest.raises(Refused) as refusal:
            save(manager, {"notification_at": "2025-10-02T09:00"})
        assert list(refusal.value.fields) == ["notification_at"]
        with clock.frozen(late + timedelta(hours=1)):
            assert save(manager, {"title": "Autre titre"}).outcome == "updated"

    def test_once_everybody_was_told_the_document_stands(self, manager: Actor, published: Campaign) -> None:
        with transaction(operator("tests", manager.tenant_id)) as tx:
            campaign = campaigns.get_campaign_by_id(tx.session, published.id, lock=True)
            campaign.released_at, campaign.state = tx.now, "released"
        with pytest.raises(Conflict):
            save(manager, {"title": "Autre titre"})
