"""What every answer tells the browser; probes; the API's description; the front door."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app import health
from app.factory import create_app
from kit.settings import settings
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.services_catalog.market import a_facility, a_supplier


def test_every_answer_is_protected(application: Flask, tenant: Tenant, browser: Browser) -> None:
    client = application.test_client()
    for path in ("/", f"/{tenant.slug}/sign-in", "/nulle-part", f"/api/v1/{tenant.slug}/portal", "/healthz"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert len(headers["X-Request-Id"]) == 32 or path == "/healthz"
        assert "Strict-Transport-Security" not in headers
        assert "Server" not in headers


def test_scripts_run_by_a_word_that_changes(browser: Browser) -> None:
    pages = [browser.get("/sign-in") for _ in range(2)]
    words = [
        re.findall(r"script-src 'self' 'nonce-([^']+)'", page.headers["Content-Security-Policy"])[0] for page in pages
    ]
    assert words[0] != words[1]
    for page, word in zip(pages, words, strict=True):
        assert set(re.findall(r'nonce="([^"]*)"', page.text)) <= {word}
        assert not re.search(r"<script(?![^>]*(nonce=|src=))", page.text)
        assert not re.search(r"<[^>]+ (style|on\w+)=", page.text)


def test_over_https_cookies_and_browsers_stay_there(
    application: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRRC_BASE_URL", "https://portail.example")
    settings.cache_clear()
    try:
        answer = create_app().test_client().get(f"/{tenant.slug}/sign-in")
    finally:
        monkeypatch.undo()
        settings.cache_clear()
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert all("Secure" in cookie for cookie in answer.headers.getlist("Set-Cookie"))


def test_what_may_be_kept(application: Flask, browser: Browser) -> None:
    assert browser.get("/sign-in").headers["Cache-Control"] == "private, no-cache"
    browser.sign_in("a@b.fr")
    assert browser.get("/account").headers["Cache-Control"] == "no-store"
    built = sorted((Path(application.static_folder or "") / "build").glob("swagger-ui-*/swagger-ui.css"))
    if built:
        address = f"/static/build/{built[0].parent.name}/{built[0].name}"
        with browser.client.get(address) as answer:
            assert "immutable" in answer.headers["Cache-Control"]
    missing = browser.client.get("/static/build/nothing.js")
    assert (missing.status_code, "immutable" in missing.headers.get("Cache-Control", "")) == (404, False)


def test_a_browser_is_named_once(application: Flask, tenant: Tenant) -> None:
    client = application.test_client()
    first, second = (client.get(f"/{tenant.slug}/sign-in") for _ in range(2))
    assert [value.split("=")[0] for value in first.headers.getlist("Set-Cookie")] == ["crrc_browser"]
    assert second.headers.getlist("Set-Cookie") == []


def test_the_front_door_names_the_portals(application: Flask, tenant: Tenant) -> None:
    page = application.test_client().get("/")
    assert tenant.name in text_of(page)
    assert f'href="/{tenant.slug}/"' in page.text


def test_the_process_lives_without_asking_anybody(application: Flask, statements: list[str]) -> None:
    assert application.test_client().get("/healthz").get_json() == {"status": "ok"}
    assert statements == []


def test_the_newest_migration_is_alembics() -> None:
    from alembic.script import ScriptDirectory

    import migrations

    assert health.newest_migration() == ScriptDirectory(str(migrations.HERE)).get_current_head()


def test_ready_says_each_check(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = application.test_client()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.get_json()["checks"].keys() == {"database", "migrations", "role", "hour", "redis"}
    monkeypatch.setattr(health, "newest_migration", lambda: "9999")
    late = client.get("/readyz")
    assert (late.status_code, late.get_json()["checks"]["migrations"]["ok"]) == (503, False)
    assert "crrc migrate" in late.get_json()["checks"]["migrations"]["detail"]


def test_ready_without_redis_which_pages_do_without(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every host would be taken away at once, and nobody could submit."""
    monkeypatch.setenv("CRRC_REDIS_URL", "unix:///nowhere/redis.sock")
    settings.cache_clear()
    answer = application.test_client().get("/readyz")
    monkeypatch.undo()
    settings.cache_clear()
    assert (answer.status_code, answer.get_json()["status"]) == (200, "degraded")
    assert answer.get_json()["checks"]["redis"]["ok"] is False


