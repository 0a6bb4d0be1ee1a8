"""What docs/security.md answers and no other test shows: sources, headers, logs, sessions."""

import ast
import io
import json
import re
import tomllib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, request

from app import logs
from kit import clock
from kit.settings import settings
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.house.imports import FLOORS, PROJECT, calls, imported, sources

NEVER = {
    *("eval", "exec", "os.system", "os.popen", "marshal.loads", "yaml.load", "yaml.unsafe_load", "hashlib.md5"),
    *("hashlib.sha1", "tempfile.mktemp", "render_template_string", "ssl._create_unverified_context"),
}
NOT_IMPORTED = {"pickle", "shelve", "marshal", "dill", "telnetlib", "ftplib"}
# SQL with a name in it, which is never somebody's: tables and columns of the metadata, roles of the house.
NAMES_IN_SQL = {"app/citus.py", "app/purging.py", "kit/relay.py", "kit/rls.py", "tenants/queries/dump.py"}
SQL = re.compile(r"\s*(select|insert into|update|delete from|alter|grant|revoke|set local|create|drop) ", re.IGNORECASE)
RUNS_PROGRAMS = {"app/keeping/programs.py", "app/keeping/wal.py", "app/processes/child.py", "kit/embedded/account.py"}
NO_SECRET_DICE = {"app/admission.py", "finess/gateway/synthetic/dice.py"}
# One value by name from the address or the form, whichever the page uses: filters and « where next », no act.
EITHER_PLACE = {
    *("billing/web/drafts.py", "campaigns/web/review.py", "tenants/web/audit.py", "tenants/web/confirm.py"),
    "tenants/web/security.py",
}


def test_nothing_dangerous_is_called() -> None:
    wrong, random, programs = [], set(), set()
    for path, tree in sources():
        names = imported(tree)
        wrong += [f"{path}: import {name}" for name in names & NOT_IMPORTED]
        if "random" in names or "random.Random" in names:
            random.add(path)
        if "subprocess" in names:
            programs.add(path)
        for name, call in calls(tree):
            asked = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
            if name in NEVER or name.endswith(".from_string") or asked.get("shell") == "True":
                wrong.append(f"{path}:{call.lineno} {name}")
            if name.endswith(".xpath") and not isinstance(call.args[0], ast.Constant):
                wrong.append(f"{path}:{call.lineno} {name}")
            if asked.get("verify") == "False" and not name.endswith("gateway.request"):
                wrong.append(f"{path}:{call.lineno} {name}")
    assert wrong == []
    assert random == NO_SECRET_DICE
    assert programs == RUNS_PROGRAMS


def test_sql_is_never_made_of_what_somebody_typed() -> None:
    """A statement is a constant; those that name a table stand above; nobody types a migration."""
    made = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
            if isinstance(first, ast.Constant) and SQL.match(str(first.value)):
                made.add(path)
    assert {path for path in made if not path.startswith("migrations/")} == NAMES_IN_SQL


def test_values_are_read_from_one_place() -> None:
    """The address, the form and the cookies are not one another: `request.values` is for filters alone."""
    both = {path for path, _ in sources() if "request.values" in (PROJECT / path).read_text()}
    assert both <= EITHER_PLACE


def test_no_account_comes_with_the_software() -> None:
    """What a migration writes opens nothing: no person, no role, no token, no client."""
    pattern = re.compile(r"insert\s+into\s+(user_account|membership|api_token|api_client|session)\b", re.IGNORECASE)
    for path in (PROJECT / "migrations").rglob("*.py"):
        assert not pattern.search(path.read_text()), path


def test_our_scripts_make_no_markup_of_text() -> None:
    """What people wrote enters a page as text, and no object is filled by names that somebody chose."""
    never = re.compile(
        r"\beval\(|new Function|document\.write|insertAdjacentHTML|outerHTML|__proto__|\.prototype\b|postMessage"
        r"|\bfor \(const \w+ in\b|sessionStorage|indexedDB"
    )
    for path in (PROJECT / "app/assets").glob("*.js"):
        text = path.read_text()
        assert not never.search(text), f"{path.name}: {never.search(text)}"
        for line in text.splitlines():
            # The drawing of a state: a constant and one of our own signs.
            assert "innerHTML" not in line or "SIGNS[state]" in line, line
            assert "localStorage" not in line or path.name == "autosave.js", line


