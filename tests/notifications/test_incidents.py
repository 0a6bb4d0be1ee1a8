"""Incidents of the service and the page of its state: to everybody, calmly, without an inside."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from kit import clock, pulse
from kit.actor import anonymous, operator, system
from kit.db import uuid7
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from kit.transaction import transaction
from notifications.models import Notification
from notifications.rules.pulse import Beat
from notifications.rules.status import Waiting, lines, worst
from notifications.service.incident import (
    list_incidents,
    open_incident,
    resolve_incident,
    tell_incident,
    view_incident,
)
from notifications.service.status import read_status
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.notifications.incidents import an_incident
from tests.privacy.people import a_grades

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
ALIVE = {
    "worker": [Beat(NOW - timedelta(seconds=3), {})],
    "scheduler": [Beat(NOW, {"entries": {"deadlines": {"last_at": (NOW - timedelta(seconds=1)).isoformat()}}})],
}
NOTHING = Waiting(None, None, None)


def test_an_incident_is_told_from_its_beginning_to_its_end(tenant: Tenant) -> None:
    boss = a_grades(tenant)
    story = open_incident(boss, "  Courriels   ralentis ", "Une heure de retard.", "slow")
    assert (story.incident.title, story.incident.state) == ("Courriels ralentis", "open")
    tell_incident(boss, story.incident.id, "Le fournisseur répond de nouveau.")
    done = resolve_incident(boss, story.incident.id, "Tout est parti.")
    assert [one.words for one in done.updates] == [
        "Tout est parti.",
        "Le fournisseur répond de nouveau.",
        "Une heure de retard.",
    ]
    assert done.incident.resolved_at is not None
    with pytest.raises(Conflict):
        resolve_incident(boss, story.incident.id, "Encore.")
    tell_incident(boss, story.incident.id, "La cause est connue.")
    found = list_incidents(anonymous(tenant.id))
    assert (len(found.open), len(found.over), len(found.over[0].updates)) == (0, 1, 4)


def test_the_grades_and_the_operator_write_others_read(tenant: Tenant) -> None:
    story = open_incident(operator("root", tenant.id), "Maintenance", "Dix minutes.", "planned")
    for who in (a_person(tenant), a_person(tenant, "ars_manager")):
        assert view_incident(who, story.incident.id).incident.title == "Maintenance"
        with pytest.raises(Forbidden):
            tell_incident(who, story.incident.id, "Non.")
    with pytest.raises(Unauthenticated):
        open_incident(anonymous(tenant.id), "Faux", "Faux.", "down")


def test_another_portal_has_its_own(tenant: Tenant, make_tenant: object) -> None:
    other = make_tenant()  # type: ignore[operator]
    story = an_incident(tenant)
    assert list_incidents(anonymous(other.id)).open == []
    with pytest.raises(NotFound):
        view_incident(anonymous(other.id), story.incident.id)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "x" * 121}),
        ("title", {"title": "a\0b"}),
        ("words", {"words": ""}),
        ("impact", {"impact": "catastrophe"}),
        ("began_at", {"began_at": NOW + timedelta(hours=1)}),
        ("began_at", {"began_at": NOW - timedelta(days=90)}),
        ("until_at", {"until_at": NOW - timedelta(hours=1)}),
    ],
)
def test_what_cannot_be_said_is_named(tenant: Tenant, field: str, change: dict[str, object]) -> None:
    said = {"title": "Titre", "words": "Mots.", "impact": "slow"} | change
    with clock.frozen(NOW), pytest.raises(Invalid) as refused:
        open_incident(a_grades(tenant), **said)  # type: ignore[arg-type]
    assert refused.value.fields.keys() == {field}


def test_the_worst_that_is_under_way_comes_first(tenant: Tenant) -> None:
    boss = a_grades(tenant)
    with clock.frozen(NOW):
        open_incident(boss, "Maintenance", "Demain.", "planned", NOW + timedelta(days=1))
        open_incident(boss, "Lent", "Lent.", "slow")
        open_incident(boss, "Arrêt", "Arrêt.", "down", NOW - timedelta(hours=2))
        found = read_status(anonymous(tenant.id))
    assert [one.incident.title for one in found.under_way] == ["Arrêt", "Lent"]
    assert [one.incident.title for one in found.planned] == ["Maintenance"]
    assert found.state == "stopped"


def test_each_part_says_its_last_run_and_its_delay() -> None:
    well = lines(ALIVE, NOTHING, NOW)
    assert {line.state for line in well} == {"ok"}
    assert well[1].last_at == NOW - timedelta(seconds=1)
    late = lines(ALIVE, Waiting(NOW - timedelta(minutes=3), None, NOW - timedelta(hours=2)), NOW)
    assert [line.state for line in late] == ["ok", "late", "ok", "late"]
    assert (late[1].lag, "2\xa0heures" in late[3].seen) == (timedelta(minutes=3), True)
    dead = lines({"worker": [Beat(NOW - timedelta(minutes=5), {})]}, NOTHING, NOW)
    assert [line.state for line in dead] == ["ok", "stopped", "stopped", "stopped"]
    assert worst(well, ["notice"]) == "ok"
    assert worst(well, ["planned"]) == "late"


def test_the_page_says_it_to_everybody(application: Flask, tenant: Tenant) -> None:
    pulse.beat("worker", clock.now(), done=0, failed=0)
    pulse.beat("scheduler", clock.now(), entries={})
    try:
        browser = Browser(application, tenant)
        assert "Tout fonctionne" in text_of(browser.get("/status"))
        an_incident(tenant)
        text = text_of(browser.get("/status"))
        assert "Le service est perturbé" in text
        assert "Ils partent avec une heure de retard." in text
    finally:
        pulse.stop("worker")
        pulse.stop("scheduler")
    assert "À l’arrêt." in text_of(browser.get("/status"))


def test_a_fault_of_the_mail_server_stays_inside(application: Flask, tenant: Tenant) -> None:
    """Managers read it on « Fonctionnement »; everybody reads that mails are late."""

    with transaction(system(tenant.id, "tests")) as tx:
        long_ago = tx.now - timedelta(hours=3)
        tx.add(
            Notification(
                id=uuid7(),
                key="k",
                template="t",
                subject_id=uuid7(),
                email="a@b.fr",
                title="Titre",
                path="/",
                created_at=long_ago,
                state="pending",
                attempts=3,
                next_attempt_at=tx.now + timedelta(hours=1),
                last_error="535 smtp.interne: mot de passe refusé",
            )
        )
    text = text_of(Browser(application, tenant).get("/status"))
    assert "smtp.interne" not in text
    assert "a@b.fr" not in text


def test_the_pages_of_the_grades(application: Flask, tenant: Tenant) -> None:
    boss = Browser(application, tenant).sign_in(a_grades(tenant).email)
    refused = boss.post("/staff/incidents/new", {"title": "Sans date", "began_at-date": "demain"})
    assert refused.status_code == 422
    assert "Indiquez un jour et une heure." in text_of(refused)
    made = boss.post("/staff/incidents/new", {"title": "Panne", "words": "Une page.", "impact": "down"})
    assert made.status_code == 303
    path = made.location.removeprefix(f"/{tenant.slug}")
    assert boss.post(f"{path}/tell", {"words": " "}).status_code == 422
    assert boss.post(f"{path}/tell", {"words": "On cherche."}).status_code == 303
    assert boss.post(f"{path}/resolve", {"words": "Réparé."}).status_code == 303
    assert boss.post(f"{path}/resolve", {"words": "Réparé."}).status_code == 409
    for page in ("/staff/incidents", path, "/status"):
        assert "Panne" in text_of(boss.get(page)), page


def test_programs_read_it_without_a_token(application: Flask, tenant: Tenant) -> None:
    story = an_incident(tenant)
    client = application.test_client()
    found = client.get(f"/api/v1/{tenant.slug}/status").get_json()
    assert [line["key"] for line in found["lines"]] == ["pages", "deadlines", "news", "mails"]
    assert found["open"][0]["id"] == str(story.incident.id)
    assert found["open"][0]["updates"][0]["words"] == "Ils partent avec une heure de retard."
    one = client.get(f"/api/v1/{tenant.slug}/incidents/{story.incident.id}").get_json()
    assert one == found["open"][0]
    assert client.post(f"/api/v1/{tenant.slug}/incidents", json={}).status_code == 401
