"""The pages of security: one's factors, one's sessions, signing in with a key, cookies, help by the GRADeS."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from app.factory import create_app
from kit import clock
from kit import settings as place
from kit.actor import Actor, operator
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.rules.site import Site, site_at
from tenants.service.role import grant_role
from tenants.service.session import find_signed_in
from tenants.service.sign_in import make_sign_in_link
from tenants.web.cookie import session_cookie
from tests.browser import Browser, text_of
from tests.tenants.proving import Somebody

pytestmark = pytest.mark.usefixtures("no_limits")
Come = Callable[..., Somebody]


def test_over_https_the_three_cookies_are_of_the_host(
    application: Flask, browser: Browser, monkeypatch: pytest.MonkeyPatch, person: Callable[[str], Actor]
) -> None:

    secure = replace(place.settings(), base_url="https://crrc.example")
    for module in ("kit.web", "kit.host", "tenants.web.confirm"):
        monkeypatch.setattr(f"{module}.settings", lambda: secure)
    client = create_app().test_client()
    slug = browser.tenant.slug
    base = "https://crrc.example"
    form = client.get(f"/{slug}/sign-in", base_url=base)
    secret = make_sign_in_link(operator("t", browser.tenant.id), "a@b.fr", f"/{slug}/account")
    seal = re.search(r'name="csrf_token" value="([^"]+)"', form.text)
    assert seal is not None
    entered = client.post(f"/{slug}/sign-in/{secret}", data={"csrf_token": seal[1]}, base_url=base)
    renamed = client.post(f"/{slug}/account", data={"csrf_token": seal[1], "name": "Anne"}, base_url=base)
    cookies = [line for one in (form, entered, renamed) for line in one.headers.getlist("Set-Cookie")]
    assert {line.partition("=")[0] for line in cookies} == {
        "__Host-crrc_browser",
        "__Host-crrc_session",
        "__Host-crrc_notice",
    }
    for line in cookies:
        assert "Secure" in line
        assert "Path=/" in line
        assert "HttpOnly" in line
        assert "Domain" not in line
    assert "__Host-crrc_session" in text_of(client.get(f"/{slug}/cookies", base_url=base))


def test_the_browsers_one_is_signed_in_with(application: Flask, tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    others = [who.come_again() for _ in range(2)]
    browser = Browser(application, tenant)
    browser.client.set_cookie(session_cookie(), who.secret)
    page = browser.get("/account/sessions")
    assert text_of(page).count("Lien reçu par courriel") == 3
    assert text_of(page).count("Ce navigateur") == 1
    assert "192.0.2.7" in text_of(page)
    one = others[0].actor.session_id
    assert browser.post(f"/account/sessions/{one}/revoke").status_code == 303
    assert browser.post(f"/account/sessions/{one}/revoke").status_code == 404
    assert "Cette connexion est fermée" in text_of(browser.get("/account/sessions"))
    assert browser.post("/account/sessions/revoke-others").status_code == 303
    assert "1 autre connexion fermée" in text_of(browser.get("/account/sessions"))
    assert browser.get("/account").status_code == 200


def test_a_session_of_somebody_else_is_not_there(application: Flask, tenant: Tenant, somebody: Come) -> None:
    mine, theirs = somebody(), somebody("paul")
    browser = Browser(application, tenant)
    browser.client.set_cookie(session_cookie(), mine.secret)
    for unknown in (theirs.actor.session_id, UUID(int=7)):
        assert browser.post(f"/account/sessions/{unknown}/revoke").status_code == 404
    assert theirs.actor.email == theirs.email


def test_the_list_of_sessions_costs_the_same_for_one_and_for_three(
    application: Flask, tenant: Tenant, somebody: Come, statements: list[str]
) -> None:
    who = somebody().add_totp().add_key()
    browser, counts = Browser(application, tenant), {}
    browser.client.set_cookie(session_cookie(), who.secret)
    for path in ("/account/sessions", "/account/security"):
        for number in (1, 3):
            if number == 3:
                for _ in range(2):
                    who.come_again()
                who.add_key(name="Deux").add_key(name="Trois")
                browser.client.set_cookie(session_cookie(), who.secret)
            browser.get(path)
            statements.clear()
            assert browser.get(path).status_code == 200
            counts[path, number] = len(statements)
    assert counts["/account/sessions", 1] == counts["/account/sessions", 3]
    assert counts["/account/security", 1] == counts["/account/security", 3]


def test_a_session_rests_after_two_idle_hours_and_the_portal_says_how_long(tenant: Tenant, somebody: Come) -> None:

    who, start = somebody(), clock.now()
    with clock.frozen(start + timedelta(minutes=119)):
        assert find_signed_in(tenant.id, who.secret, None) is not None
    with clock.frozen(start + timedelta(minutes=119 + 121)):
        assert find_signed_in(tenant.id, who.secret, None) is None
    with transaction(operator("t", tenant.id)) as tx:
        tx.session.get_one(Tenant, tenant.id).idle_minutes = 15
    other = somebody()
    with clock.frozen(start + timedelta(minutes=17)):
        assert find_signed_in(tenant.id, other.secret, None) is None


def test_the_security_page_says_what_one_has(application: Flask, tenant: Tenant, somebody: Come) -> None:
    who = somebody()
    browser = Browser(application, tenant)
    browser.client.set_cookie(session_cookie(), who.secret)
    page = text_of(browser.get("/account/security"))
    assert "Ajouter une application" in page
    assert "Codes de secours" not in page
    who.add_totp().add_key(name="Clé <b>bleue</b>")
    browser.client.set_cookie(session_cookie(), who.secret)
    answer = browser.get("/account/security")
    assert "Clé &lt;b&gt;bleue" in answer.text
    assert "Il vous en reste 10 sur 10" in text_of(answer)
    key = re.search(r"passkeys/([0-9a-f-]{36})/rename", answer.text)
    assert key is not None
    assert browser.post(f"/account/security/passkeys/{key[1]}/rename", {"name": "x"}).status_code == 422
    assert browser.post(f"/account/security/passkeys/{key[1]}/rename", {"name": "Rouge"}).status_code == 303
    assert browser.post("/account/security/totp/remove").status_code == 303
    assert "L’application de codes est retirée" in text_of(browser.get("/account/security"))
    codes = browser.post("/account/security/recovery-codes")
    assert codes.text.count('<li class="crrc-code">') == 10
    assert browser.post(f"/account/security/passkeys/{key[1]}/remove").status_code == 303
    assert browser.post("/account/security/recovery-codes").status_code == 409


def test_signing_in_with_a_passkey(application: Flask, tenant: Tenant, somebody: Come) -> None:
    who = somebody().add_key(site_of_tests())
    assert who.key is not None
    browser = Browser(application, tenant)
    asked = browser.post("/passkey/options", headers={"Accept": "application/json"})
    assert asked.status_code == 200
    shown_key = who.key.show(asked.json)
    wrong = browser.post("/passkey", {"passkey": "{}"})
    assert (wrong.status_code, "n’a pas été reconnue" in text_of(wrong)) == (422, True)
    asked = browser.post("/passkey/options", headers={"Accept": "application/json"})
    shown_key = who.key.show(asked.json)
    entered = browser.post("/passkey", {"passkey": shown_key, "next": f"/{tenant.slug}/account"})
    assert (entered.status_code, entered.location) == (303, f"/{tenant.slug}/account")
    assert browser.get("/account").status_code == 200
    assert "Clé d’accès" in text_of(browser.get("/account/sessions"))
    assert browser.post("/passkey", {"passkey": shown_key}).status_code == 422


def site_of_tests() -> Site:
    """Where the test client is."""

    site = site_at("localhost", place.settings().base_url, None)
    assert site is not None
    return site


def test_the_grades_resets_on_a_page(application: Flask, tenant: Tenant, somebody: Come) -> None:

    who, boss = somebody().add_totp(), somebody("boss")
    for email, role in ((who.email, "ars_manager"), (boss.email, "grades_manager")):
        grant_role(operator("t", tenant.id), email, role)
    path = f"/staff/people/{who.actor.user_id}/second-factor"
    browser = Browser(application, tenant)
    browser.client.set_cookie(session_cookie(), boss.secret)
    assert "1 moyen enregistré" in text_of(browser.get(path))
    assert browser.post(path).location.endswith("/staff/people")
    assert "Il n’y a rien à réinitialiser" in text_of(browser.get(path))
    assert browser.get(f"/staff/people/{UUID(int=7)}/second-factor").status_code == 404
    mine = browser.post(f"/staff/people/{boss.actor.user_id}/second-factor")
    assert (mine.status_code, "depuis votre compte" in text_of(mine)) == (409, True)
    stranger = Browser(application, tenant)
    stranger.client.set_cookie(session_cookie(), somebody("paul").secret)
    assert stranger.get(path).status_code == 403
