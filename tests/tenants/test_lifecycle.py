"""A portal that is suspended says so to everybody, does nothing, and loses nothing; its deletion can be taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from app import schedule, tasks
from app.errands import run_errand
from kit import clock
from kit.actor import Actor, operator, system
from kit.errors import Conflict, Forbidden
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service import export, exporting, lifecycle
from tenants.service.portal import find_portal, is_suspended
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.browser import Browser, text_of

REASON = "Maintenance des serveurs jusqu’à lundi."


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    return operator("root", tenant.id)


@pytest.fixture
def manager(application: Flask, tenant: Tenant, person: Callable[..., Actor]) -> Actor:
    grant_role(operator("tests", tenant.id), "chef@x.fr", "grades_manager")
    return person("chef@x.fr")


def test_everybody_reads_why(application: Flask, tenant: Tenant, boss: Actor, manager: Actor) -> None:
    secret = create_token(boss, "essai", ["tenant"], known_scopes=["tenant.view"])[1]
    known = Browser(application, tenant).sign_in("chef@x.fr")
    lifecycle.suspend_tenant(boss, REASON)
    for browser in (known, Browser(application, tenant)):
        for path in ("/", "/staff/settings", "/sign-in", "/nulle-part", "/campaigns/rien"):
            answer = browser.get(path)
            assert (answer.status_code, REASON in text_of(answer)) == (503, True)
        assert browser.post("/sign-in", {"email": "a@b.fr"}).status_code == 503
    api = application.test_client().get(f"/api/v1/{tenant.slug}/me", headers={"Authorization": f"Bearer {secret}"})
    assert (api.status_code, api.get_json()["code"], api.get_json()["detail"]) == (503, "suspended", REASON)
    page = known.get("/")
    assert "Se connecter" not in page.text or "Ce portail est fermé" in page.text
    assert known.get("/brand.css").status_code == 200
    lifecycle.resume_tenant(boss)
    assert known.get("/staff/settings").status_code == 200


def test_another_portal_goes_on(application: Flask, boss: Actor, make_tenant: Callable[..., Tenant]) -> None:
    other = make_tenant()
    lifecycle.suspend_tenant(boss, REASON)
    assert application.test_client().get(f"/{other.slug}/").status_code == 200
    assert application.test_client().get("/").status_code == 200


def test_nothing_leaves_and_what_was_due_waits(tenant: Tenant, boss: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction(system(tenant.id, "t")) as tx:
        tx.due("essai.due", tenant.id, tx.now - timedelta(seconds=1))
    lifecycle.suspend_tenant(boss, REASON)
    assert is_suspended(tenant.id)
    assert tenant.id not in schedule.tenant_ids()
    assert tenant.id in schedule.tenant_ids(suspended=True)

    def fired() -> int:
        with transaction(system(tenant.id, "t")) as tx:
            return tx.session.query(OutboxMessage).filter_by(topic="essai.due").count()

    schedule.fire_deadlines()
    assert fired() == 0
    seen: list[bool] = []

    def send(owner: object, enough: Callable[[], bool], *rest: object) -> object:
        seen.append(enough())
        raise ZeroDivisionError

    monkeypatch.setattr(tasks.jobs, "send_due_mails", send)
    with pytest.raises(ZeroDivisionError):
        tasks.tasks({}, lambda: False)["send_due_mails"](str(tenant.id), "0")
    assert seen == [True]
    assert run_errand("invoices", str(tenant.id), "0", lambda: False) == 0
    lifecycle.resume_tenant(boss)
    schedule.fire_deadlines()
    assert fired() == 1


def test_a_closed_portal_still_gives_its_data_back(tenant: Tenant, boss: Actor, manager: Actor) -> None:
    export.ask_export(manager)
    lifecycle.suspend_tenant(boss)
    assert run_errand("exports", str(tenant.id), "0", lambda: False) == 1
    with export.fetch_export(boss, export.newest_export(boss).id) as (row, file):
        assert len(file.read()) == row.size_bytes


def test_it_is_deleted_only_once_its_data_were_taken_away(tenant: Tenant, boss: Actor, manager: Actor) -> None:
    with pytest.raises(Conflict, match="Aucun export"):
        lifecycle.delete_tenant(boss)
    asked = export.ask_export(manager)
    exporting.work(tenant.id, lambda: False)
    with pytest.raises(Conflict, match="Aucun export"):
        lifecycle.delete_tenant(boss)
    with export.fetch_export(manager, asked.id):
        pass
    gone = lifecycle.delete_tenant(boss)
    assert gone.suspended_at is not None
    assert gone.delete_after is not None
    assert timedelta(days=29, hours=23) < gone.delete_after - clock.now() <= timedelta(days=30)
    with pytest.raises(Conflict, match="déjà prévue"):
        lifecycle.delete_tenant(boss)
    with pytest.raises(Conflict, match="va être supprimé"):
        lifecycle.resume_tenant(boss)
    lifecycle.keep_tenant(boss)
    assert lifecycle.resume_tenant(boss).suspended_at is None
    with pytest.raises(Conflict):
        lifecycle.keep_tenant(boss)
    with pytest.raises(Conflict):
        lifecycle.resume_tenant(boss)
    found = find_portal(tenant.slug)
    assert found is not None
    assert (found.suspension, found.delete_after) == (None, None)


def test_an_old_export_is_no_proof(tenant: Tenant, boss: Actor, manager: Actor) -> None:
    asked = export.ask_export(manager)
    exporting.work(tenant.id, lambda: False)
    with export.fetch_export(manager, asked.id):
        pass
    with clock.frozen(clock.now() + timedelta(days=31)), pytest.raises(Conflict, match="Aucun export"):
        lifecycle.delete_tenant(boss)


@pytest.mark.parametrize("act", [lifecycle.suspend_tenant, lifecycle.resume_tenant, lifecycle.delete_tenant])
def test_no_manager_closes_a_portal(manager: Actor, act: Callable[[Actor], Tenant]) -> None:
    with pytest.raises(Forbidden):
        act(manager)
