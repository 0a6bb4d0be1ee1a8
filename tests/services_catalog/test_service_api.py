"""The catalogue through the API: the same documents, the same refusals, an ETag, nothing of another tenant."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.services_catalog.services import DOCUMENT, a_document

Api = Callable[..., TestResponse]


def client(application: Flask, tenant: Tenant, *roles: str) -> Api:
    """Send requests as a program that holds these roles; without any, as nobody."""
    headers = {}
    if roles:
        _, secret = create_token(
            operator("tests", tenant.id), "tests", ("service",), known_scopes=["service.write"], roles=roles
        )
        headers["Authorization"] = f"Bearer {secret}"

    def send(method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        if body is not None:
            options |= {"data": json.dumps(body), "content_type": "application/json"}
        given = headers | options.pop("headers", {})
        address = f"/api/v1/{tenant.slug}/services{path}"
        return application.test_client().open(address, method=method, headers=given, **options)

    return send


@pytest.fixture
def api(application: Flask, tenant: Tenant) -> Api:
    """A program of the GRADeS."""
    return client(application, tenant, "grades_manager")


@pytest.fixture
def stranger(application: Flask, tenant: Tenant) -> Api:
    """A program without a token."""
    return client(application, tenant)


def body(**words: Any) -> dict[str, Any]:
    """What is sent to write."""
    return {"family": "exercise", "document": a_document(**words)}


def test_a_draft_is_written_read_and_changed_with_its_etag(api: Api, stranger: Api) -> None:
    made = api("PUT", "/essai", body())
    assert (made.status_code, made.headers["ETag"], made.get_json()["outcome"]) == (201, '"1"', "created")
    read = api("GET", "/essai")
    assert (read.status_code, read.headers["ETag"]) == (200, '"1"')
    assert (read.get_json()["draft"], read.get_json()["document"]) == (DOCUMENT, None)
    assert stranger("GET", "/essai").status_code == 404
    changed = body(title="Autre titre", deliverables=[])
    assert api("PUT", "/essai", changed).status_code == 428
    written = api("PUT", "/essai", changed, headers={"If-Match": '"1"'})
    assert [one["path"] for one in written.get_json()["findings"]] == ["document.deliverables"]
    for old in ('"1"', 'W/"2"', '"deux"', '"1", "2"'):
        assert api("PUT", "/essai", body(), headers={"If-Match": old}).status_code == 412, old
    again = api("PUT", "/essai", changed, headers={"If-Match": "*"})
    assert (again.status_code, again.get_json()["outcome"]) == (200, "unchanged")


def test_it_is_published_listed_and_withdrawn(api: Api, stranger: Api) -> None:
    api("PUT", "/essai", body())
    api("PUT", "/brouillon", body())
    assert stranger("GET", "").get_json() == {"items": [], "after": None}
    assert api("POST", "/essai/publish", headers={"If-Match": '"7"'}).status_code == 412
    moved = api("POST", "/essai/publish", headers={"If-Match": '"1"'})
    assert moved.get_json() == {"slug": "essai", "state": "published", "version": 1, "revision": 1}
    assert api("POST", "/essai/publish").status_code == 409
    listed = stranger("GET", "").get_json()["items"]
    assert [(one["slug"], one["title"], one["half_days"]) for one in listed] == [("essai", DOCUMENT["title"], 3)]
    page = api("GET", "?limit=1").get_json()
    assert (page["items"][0]["slug"], page["after"]) == ("brouillon", "brouillon")
    shown = stranger("GET", "/essai").get_json()
    assert (shown["document"], "draft" in shown) == (DOCUMENT, False)
    assert api("GET", "/essai/versions/1").get_json()["document"] == DOCUMENT
    assert api("GET", "/essai/versions/2").status_code == 404
    assert api("POST", "/essai/withdraw").get_json()["state"] == "withdrawn"
    assert api("POST", "/essai/withdraw").status_code == 409
    assert stranger("GET", "/essai").get_json()["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("sent", "fields"),
    [
        ({}, {"family", "document"}),
        ({"family": "sport", "document": {}}, {"family"}),
        ({"family": "exercise", "document": []}, {"document"}),
        (body(title="", half_days="deux"), {"document.title", "document.half_days"}),
        (body(rule={"version": 1, "category": ["500"]}), {"document.rule.category"}),
        (body(title="\ud800"), {"document.title"}),
        (body(description="a\0b"), {"document.description"}),
        (body(half_days=10**40), {"document.half_days"}),
    ],
)
def test_what_cannot_be_taken_is_named(api: Api, sent: dict[str, Any], fields: set[str]) -> None:
    answer = api("PUT", "/essai", sent)
    assert answer.status_code in (400, 422), answer.get_data(as_text=True)
    if answer.status_code == 422:
        assert set(answer.get_json()["fields"]) == fields


def test_an_address_that_cannot_be(api: Api) -> None:
    for slug in ("Essai", "new", "a--b", "%C3%A9", "a" * 81):
        assert set(api("PUT", f"/{slug}", body()).get_json()["fields"]) == {"slug"}, slug
    for query in ("limit=0", "limit=101", "after=%00", "after=A"):
        assert api("GET", f"?{query}").status_code == 422, query
    api("PUT", "/essai", body())
    for number in ("0", "1", "99999999999"):
        assert api("GET", f"/essai/versions/{number}").status_code == 404
    assert api("GET", "/%00").status_code == 400


@pytest.mark.parametrize("role", ["ars_manager", "ars_instructor", ""])
def test_only_the_grades_writes(application: Flask, tenant: Tenant, api: Api, role: str) -> None:
    api("PUT", "/essai", body())
    api("POST", "/essai/publish")
    other = client(application, tenant, *filter(None, [role]))
    refused = {403} if role else {401}
    match = {"If-Match": "*"}
    assert other("PUT", "/essai", body(title="Autre"), headers=match).status_code in refused
    for move in ("publish", "withdraw"):
        assert other("POST", f"/essai/{move}").status_code in refused
    assert other("GET", "/essai/versions/1").status_code in refused


def test_another_region_has_none_of_it(application: Flask, make_tenant: Callable[..., Tenant], api: Api) -> None:
    api("PUT", "/essai", body())
    api("POST", "/essai/publish")
    elsewhere = client(application, make_tenant(), "grades_manager")
    for method, path in (("GET", "/essai"), ("POST", "/essai/withdraw"), ("GET", "/essai/versions/1")):
        assert elsewhere(method, path).status_code == 404
    assert elsewhere("GET", "").get_json()["items"] == []
    assert elsewhere("PUT", "/essai", body()).status_code == 201


def test_the_list_asks_as_much_of_the_database_for_one_and_for_three(api: Api, statements: list[str]) -> None:
    counts = []
    for number in range(3):
        api("PUT", f"/essai-{number}", body())
        statements.clear()
        assert len(api("GET", "").get_json()["items"]) == number + 1
        counts.append(len(statements))
    assert len(set(counts)) == 1, counts