def test_signing_out_leaves_nothing_in_the_browser(browser: Browser) -> None:
    browser.sign_in("a@b.fr")
    assert browser.get("/account").headers["Cache-Control"] == "no-store"
    assert browser.post("/sign-out").headers["Clear-Site-Data"] == '"storage"'
    assert browser.session is None
    script = (PROJECT / "app/assets/autosave.js").read_text()
    assert 'if (key.startsWith("crrc:")) localStorage.removeItem(key)' in script
    assert set(re.findall(r"localStorage\.\w+\((.*?)[,)]", script)) == {"this.key", "key"}
    assert "this.key = `crrc:" in script


def test_every_page_of_somebody_offers_to_leave(browser: Browser) -> None:
    browser.sign_in("a@b.fr")
    for path in ("/", "/account", "/account/sessions", "/account/security", "/candidacies", "/rien", "/staff/audit"):
        answer = browser.get(path, follow_redirects=True)
        assert 'action="/' in answer.text, path
        assert re.search(r'action="[^"]*/sign-out" data-sign-out', answer.text), path


def test_no_other_origin_may_read(application: Flask, tenant: Tenant) -> None:
    client = application.test_client()
    evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    for path in (f"/{tenant.slug}/sign-in", f"/api/v1/{tenant.slug}/portal", f"/api/v1/{tenant.slug}/oauth/token"):
        for method in ("GET", "OPTIONS"):
            names = [name.lower() for name, _ in client.open(path, method=method, headers=evil).headers]
            assert not [name for name in names if name.startswith("access-control-")], path


def test_a_forwarded_address_is_not_believed(application: Flask, tenant: Tenant) -> None:
    """No proxy stands before us unless the installation says so (CRRC_TRUSTED_PROXIES)."""
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9", "X-Forwarded-Proto": "https"}
    with application.test_client() as client:
        client.get(f"/{tenant.slug}/sign-in", headers={**forged, "Forwarded": "for=203.0.113.9;proto=https"})
        assert (request.remote_addr, request.scheme) == ("127.0.0.1", "http")


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/config", "/.env", "/pyproject.toml", "/app/factory.py", "/static/", "/static/build/"),
        *("/static/build/manifest.json.bak", "/static/../factory.py", "/keys/signing.pem", "/server-status"),
    ],
)
def test_what_is_not_a_page_is_not_served(application: Flask, path: str) -> None:
    assert application.test_client().get(path).status_code == 404
    assert not application.debug


def test_methods_without_a_use_are_refused(application: Flask, tenant: Tenant) -> None:
    client = application.test_client()
    for path in ("/", f"/{tenant.slug}/sign-in", f"/api/v1/{tenant.slug}/portal", "/healthz"):
        for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND"):
            assert client.open(path, method=method).status_code == 405, f"{method} {path}"


def test_text_says_its_encoding(application: Flask, tenant: Tenant) -> None:
    client = application.test_client()
    built = next((PROJECT / "app/static/build").glob("app.*.css"), None)
    paths = ["/", f"/{tenant.slug}/sign-in", f"/{tenant.slug}/brand.css", "/robots.txt", "/rien", "/api/v1/docs"]
    for path in [*paths, *([f"/static/build/{built.name}"] if built else [])]:
        with client.get(path) as answer:
            assert answer.content_type in ("text/html; charset=utf-8", "text/css; charset=utf-8") or (
                answer.content_type == "text/plain; charset=utf-8"
            ), path
    for path, kind in (("/healthz", "application/json"), ("/api/v1/rien", "application/problem+json")):
        assert client.get(path).content_type == kind


