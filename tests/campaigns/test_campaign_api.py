"""Calls through the API: the same documents, the same refusals, an ETag, nothing of another tenant."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from campaigns.service.publication import publish_campaign
from finess.models import RegistryEdition
from kit import clock
from kit.actor import Actor, operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.campaigns.applying import a_call, a_legal_entity
from tests.campaigns.calls import BEFORE, DURING, save
from tests.campaigns.documents import EXAMPLES, document
from tests.campaigns.register import CLOSED, OUTSIDE, SESSAD, TILLEULS

Api = Callable[..., TestResponse]
YAML = (EXAMPLES / "bretagne-2025-exercice.yaml").read_bytes()


def client(application: Flask, tenant: Tenant, *roles: str) -> Api:
    """Send requests as a program that holds these roles; without any, as nobody."""
    headers = {}
    if roles:
        scopes = {"campaign": True}
        _, secret = create_token(
            operator("tests", tenant.id), "tests", tuple(scopes), known_scopes=["campaign.write"], roles=roles
        )
        headers["Authorization"] = f"Bearer {secret}"

    def send(method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        if isinstance(body, dict):
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        given = headers | options.pop("headers", {})
        address = f"/api/v1/{tenant.slug}/campaigns{path}"
        return application.test_client().open(address, method=method, headers=given, **options)

    return send


@pytest.fixture
def api(application: Flask, tenant: Tenant) -> Api:
    """A program of the ARS."""
    return client(application, tenant, "ars_manager")


@pytest.fixture
def stranger(application: Flask, tenant: Tenant) -> Api:
    """A program without a token."""
    return client(application, tenant)


def test_a_document_is_written_read_and_changed_with_its_etag(api: Api) -> None:
    made = api("PUT", "/essai", document())
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.get_json()["outcome"] == "created"
    read = api("GET", "/essai")
    assert (read.status_code, read.headers["ETag"]) == (200, '"1"')
    assert read.get_json()["document"] == document()
    assert read.get_json()["window"] in ("not_yet", "open", "closed")
    changed = document({"title": "Autre titre"})
    assert api("PUT", "/essai", changed).status_code == 428
    assert api("PUT", "/essai", changed, headers={"If-Match": '"1"'}).status_code == 200
    for old in ('"1"', 'W/"2"', '"deux"', '"1", "2"'):
        assert api("PUT", "/essai", changed, headers={"If-Match": old}).status_code == 412, old
    again = api("PUT", "/essai", changed, headers={"If-Match": "*"})
    assert (again.status_code, again.get_json()["outcome"]) == (200, "unchanged")


def test_json_and_yaml_are_the_same_document(api: Api) -> None:
    slug = "/bretagne-2025-exercice"
    made = api("PUT", slug, data=YAML, content_type="application/yaml")
    assert made.status_code == 201
    assert len(made.get_json()["findings"]) == 4
    exported = api("GET", f"{slug}/export")
    assert exported.mimetype == "application/yaml"
    match = {"If-Match": '"1"'}
    again = api("PUT", slug, data=exported.data, content_type="application/yaml", headers=match)
    assert again.get_json()["outcome"] == "unchanged"
    same = api("PUT", slug, api("GET", slug).get_json()["document"], headers=match)
    assert same.get_json()["outcome"] == "unchanged"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"windows[0].closes_at": "2025-09-08T23:59"}, {"windows[0].closes_at"}),
        ({"kind": "marché", "places": -1}, {"kind", "places"}),
        ({"slug": "autre"}, {"slug"}),
        (
            {"rule.all[1].establishments.such_that.all[1].category": ["999"]},
            {"rule.all[1].establishments.such_that.all[1].category[0]"},
        ),
    ],
)
def test_errors_come_by_path(api: Api, changes: dict[str, Any], fields: set[str]) -> None:
    refused = api("PUT", "/essai", document(changes))
    body = refused.get_json()
    assert (refused.status_code, refused.mimetype) == (422, "application/problem+json")
    assert set(body["fields"]) == fields
    assert api("GET", "/essai").status_code == 404


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 422),
        (b'{"a": 1, "a": 2}', "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b'{"title": "\\ud800"}', "application/json", 422),
        (b"a: b: c", "application/yaml", 422),
        (b"\xff\xfe", "application/yaml", 422),
        (b"", "application/json", 422),
        (b"version: 1", "text/plain", 415),
        (b"x" * 300_000, "application/yaml", 422),
    ],
)
def test_bad_bodies_are_sentences(api: Api, data: bytes, kind: str, status: int) -> None:
    refused = api("PUT", "/essai", data=data, content_type=kind)
    assert refused.status_code == status
    assert refused.get_json()["detail"]


def test_the_moves_of_a_call(api: Api, traps: RegistryEdition) -> None:
    with clock.frozen(BEFORE):
        api("PUT", "/essai", document({"publish_at": "2025-09-09T16:00"}))
        for move, state in (("schedule", "scheduled"), ("unschedule", "draft"), ("publish", "published")):
            moved = api("POST", f"/essai/{move}", {} if move == "schedule" else None)
            assert (moved.status_code, moved.get_json()["state"]) == (200, state)
        assert api("POST", "/essai/publish").status_code == 409
        assert api("POST", "/essai/schedule", {"at": "2025-09-09T16:00:00"}).status_code == 422
        assert api("POST", "/essai/hold").get_json()["held_at"]
        assert api("POST", "/essai/unhold").get_json()["held_at"] is None
        assert api("POST", "/essai/repin").status_code == 409
        assert api("POST", "/essai/archive").status_code == 409


def test_checking_a_number(api: Api, stranger: Api, manager: Actor, traps: RegistryEdition) -> None:
    save(manager, {"rule.all[1].establishments.such_that.all[2].department": ["29"]})
    with clock.frozen(BEFORE):
        assert stranger("GET", f"/essai/eligibility?number={OUTSIDE.number}").status_code == 404
        publish_campaign(manager, "essai")
    asked = f"/essai/eligibility?number={OUTSIDE.number}&at="
    for at, window in (
        ("2025-09-09T15:59:59", "not_yet"),
        ("2025-09-09T16:00:00", "open"),
        ("2025-09-23T23:59:59", "open"),
        ("2025-09-23T22:00:00Z", "closed"),
    ):
        answer = stranger("GET", f"{asked}{at}").get_json()
        assert (answer["outcome"], answer["window"]) == ("eligible", window)
    refused = stranger("GET", f"{asked}2025-03-30T02:30")
    assert (refused.status_code, set(refused.get_json()["fields"])) == (422, {"at"})
    assert stranger("GET", f"/essai/eligibility?number={SESSAD.number}").get_json()["outcome"] == "not_eligible"
    assert "fermée" in stranger("GET", f"/essai/eligibility?number={CLOSED.number}").get_json()["error"]
    for number in ("350000001", "abc", "%00", "é" * 150):
        refused = stranger("GET", f"/essai/eligibility?number={number}")
        assert (refused.status_code, set(refused.get_json()["fields"])) == (422, {"number"})
    assert stranger("GET", "/essai/eligibility").status_code == 422


def test_the_audience_is_the_staff_s(api: Api, stranger: Api, manager: Actor, traps: RegistryEdition) -> None:
    everybody = {"rule.all[1].establishments.such_that.all[1].category": ["500", "255", "437"]}
    save(manager, {**everybody, "rule.all[1].establishments.such_that.all[2].department": ["35", "29"]})
    found = api("GET", "/essai/audience?limit=2").get_json()
    assert (found["eligible"], found["establishments"], found["seated_elsewhere"]) == (4, 4, 1)
    assert sum(cell["establishments"] for cell in found["cells"]) == 4
    numbers, after = [one["finess_ej"] for one in found["members"]], found["after"]
    while after:
        page = api("GET", f"/essai/audience?limit=2&after={after}").get_json()
        numbers += [one["finess_ej"] for one in page["members"]]
        after = page["after"]
    assert len(numbers) == len(set(numbers)) == 4
    assert TILLEULS.number in numbers
    assert api("GET", "/essai/audience?outcome=not_eligible").get_json()["members"]
    assert api("GET", "/essai/audience?outcome=peut-etre").status_code == 422
    assert stranger("GET", "/essai/audience").status_code == 401


def test_an_audience_is_counted_over_the_registers_of_other_tests(api: Api, tenant: Tenant) -> None:
    # An edition is a fact of the whole database: one that does not say its counts is a fault for every later reader.
    _, edition = a_legal_entity()
    slug = a_call(tenant, edition).slug
    assert api("GET", f"/{slug}/audience?after={'0' * 20}&limit=50").get_json()["not_eligible"] >= 0


def test_a_stranger_lists_public_calls_only(
    api: Api, stranger: Api, manager: Actor, traps: RegistryEdition, statements: list[str]
) -> None:
    counts = []
    assert api("GET", "").get_json() == {"items": [], "after": None}
    for number in range(3):
        save(manager, {"slug": f"essai-{number}"})
        if number != 1:
            with clock.frozen(BEFORE):
                publish_campaign(manager, f"essai-{number}")
        statements.clear()
        with clock.frozen(DURING):
            assert len(api("GET", "").get_json()["items"]) == number + 1
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
    assert [one["slug"] for one in stranger("GET", "").get_json()["items"]] == ["essai-2", "essai-0"]
    first = api("GET", "?limit=2").get_json()
    second = api("GET", f"?limit=2&after={first['after']}").get_json()
    assert [one["slug"] for one in first["items"] + second["items"]] == ["essai-2", "essai-1", "essai-0"]
    assert second["after"] is None
    assert api("GET", "?limit=0").status_code == 422


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/export"),
        ("GET", "/audience"),
        ("GET", "/eligibility?number=350001012"),
        ("POST", "/publish"),
        ("POST", "/unschedule"),
        ("POST", "/hold"),
        ("POST", "/unhold"),
        ("POST", "/repin"),
        ("POST", "/archive"),
    ],
)
def test_another_tenant_finds_nothing(
    application: Flask, make_tenant: Callable[..., Tenant], manager: Actor, method: str, path: str
) -> None:
    save(manager)
    elsewhere = client(application, make_tenant(), "ars_manager")
    assert elsewhere(method, f"/essai{path}").status_code == 404


def test_an_instructor_reads_and_does_not_write(application: Flask, tenant: Tenant, manager: Actor) -> None:
    save(manager)
    instructor = client(application, tenant, "ars_instructor")
    assert instructor("GET", "/essai").status_code == 200
    assert instructor("PUT", "/essai", document(), headers={"If-Match": '"1"'}).status_code == 403
    assert instructor("POST", "/essai/publish").status_code == 403
