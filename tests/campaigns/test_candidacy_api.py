"""Files for programs: the same commands, the same clock, the same sentences."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.rooms import permissions
from campaigns.models import Campaign
from kit import clock
from kit.actor import Actor, operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.campaigns.applying import AFTER, DURING, a_call, a_file, a_legal_entity
from tests.campaigns.forms import COMPLETE


@pytest.fixture(autouse=True)
def during_the_window() -> Iterator[None]:
    with clock.frozen(DURING):
        yield


class Program:
    """A program with a token of an organisation."""

    def __init__(self, client: FlaskClient, tenant: Tenant, secret: str) -> None:
        self.client, self.tenant = client, tenant
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        address = f"/api/v1/{self.tenant.slug}{path}"
        return self.client.open(address, method=method, headers={**self.headers, **named}, **sent)


Begun = tuple[Program, str, Campaign, Actor]


@pytest.fixture
def begun(application: Flask, tenant: Tenant) -> Begun:
    """A program of an organisation whose file is begun: with the path of the file."""
    ej, edition = a_legal_entity()
    call = a_call(tenant, edition)
    person, file = a_file(tenant, call, ej)
    return program(application, tenant, ej), f"/candidacies/{file.id}", call, person


def program(application: Flask, tenant: Tenant, ej: str, *scopes: str, role: str = "editor") -> Program:
    _, secret = create_token(
        operator("tests", tenant.id),
        "Logiciel",
        scopes or ("candidacy",),
        known_scopes=list(permissions()),
        roles=[role],
        finess_ej=ej,
    )
    return Program(application.test_client(), tenant, secret)


def body(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_program_goes_from_a_number_to_a_receipt(begun: Begun, application: Flask, tenant: Tenant) -> None:
    program, path, call, _ = begun
    ej = body(program.send("GET", path))["finess_ej"]
    with clock.frozen(DURING + timedelta(seconds=1)):
        again = program.send("POST", f"/campaigns/{call.slug}/candidacies", {"number": ej})
    assert (again.status_code, body(again)["id"]) == (200, path.rpartition("/")[2])
    other = a_call(tenant, call.edition_id or 0)
    made = program.send("POST", f"/campaigns/{other.slug}/candidacies", {"number": ej})
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    saved = program.send("PATCH", f"{path}/answers", {"answers": COMPLETE}, If_Match='"1"')
    assert (saved.status_code, saved.headers["ETag"]) == (200, '"2"')
    read = program.send("GET", path)
    assert read.headers["ETag"] == '"2"'
    file = body(read)
    assert (file["is_complete"], file["missing"], file["eligibility"]["outcome"]) == (True, [], "eligible")
    assert (file["answers"]["cost"], file["answers"]["beds"]) == (150000, 40)
    assert file["answers"]["commitment.journey"]["by"] == "Logiciel"
    done = program.send("POST", f"{path}/submissions", If_Match='"2"')
    assert done.status_code == 201
    receipt = body(done)
    with clock.frozen(DURING + timedelta(seconds=1)):
        assert program.send("POST", f"{path}/submissions", If_Match='"2"').status_code == 200
    anybody = Program(application.test_client(), tenant, "")
    public = body(anybody.send("GET", f"/receipts/{receipt['code']}"))
    assert public["verification"] == {"holds": True, "content": True, "statement": True, "signature": True}
    assert body(program.send("GET", f"{path}/submissions/1"))["sha256"] == receipt["sha256"]
    listed = body(program.send("GET", "/candidacies?limit=1"))
    assert len(listed["items"]) == 1
    following = body(program.send("GET", f"/candidacies?limit=1&after={listed['after']}"))
    assert (len(following["items"]), following["after"]) == (1, None)


def test_what_is_read_can_be_sent_back(begun: Begun) -> None:
    program, path, _, _ = begun
    program.send("PATCH", f"{path}/answers", {"answers": {**COMPLETE, "share": "12,5", "note": 12}}, If_Match='"1"')
    answers = body(program.send("GET", path))["answers"]
    again = body(program.send("PATCH", f"{path}/answers", {"answers": answers}, If_Match='"2"'))
    assert (again["revision"], again["changed"], again["problems"]) == (2, [], {})


def test_a_change_says_what_it_changes(begun: Begun) -> None:
    program, path, _, _ = begun
    blind = program.send("PATCH", f"{path}/answers", {"answers": {"beds": 40}})
    assert (blind.status_code, body(blind)["code"]) == (428, "precondition_required")
    for tag in ('"7"', '"x"', "7", '"1", "2"'):
        stale = program.send("PATCH", f"{path}/answers", {"answers": {"beds": 40}}, If_Match=tag)
        assert stale.status_code in (412, 428), tag
    unsaid = program.send("PATCH", f"{path}/answers", {"answers": {"beds": 40}}, If_Match="*")
    assert unsaid.status_code == 422
    assert body(program.send("GET", path))["answers"] == {}


def test_two_programs_merge_field_by_field_and_conflicts_come_back_with_both_values(begun: Begun) -> None:
    program, path, _, _ = begun
    program.send("PATCH", f"{path}/answers", {"answers": {"why": "A", "beds": 40}}, If_Match='"1"')
    sent = {"answers": {"why": "B", "level": "beginner"}, "base_revision": 1}
    answer = program.send("PATCH", f"{path}/answers", sent, If_Match="*")
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    said = body(answer)
    assert (said["code"], said["changed"]) == ("answers_in_conflict", ["level"])
    (conflict,) = said["conflicts"]
    assert (conflict["field"], conflict["mine"], conflict["theirs"]) == ("why", "B", "A")
    assert body(program.send("GET", path))["answers"] == {"why": "A", "beds": 40, "level": "beginner"}


def test_late_incomplete_and_wrong_have_their_codes(begun: Begun) -> None:
    program, path, _, _ = begun
    missing = program.send("POST", f"{path}/submissions")
    assert (missing.status_code, len(body(missing)["fields"])) == (422, 13)
    unknown = program.send("PATCH", f"{path}/answers", {"answers": {"nothing": 1, "beds": 40}}, If_Match='"1"')
    assert (unknown.status_code, list(body(unknown)["fields"])) == (422, ["nothing"])
    assert body(program.send("GET", path))["answers"] == {}
    program.send("PATCH", f"{path}/answers", {"answers": COMPLETE}, If_Match='"1"')
    stale = program.send("POST", f"{path}/submissions", If_Match='"1"')
    assert stale.status_code == 412
    with clock.frozen(AFTER):
        late = program.send("POST", f"{path}/submissions")
        assert (late.status_code, body(late)["code"]) == (409, "window_closed")
        assert body(program.send("POST", f"{path}/withdraw"))["code"] == "window_closed"
    assert program.send("POST", f"{path}/submissions").status_code == 201
    assert body(program.send("POST", f"{path}/withdraw"))["state"] == "withdrawn"


def test_a_token_does_what_its_scopes_and_its_organisation_allow(
    begun: Begun, application: Flask, tenant: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    owner, path, call, _ = begun
    ej = body(owner.send("GET", path))["finess_ej"]
    reader = program(application, tenant, ej, role="reader")
    assert reader.send("GET", path).status_code == 200
    assert reader.send("PATCH", f"{path}/answers", {"answers": {"beds": 1}}, If_Match='"1"').status_code == 403
    narrow = program(application, tenant, ej, "candidacy.read")
    assert narrow.send("GET", path).status_code == 200
    assert narrow.send("POST", f"{path}/submissions").status_code == 403
    other_ej, edition = a_legal_entity()
    a_file(tenant, a_call(tenant, edition), other_ej)
    stranger = program(application, tenant, other_ej)
    for method, address, sent in (
        ("GET", path, None),
        ("PATCH", f"{path}/answers", {"answers": {}}),
        ("POST", f"{path}/submissions", None),
        ("POST", f"{path}/withdraw", None),
        ("GET", f"{path}/submissions/1", None),
    ):
        assert stranger.send(method, address, sent, If_Match="*").status_code in (404, 422), address
    assert stranger.send("POST", f"/campaigns/{call.slug}/candidacies", {"number": ej}).status_code in (401, 403)
    assert Program(application.test_client(), tenant, "").send("GET", path).status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"answers": []},
        {"answers": {"beds": {"deep": {"er": [1, None]}}}},
        {"answers": {"why": "\x00\ud800"}},
        {"answers": {"beds": 10**30}},
        {"answers": {"why": "é" * 60_000}},
        {"answers": {"tools": [["dui"], 3, None]}},
        {"answers": {"beds": 1}, "base_revision": 10**20},
        {"answers": {"beds": 1}, "base_revision": "1"},
        {"answers": {"\x00": 1}},
    ],
)
def test_odd_bodies_never_break(begun: Begun, sent: Any) -> None:
    program, path, _, _ = begun
    for tag in ('"1"', "*"):
        assert program.send("PATCH", f"{path}/answers", sent, If_Match=tag).status_code < 500
    assert program.send("GET", path).status_code == 200


@pytest.mark.parametrize("sent", [None, {}, {"number": 3}, {"number": "\x00"}, {"number": "é" * 90, "function": "x"}])
def test_odd_starts_never_break(begun: Begun, sent: Any) -> None:
    program, _, call, _ = begun
    answer = program.send("POST", f"/campaigns/{call.slug}/candidacies", sent)
    assert 400 <= answer.status_code < 500
