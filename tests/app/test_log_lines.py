"""Log lines: structured, with the numbers that find a request again, and nobody in them."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app import logs
from kit.actor import operator
from kit.transaction import transaction
from tenants.models import Tenant
from tests.browser import Browser
from tests.campaigns.files import a_call, a_file, a_person
from tests.privacy.people import a_grades

PROJECT = Path(__file__).resolve().parents[2]
FLOORS = ("app", "kit", "tenants", "notifications", "finess", "campaigns", "bookings", "billing", "privacy")
# What a line may say: numbers of ours, words of ours, what a machine said of itself. A new one is read in review.
MAY_SAY = {
    *("request_id", "tenant_id", "user_id", "invoice_id", "export_id", "attachment_id", "refund_id", "checkout_id"),
    *("kind", "entry", "status", "method", "route", "ms", "tenant", "actor", "path", "code", "provider", "service"),
    *("error", "exc_info", "again_in", "fault", "reason", "why", "sentence", "of", "found", "name"),
    *("number", "hash", "at", "public_key", "signature", "message"),
}
MARKED = {
    "address": "marquee-aupres-du-journal@marque.test",
    "family name": "Marquedelaplume",
    "words": "phrase-marquee-que-personne-ne-lit",
    "visitor": "203.0.113.77",
    "secret": "f" * 63 + "e",
    "phone": "0699887766",
}


@pytest.fixture
def heard(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """Every line, once the test has read them by `read`."""
    logs.configure()
    with caplog.at_level(logging.INFO):
        yield []


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]


def test_a_walk_with_marked_words_leaves_none_of_them(
    application: Flask, tenant: Tenant, heard: object, capsys: pytest.CaptureFixture[str]
) -> None:
    person, boss, call = a_person(tenant), a_grades(tenant), a_call(tenant)
    file = a_file(tenant, call)
    capsys.readouterr()
    browser = Browser(application, tenant)
    there = {"environ_base": {"REMOTE_ADDR": MARKED["visitor"]}}
    browser.post("/sign-in", {"email": MARKED["address"], "next": f"/{MARKED['words']}"}, **there)
    browser.get(f"/sign-in/{MARKED['secret']}?next=/{MARKED['words']}", **there)
    browser.get(f"/{MARKED['words']}", **there)
    browser.get(f"/check?q={MARKED['words']}", **there)
    browser.sign_in(person.email)
    browser.post("/account", {"name": MARKED["family name"]}, **there)
    browser.get(f"/candidacies/{file}", **there)
    browser.post(f"/candidacies/{file}/sections/referent", {"name": MARKED["family name"], "phone": MARKED["phone"]})
    browser.get(f"/notifications?words={MARKED['words']}")
    staff = Browser(application, tenant).sign_in(boss.email)
    staff.post("/staff/incidents/new", {"title": MARKED["words"], "words": MARKED["words"], "impact": "slow"})
    staff.get(f"/staff/people?words={MARKED['family name']}")
    application.test_client().get(
        f"/api/v1/{tenant.slug}/notifications", headers={"Authorization": f"Bearer {MARKED['secret']}"}
    )
    told = lines(capsys)
    assert len(told) >= 12
    for name, mark in {**MARKED, "their address": person.email, "the boss's": boss.email}.items():
        assert mark not in json.dumps(told, ensure_ascii=False), name


def test_a_line_of_a_request_finds_it_again(
    application: Flask, tenant: Tenant, heard: object, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = Browser(application, tenant).sign_in(a_person(tenant).email)
    capsys.readouterr()
    answer = browser.get("/account")
    (line,) = [one for one in lines(capsys) if one["event"] == "request"]
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert (line["tenant"], line["route"], line["status"]) == (tenant.slug, "/<tenant>/account", 200)
    assert line.keys() == {"event", "level", "timestamp", "method", "route", "status", "ms", "request_id"} | {
        "tenant",
        "actor",
        "user_id",
    }


def broken(**values: str) -> IntegrityError:
    """What PostgreSQL says of a row that it refuses: it repeats it."""
    row = "insert into user_account (id, email, email_norm, name, created_at) values (gen_random_uuid(), "
    with pytest.raises(IntegrityError) as refused, transaction(operator("tests")) as tx:
        for _ in range(2):
            tx.session.execute(text(f"{row} :email, :email, 'Nom', now())"), values)
    return refused.value


def test_a_row_that_the_database_refuses_is_not_repeated(
    application: Flask, tenant: Tenant, failing: Any, heard: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a tenant's table it never is: its wall forbids it. Of a table without one, it would be."""
    error = broken(email=f"a\n{MARKED['words']}")
    assert MARKED["words"] in str(error)  # or this test says nothing
    failing(error)
    application.test_client().get(f"/api/v1/{tenant.slug}/portal")
    logging.getLogger("rq.worker").error("raised\n%s", str(error))
    structlog.get_logger("essai").warning("refused", error=str(error), more=[{"deep": str(error)}])
    told = lines(capsys)
    assert {"fault.unexpected", "refused"} <= {one["event"] for one in told}
    assert MARKED["words"] not in json.dumps(told)
    assert "uq_user_account_email_norm" in json.dumps(told), "what was wrong is still said"
    assert "insert into user_account" in json.dumps(told)


def said_by(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of what each call of a logger says."""
    words = {"debug", "info", "warning", "error", "exception", "critical"}
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in words and ast.unparse(called.value) == "log":
            for keyword in node.keywords:  # type: ignore[union-attr, attr-defined]
                yield node.lineno, keyword.arg or "**"  # type: ignore[attr-defined]


def test_lines_say_what_was_agreed_and_nothing_else() -> None:
    strange = [
        f"{path.relative_to(PROJECT)}:{line}: {name}"
        for floor in FLOORS
        for path in (PROJECT / floor).rglob("*.py")
        for line, name in said_by(ast.parse(path.read_text()))
        if name not in MAY_SAY
    ]
    assert strange == []


def test_what_libraries_say_is_one_json_line_too(heard: object, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("somebody.else").error("two\nlines of %s", io.StringIO.__name__)
    (line,) = lines(capsys)
    assert (line["event"], line["level"]) == ("two\nlines of StringIO", "error")