def test_a_key_that_no_schema_names_is_refused(application: Flask) -> None:
    """Nothing is filled by whoever sends more than what is asked: every body of the API is a closed schema."""
    found = 0
    for name, view in application.view_functions.items():
        whole: Any = getattr(view, "view_class", view)
        for one in (whole, *(getattr(whole, method, None) for method in ("post", "put", "patch", "delete"))):
            for asked in getattr(one, "_apidoc", {}).get("arguments", {}).get("parameters", []):
                if asked["in"] == "json":
                    schema = asked["schema"]
                    found += 1
                    assert (schema() if isinstance(schema, type) else schema).unknown == "raise", name
    assert found > 40


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines of requests, each one JSON."""
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.strip()]
    return [line for line in lines if line["event"] == "request"]


def test_a_refusal_is_logged_with_who_what_and_when(
    application: Flask, browser: Browser, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong link, a wrong token, a page that is not theirs, a forged form, too large a body: nothing is silent."""
    logs.configure()
    slug = browser.tenant.slug
    browser.post("/sign-in/" + "0" * 64)
    browser.sign_in("a@b.fr")
    browser.get("/staff/audit")
    browser.client.post(f"/{slug}/account", data={"name": "x"})
    browser.client.get(f"/api/v1/{slug}/me", headers={"Authorization": "Bearer wrong"})
    browser.client.post(f"/{slug}/account", data={"name": "x" * 3_000_000})
    lines = {(line["route"], line["status"]): line for line in logged(capsys)}
    assert ("/<tenant>/sign-in/<secret>", 404) in lines
    assert ("/<tenant>/sign-in/<secret>", 303) in lines
    assert any(status == 401 for _, status in lines)
    assert ("/<tenant>/account", 413) in lines
    for refused in (lines["/<tenant>/staff/audit", 403], lines["/<tenant>/account", 403]):
        assert (refused["actor"], refused["tenant"]) == ("person", slug)
        assert refused["user_id"]
        assert len(refused["request_id"]) == 32
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", refused["timestamp"])


def test_a_line_of_the_log_cannot_be_forged(
    application: Flask, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure()
    forged = '\n{"event": "request", "status": 200, "route": "forged"}\x1b[31m\u2028'
    logs.log.warning("essai", typed=forged)
    client = application.test_client()
    client.get(f"/{tenant.slug}/%0A%7B%22route%22:%22forged%22%7D", headers={"User-Agent": "a\tb"})
    raw = capsys.readouterr().err
    assert "\x1b" not in raw
    lines = [json.loads(line) for line in io.StringIO(raw)]
    assert [line.get("route") for line in lines].count("forged") == 0
    assert lines[0]["typed"] == forged


def test_what_production_does_not_show(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the style guide nor a test: the first is for embedded servers, the others are in no package."""
    from app.factory import create_app

    there = settings()
    monkeypatch.setattr("app.home.settings", lambda: replace(there, database_url="postgresql://elsewhere/crrc"))
    rules = {rule.rule for rule in create_app().url_map.iter_rules()}
    assert not [rule for rule in rules if "styleguide" in rule or "mailbox" in rule or "debug" in rule]
    wheel = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert set(wheel["packages"]) == set(FLOORS)


def test_ones_sessions_are_seen_and_ended(application: Flask, tenant: Tenant) -> None:
    """All but this one at once; and not by somebody who proved too long ago who they are."""
    here, there, third = (Browser(application, tenant).sign_in(f"trois@{tenant.slug}.fr") for _ in range(3))
    assert here.get("/account/sessions").text.count("/revoke") == 3  # each of the two others, and all of them
    with clock.frozen(clock.now() + timedelta(minutes=20)):
        asked = here.post("/account/sessions/revoke-others")
        assert "Confirmez que c’est vous" in text_of(asked)
        assert there.get("/account").status_code == 200
    assert here.post("/account/sessions/revoke-others").status_code == 303
    assert [one.get("/account").status_code for one in (here, there, third)] == [200, 303, 303]
