"""Every kind of answer, from every page that names nothing: what it tells the browser, and what it holds."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from kit.actor import operator
from kit.download import SANDBOX
from tenants.models import Tenant
from tenants.rules.roles import TENANT_ROLES
from tenants.service.logo import set_logo
from tenants.service.role import grant_role
from tests.browser import Browser
from tests.tenants.test_settings import picture

INLINE = re.compile(r"<[^>]+\s(?:style|on[a-z]+)\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b(?![^>]*\bnonce=)", re.IGNORECASE)
STYLE = re.compile(r"<style\b(?![^>]*\bnonce=)", re.IGNORECASE)
OUTSIDE = re.compile(r"<(?:script|link|img|iframe|object|embed)[^>]+(?:src|href)=\"(?:https?:)?//", re.IGNORECASE)
FORM = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>.*?</form>", re.IGNORECASE | re.DOTALL)


def check(answer: TestResponse, path: str) -> None:
    """What no answer may lack, and no page may hold."""
    headers = answer.headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy, path
    assert "*" not in policy, path
    assert headers["X-Content-Type-Options"] == "nosniff", path
    assert headers["X-Frame-Options"] == "DENY", path
    assert headers["Referrer-Policy"] == "same-origin", path
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin", path
    assert "geolocation=()" in headers["Permissions-Policy"], path
    assert "Cache-Control" in headers, path
    assert "Server" not in headers, path
    if headers.get("Content-Disposition", "").startswith("attachment"):
        assert policy == SANDBOX, path
        assert answer.mimetype != "text/html", path
        return
    assert "default-src 'self'" in policy or policy == SANDBOX, path
    if answer.mimetype == "text/html":
        _check_page(answer.get_data(as_text=True), path)


def _check_page(html: str, path: str) -> None:
    assert not INLINE.search(html), f"{path}: {INLINE.search(html)}"
    assert not SCRIPT.search(html), f"{path}: {SCRIPT.search(html)}"
    assert not STYLE.search(html), f"{path}: {STYLE.search(html)}"
    assert not OUTSIDE.search(html), f"{path}: {OUTSIDE.search(html)}"
    for form in FORM.findall(html):
        assert 'name="csrf_token"' in form, f"{path}: {form[:200]}"


def open_rules(app: Flask) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.arguments <= {"tenant"} and "GET" in (rule.methods or ()) and rule.endpoint != "readyz"
    ]


@pytest.fixture
def everybody(application: Flask, tenant: Tenant) -> Browser:
    """Somebody with every role of the staff."""
    email = f"tous@{tenant.slug}.fr"
    for role in TENANT_ROLES:
        grant_role(operator("tests", tenant.id), email, role)
    return Browser(application, tenant).sign_in(email)


@pytest.mark.parametrize("known", [False, True], ids=["visitor", "staff"])
def test_every_address_that_names_nothing(application: Flask, everybody: Browser, known: bool) -> None:
    browser = everybody if known else Browser(application, everybody.tenant)
    seen: dict[int, int] = {}
    for rule in open_rules(application):
        path = rule.rule.replace("<tenant>", everybody.tenant.slug)
        answer = browser.client.get(path)
        assert answer.status_code < 500, path
        check(answer, path)
        if known and answer.status_code == 200 and answer.mimetype == "text/html" and "/api/" not in path:
            private = answer.headers["Cache-Control"]
            assert "no-store" in private or "public" not in private, path
        seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
    assert seen[200] > (25 if known else 15)


def test_every_kind_of_refusal(application: Flask, everybody: Browser) -> None:
    slug, client = everybody.tenant.slug, everybody.client
    strange = application.test_client()
    answers = {
        "400": client.post(f"/api/v1/{slug}/candidacies", data=b"{", content_type="application/json"),
        "401": strange.get(f"/api/v1/{slug}/me"),
        "403": client.post(f"/{slug}/account", data={"name": "x"}),
        "404": client.get(f"/{slug}/nulle-part"),
        "404 outside": strange.get("/nulle-part/du/tout"),
        "404 static": strange.get("/static/build/rien.js"),
        "404 api": strange.get(f"/api/v1/{slug}/rien"),
        "405": strange.delete(f"/{slug}/"),
        "413": everybody.post("/account", {"name": "x" * 3_000_000}),
        "421": strange.get("/", headers={"Host": "evil.example"}),
        "303": strange.get(f"/{slug}/account"),
    }
    for name, answer in answers.items():
        assert 300 <= answer.status_code < 500, name
        check(answer, name)
        assert "Traceback" not in answer.get_data(as_text=True), name


def test_a_fault_of_ours_tells_nothing(application: Flask, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**values: object) -> None:
        raise RuntimeError("secret-detail /etc/passwd")

    broken.permission = "public.view"  # type: ignore[attr-defined]
    for endpoint, path in (
        ("legal.contact", f"/{tenant.slug}/contact"),
        ("portal.view", f"/api/v1/{tenant.slug}/portal"),
    ):
        monkeypatch.setitem(application.view_functions, endpoint, broken)
        answer = application.test_client().get(path)
        assert answer.status_code == 500
        check(answer, path)
        assert "secret-detail" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example/",
        "//evil.example/%2e%2e",
        "/%2f%2fevil.example",
        "/\\evil.example",
        "/{slug}//evil.example",
        "/{slug}/sign-in?next=//evil.example",
        "/{slug}/sign-in?next=https://evil.example",
        "/{slug}/sign-in?next=/{slug}/%2e%2e//evil.example",
        "/{slug}\r\nLocation: https://evil.example",
    ],
)
def test_no_address_leads_outside(application: Flask, tenant: Tenant, path: str) -> None:
    answer = application.test_client().get(path.replace("{slug}", tenant.slug))
    going = answer.headers.get("Location", "")
    assert not re.match(r"(?:[a-z]+:)?[/\\]{2}(?!localhost)", going), going


TRAVERSALS = (
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "....//etc/passwd",
    "..\\..\\etc\\passwd",
    "%00",
    "a%0d%0aX: y",
)


@pytest.mark.parametrize("name", TRAVERSALS)
def test_no_name_leads_out_of_a_folder(application: Flask, everybody: Browser, name: str) -> None:
    slug = everybody.tenant.slug
    for path in (f"/static/{name}", f"/{slug}/receipts/{name}.pdf", f"/{slug}/campaigns/{name}", f"/styleguide/{name}"):
        answer = everybody.client.get(path)
        assert answer.status_code in (301, 302, 303, 308, 400, 404), path
        assert "root:" not in answer.get_data(as_text=True), path


def test_the_bank_takes_back_only_what_it_was_shown(everybody: Browser) -> None:
    """The second step of an import names a file by its digest: nothing else of the storage is named so."""
    for sha256 in ("../../keys/signing.pem", "..%2f..", "0" * 63, "0" * 64, "A" * 64, ""):
        answer = everybody.post("/staff/billing/bank/import", {"file_name": "a", "sha256": sha256})
        assert answer.status_code == 422, sha256


def test_public_pictures_are_kept_and_private_pages_are_not(everybody: Browser) -> None:
    set_logo(operator("tests", everybody.tenant.id), picture())
    logo = everybody.get("/logo.png")
    check(logo, "logo")
    assert logo.headers["Cache-Control"].startswith("public")
    assert everybody.get("/account").headers["Cache-Control"] == "no-store"


def test_over_https_browsers_stay_there(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, make_tenant: Callable[..., Tenant]
) -> None:
    from app.factory import create_app
    from kit.settings import settings

    monkeypatch.setenv("CRRC_BASE_URL", "https://portail.example")
    settings.cache_clear()
    try:
        client = create_app().test_client()
        for path in (
            "/",
            f"/{tenant.slug}/",
            "/nulle-part",
            f"/api/v1/{tenant.slug}/portal",
            "/static/site.webmanifest",
        ):
            answer = client.get(path, base_url="https://portail.example")
            assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains", path
            answer.close()
    finally:
        monkeypatch.undo()
        settings.cache_clear()
