"""Every failure is a sentence: as a page, or as problem+json; never the inside, never a 500 for what was sent."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate
from redis.exceptions import ConnectionError as RedisUnreachable
from sqlalchemy.exc import OperationalError

from kit.errors import Conflict, Invalid, Stale, TooManyRequests
from tenants.models import Tenant
from tests.browser import Browser, text_of


def answers(application: Flask, tenant: Tenant) -> tuple[Any, Any]:
    """The failing page and the failing view."""
    client = application.test_client()
    return client.get(f"/{tenant.slug}/brand.css"), client.get(f"/api/v1/{tenant.slug}/portal")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Conflict("Déjà déposé."), 409, "conflict"),
        (Stale("Le dossier a changé."), 412, "stale"),
        (TooManyRequests("Attendez."), 429, "too_many_requests"),
        (Invalid("À corriger.", {"name": "Indiquez votre nom."}), 422, "invalid"),
    ],
)
def test_what_is_refused_says_its_sentence(
    application: Flask, tenant: Tenant, failing: Any, error: Exception, status: int, code: str
) -> None:
    failing(error)
    page, problem = answers(application, tenant)
    assert page.status_code == problem.status_code == status
    assert str(error) in text_of(page)
    body = problem.get_json(force=True)
    assert problem.mimetype == "application/problem+json"
    assert (body["detail"], body["code"], body["status"]) == (str(error), code, status)
    assert body.get("fields", {}) == getattr(error, "fields", {})


def test_the_unexpected_is_logged_and_says_nothing_of_the_inside(
    application: Flask, tenant: Tenant, failing: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from app import logs

    logs.configure()
    failing(ZeroDivisionError("password=hunter2"))
    page, problem = answers(application, tenant)
    assert page.status_code == problem.status_code == 500
    said = page.text + problem.text
    assert "hunter2" not in said
    assert "Zero" not in said
    number = problem.get_json(force=True)["request_id"]
    assert number == problem.headers["X-Request-Id"]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    logged = [line for line in lines if line["event"] == "fault.unexpected"]
    assert number in [line["request_id"] for line in logged]
    assert "hunter2" in json.dumps(logged)


@pytest.mark.parametrize("error", [OperationalError("select", {}, Exception("server closed")), RedisUnreachable("x")])
def test_a_server_out_of_reach_is_503(application: Flask, tenant: Tenant, failing: Any, error: Exception) -> None:
    failing(error)
    for answer in answers(application, tenant):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"
        assert "server closed" not in answer.text


def test_a_page_that_does_not_exist_is_a_page(application: Flask, tenant: Tenant) -> None:
    client = application.test_client()
    for path in (
        "/nulle-part",
        f"/{tenant.slug}/nulle-part",
        "/a/b/c",
        "/.env",
        "/%ff%fe",
        "/%2e%2e/%2e%2e/etc/passwd",
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "text/html"), path
    assert tenant.name in text_of(client.get(f"/{tenant.slug}/nulle-part"))
    problem = client.get("/api/v1/nulle-part")
    assert (problem.status_code, problem.mimetype) == (404, "application/problem+json")


def test_wrong_methods_and_sizes(application: Flask, tenant: Tenant, browser: Browser) -> None:
    client = application.test_client()
    wrong = client.delete(f"/api/v1/{tenant.slug}/portal")
    assert (wrong.status_code, "GET" in wrong.headers["Allow"]) == (405, True)
    browser.sign_in("a@b.fr")
    assert browser.post("/account", {"name": "x" * 3_000_000}).status_code == 413
    form = {"content_type": "multipart/form-data; boundary=x", "data": bytes(26 * 1024 * 1024)}
    huge = browser.client.post(f"/{tenant.slug}/account", **form)
    assert huge.status_code == 413


def test_what_cannot_be_stored_is_refused_not_a_fault(browser: Browser) -> None:
    browser.sign_in("a@b.fr")
    for name in ("a\x00b", "a\ud800b".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "\u202eabc\u0007"):
        assert browser.post("/account", {"name": name}).status_code in (303, 422)
    assert browser.get("/sign-in/%00").status_code == 404
    assert browser.get("/organisations/00000000-0000-0000-0000-000000000000/members").status_code == 403  # never theirs


class Sent(Schema):
    """What a view of these tests takes."""

    count = fields.Integer(required=True, validate=validate.Range(1, 9))
    at = fields.AwareDateTime()
    people = fields.List(fields.Nested(Schema.from_dict({"name": fields.String(required=True)})))


@pytest.fixture
def taking(database: str) -> Callable[..., Any]:
    """Send something to a view that takes `Sent`."""
    from app.factory import create_app
    from kit.web import permission

    blueprint = Blueprint("taking", __name__, url_prefix="/api/v1/taking")

    @blueprint.post("/")
    @permission("public.view")
    @blueprint.arguments(Sent)
    @blueprint.response(200)
    def take(sent: dict[str, Any]) -> dict[str, Any]:
        return {}

    app = create_app()
    app.register_blueprint(blueprint)
    client = app.test_client()
    return lambda body, kind="application/json": client.post("/api/v1/taking/", data=body, content_type=kind)


def test_what_a_program_sends_is_refused_by_path_in_french(taking: Callable[..., Any]) -> None:
    body = {"count": 12, "at": "2025-09-23T21:59:59", "people": [{"name": "A"}, {}], "colour": "red"}
    answer = taking(json.dumps(body))
    assert answer.status_code == 422
    assert answer.get_json(force=True)["fields"] == {
        "count": "Ce nombre doit être compris entre 1 et 9.",
        "at": "Précisez le fuseau de cet instant, par exemple 2025-09-23T21:59:59Z.",
        "people.1.name": "Cette valeur est obligatoire.",
        "colour": "Cette clé n’existe pas.",
    }
    assert taking(json.dumps({"count": 3})).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, 400),
        (b"[1]", 422),
        (b'{"count": 1e400}', 400),
        (b'{"count": NaN}', 400),
        (b'{"count": ' + b"9" * 5_000 + b"}", 400),
        (b'{"count": "\\ud800"}', 400),
        (b'{"count": 3, "count": 99}', 400),
        (b'{"count": "a\\u0000"}', 400),
        (b'{"count": 3} {}', 400),
        (b" " * 3_000_000, 413),
    ],
    ids=lambda value: value[:12] if isinstance(value, bytes) else None,
)
def test_what_a_program_sends_wrong_is_never_a_fault(taking: Callable[..., Any], body: bytes, status: int) -> None:
    answer = taking(body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")


def test_a_body_of_another_type_is_refused_and_says_so(taking: Callable[..., Any]) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        answer = taking(b'{"count": 3}', kind)
        assert (answer.status_code, answer.mimetype) == (415, "application/problem+json"), kind
    assert taking(b'{"count": 3}', "application/json; charset=utf-8").status_code == 200
    assert taking(b'{"count": 3, "count": 3}').get_json(force=True)["detail"].endswith("apparaît deux fois.")


def test_without_a_database_there_is_a_page(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even to find the portal."""
    from sqlalchemy import create_engine

    from tenants.service.portal import forget_portals

    nowhere = create_engine("postgresql+psycopg://crrc_app@/crrc?host=/nowhere")
    monkeypatch.setattr("kit.transaction.engine", lambda: nowhere)
    forget_portals()
    client = application.test_client()
    for path in ("/", "/bretagne/sign-in", "/nulle-part", "/api/v1/bretagne/portal"):
        answer = client.get(path)
        assert answer.status_code == 503, path
        assert "nowhere" not in answer.text
    assert client.get("/healthz").status_code == 200


def test_no_secret_reaches_a_log(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not even when signing in fails in the middle, with the secret in every local variable."""
    from app import logs
    from kit.actor import operator
    from tenants.service.sign_in import make_sign_in_link

    def broken(*arguments: Any) -> None:
        raise ZeroDivisionError

    logs.configure()
    browser.sign_in("a@b.fr")
    secret = make_sign_in_link(operator("t", browser.tenant.id), "a@b.fr", "/")
    monkeypatch.setattr("tenants.service.sign_in.take_link", broken)
    assert browser.post(f"/sign-in/{secret}").status_code == 500
    logged = capsys.readouterr().err
    assert "ZeroDivisionError" in logged
    assert secret not in logged
    assert (browser.session or "?") not in logged
