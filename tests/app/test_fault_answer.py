"""How a failure is said: JSON to the script of a page, a page to a browser, and when to come back."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from redis.exceptions import ConnectionError as RedisUnreachable

from kit.errors import Conflict, Invalid, TooManyRequests
from tenants.models import Tenant
from tests.browser import Browser, text_of

pytestmark = pytest.mark.usefixtures("no_limits")
JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Conflict("Les dépôts sont clos."), 409, "conflict"),
        (Invalid("À corriger.", {"name": "Indiquez votre nom."}), 422, "invalid"),
        (ZeroDivisionError("password=hunter2"), 500, "internal"),
        (RedisUnreachable("x"), 503, "unavailable"),
    ],
)
def test_the_script_of_a_page_hears_a_sentence(
    browser: Browser, failing: Any, error: Exception, status: int, code: str
) -> None:
    failing(error)
    answer = browser.get("/brand.css", headers=JSON)
    assert (answer.status_code, answer.mimetype, answer.json["code"]) == (status, "application/json", code)
    assert answer.json["sentence"]
    assert answer.json.get("fields", {}) == getattr(error, "fields", {})
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert "hunter2" not in answer.text


def test_a_script_is_told_what_a_browser_is_shown(browser: Browser) -> None:
    """Not sent to the sign-in page: it could not read it. Browsers and other programs go on getting pages."""
    signed_out = browser.post("/account", {"name": "Anne"}, headers=JSON)
    assert (signed_out.status_code, signed_out.json["sentence"]) == (401, "Connectez-vous pour continuer.")
    assert browser.post("/account", {"name": "Anne"}).status_code == 303
    forged = browser.post("/account", {"name": "Anne", "csrf_token": "faux"}, headers=JSON)
    assert (forged.status_code, "recommencez" in forged.json["sentence"]) == (403, True)
    assert browser.get("/nulle-part", headers=JSON).json["code"] == "not_found"
    assert browser.client.get("/nulle-part", headers=JSON).json["request_id"]
    for accepted in ("*/*", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "image/png", ""):
        assert browser.get("/nulle-part", headers={"Accept": accepted}).mimetype == "text/html", accepted


def test_a_page_says_its_own_code(browser: Browser) -> None:
    wrong = browser.client.delete(f"/{browser.tenant.slug}/contact")
    assert (wrong.status_code, "GET" in wrong.headers["Allow"]) == (405, True)
    assert "Code 405" in text_of(wrong)


def test_when_to_come_back_is_said(application: Flask, tenant: Tenant, failing: Any) -> None:
    failing(TooManyRequests("Trop.", timedelta(minutes=12)))
    client = application.test_client()
    page, problem = client.get(f"/{tenant.slug}/brand.css"), client.get(f"/api/v1/{tenant.slug}/portal")
    assert page.headers["Retry-After"] == problem.headers["Retry-After"] == "720"
    assert "Attendez 12 minutes, puis" in text_of(page)


def test_the_page_of_a_fault_never_fails(browser: Browser, failing: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever frames it: bare then, and what it quotes is text."""

    def broken() -> dict[str, Any]:
        raise AttributeError("g.tenant")

    failing(Conflict("« <script>alert(1)</script> » existe déjà."))
    monkeypatch.setattr("app.frame.context", broken)
    for path in ("/brand.css", "/nulle-part"):
        answer = browser.get(path)
        assert answer.status_code in (404, 409)
        assert '<html lang="fr">' in answer.text
        assert "<script" not in answer.text