def test_not_ready_with_a_powerful_role(application: Flask, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy import create_engine

    client = application.test_client()
    powerful = create_engine(database)
    monkeypatch.setattr(health, "engine", lambda: powerful)
    checks = client.get("/readyz").get_json()["checks"]
    powerful.dispose()
    assert checks["role"]["ok"] is False
    assert "row-level security" in checks["role"]["detail"]


def test_the_api_describes_itself(application: Flask) -> None:
    described = application.test_client().get("/api/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    assert "/api/v1/{tenant}/portal" in described["paths"]
    error = described["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert list(error) == ["application/problem+json"]
    page = application.test_client().get("/api/v1/docs")
    assert page.status_code == 200
    assert "http://" not in re.sub(r"http://www\.w3\.org\S*", "", page.text)
    assert "https://" not in page.text


def test_a_limit_stays_without_redis(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process then counts alone: nobody is locked out, nobody floods."""
    from datetime import timedelta

    from redis import Redis

    from kit import limits
    from kit.errors import TooManyRequests

    absent = Redis.from_url("unix:///nowhere/redis.sock")
    monkeypatch.setattr(limits, "counters", lambda: absent)
    monkeypatch.setattr(limits, "_away_until", 0.0)
    for _ in range(3):
        limits.hit("essai", "10.0.0.1", 3, timedelta(hours=1), "Trop.")
    with pytest.raises(TooManyRequests, match=r"^Trop\. Réessayez dans"):
        limits.hit("essai", "10.0.0.1", 3, timedelta(hours=1), "Trop.")
    limits.hit("essai", "10.0.0.2", 3, timedelta(hours=1), "Trop.")


def test_the_menu_leads_where_one_may_go(application: Flask, tenant: Tenant) -> None:
    """And every page it names exists."""
    from app.menu import MENU
    from kit.actor import operator
    from tenants.service.role import grant_role

    named = {entry.endpoint for entry in MENU} | {page.endpoint for entry in MENU for page in entry.pages}
    assert named <= application.view_functions.keys()
    for role in ("ars_manager", "grades_manager"):
        grant_role(operator("root", tenant.id), f"{role}@x.fr", role)

    def menu(email: str) -> list[str]:
        browser = Browser(application, tenant)
        page = (browser.sign_in(email) if email else browser).get("/receipts").text
        return [entry.text for entry in MENU if f">{entry.text}</a>" in page]

    everybody = ["Appels à candidatures", "Catalogue"]
    member, provider = a_facility(tenant).owner, a_supplier(tenant).owner
    assert menu("") == everybody
    assert menu("menu@x.fr") == [*everybody, "Mes dossiers"]
    assert menu(member.email) == [*everybody, "Mes dossiers", "Mes prestations", "Factures", "Agenda"]
    assert menu(provider.email) == [*everybody, "Mes missions", "Agenda"]
    assert menu("ars_manager@x.fr") == [*everybody, "Factures", "Campagnes", "Portail"]
    ours = ["Campagnes", "Prestations", "Facturation", "Agenda", "Portail"]
    assert menu("grades_manager@x.fr") == [*everybody, *ours]


def test_a_part_shows_its_pages_to_those_who_are_in_it(application: Flask, tenant: Tenant) -> None:
    owner = a_facility(tenant).owner
    browser = Browser(application, tenant).sign_in(owner.email)
    inside, outside = browser.get("/orders").text, browser.get("/candidacies").text
    assert f'<a href="/{tenant.slug}/orders" aria-current="page">Droits et commandes</a>' in inside
    assert "Séances collectives" in inside
    assert "Séances collectives" not in outside


def test_a_provider_finds_its_days_and_its_file(application: Flask, tenant: Tenant) -> None:
    supplier = a_supplier(tenant)
    browser = Browser(application, tenant).sign_in(supplier.owner.email)
    for words in ("Disponibilités", "Profil et équipe"):
        href = re.search(rf'<a href="([^"]+)"[^>]*>{words}</a>', browser.get("/missions").text)
        assert href, words
        there = browser.get(href[1].removeprefix(f"/{tenant.slug}")).text
        assert there.count('aria-current="page"') == 1
        assert f'aria-current="page">{words}</a>' in there
