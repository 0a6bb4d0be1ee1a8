"""Organisations, their people and requests for their accounts, for programs."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from kit.actor import Actor, operator
from tenants.models import Organisation, Tenant
from tenants.rules.claim import Claimed
from tenants.service.organisation import join_organisation
from tenants.service.token import create_token
from tests.tenants.claiming import LILAS, WHY, a_proof, ask, want_proof

pytestmark = pytest.mark.usefixtures("no_limits")
Person = Callable[[str], Actor]
Call = Callable[..., TestResponse]
SCOPES = ["organisation", "organisation_member", "organisation_claim"]


@pytest.fixture
def owned(person: Person) -> Organisation:
    """The account of Les Lilas."""
    return join_organisation(person("directrice@lilas.fr"), LILAS.finess_ej, LILAS.name, "Directrice")


@pytest.fixture
def program(application: Flask, tenant: Tenant) -> Callable[..., Call]:
    """Make a program: `program(roles=["grades_manager"])`, or of an organisation with `finess_ej`."""

    def make(*scopes: str, **options: Any) -> Call:
        known = list(permissions())
        boss = operator("tests", tenant.id)
        secret = create_token(boss, "essai", scopes or SCOPES, known_scopes=known, **options)[1]
        client = application.test_client()

        def call(path: str, method: str = "GET", **sent: Any) -> TestResponse:
            headers = {"Authorization": f"Bearer {secret}"}
            return client.open(f"/api/v1/{tenant.slug}{path}", method=method, headers=headers, **sent)

        return call

    return make


def test_the_grades_lists_accounts_a_page_at_a_time(
    person: Person, owned: Organisation, program: Callable[..., Call]
) -> None:
    call = program(roles=["grades_manager"])
    others = [join_organisation(person(f"d{one}@x.fr"), f"35000003{one}", f"X 100%_{one}", "D.") for one in range(3)]
    first = call("/organisations?limit=3").get_json()
    second = call(f"/organisations?limit=3&after={first['after']}").get_json()
    listed = [one["id"] for one in first["items"] + second["items"]]
    assert listed == [str(one.id) for one in (*reversed(others), owned)]
    assert second["after"] is None
    found = call("/organisations", query_string={"text": "100%_"}).get_json()["items"]
    assert len(found) == 3
    by_number = call("/organisations", query_string={"text": LILAS.finess_ej[:6]}).get_json()["items"]
    assert by_number[-1]["finess_ej"] == LILAS.finess_ej
    assert by_number[-1] | {"created_at": None} == {
        "id": str(owned.id),
        "kind": "legal_entity",
        "finess_ej": LILAS.finess_ej,
        "name": LILAS.name,
        "proof": "declaration",
        "confirmed_at": None,
        "created_at": None,
    }


def test_an_organisations_program_sees_its_own(
    person: Person, owned: Organisation, program: Callable[..., Call]
) -> None:
    other = join_organisation(person("d@roses.fr"), "350000030", "Les Roses", "Directrice")
    call = program(finess_ej=LILAS.finess_ej, roles=["owner"])
    assert [one["id"] for one in call("/organisations").get_json()["items"]] == [str(owned.id)]
    assert call(f"/organisations/{owned.id}").get_json()["name"] == LILAS.name
    (member,) = call(f"/organisations/{owned.id}/members").get_json()["items"]
    assert (member["email"], member["role"], member["function"]) == ("directrice@lilas.fr", "owner", "Directrice")
    for path in (f"/organisations/{other.id}", f"/organisations/{other.id}/members", f"/organisations/{uuid4()}"):
        assert call(path).status_code == 404


def test_requests_are_listed_and_answered(person: Person, owned: Organisation, program: Callable[..., Call]) -> None:
    accepted, refused = ask(person("a@lilas.fr"), file=a_proof()), ask(person("b@lilas.fr"))
    call = program(finess_ej=LILAS.finess_ej, roles=["owner"])
    items = call("/claims?state=asked").get_json()["items"]
    assert [one["id"] for one in items] == [str(refused.id), str(accepted.id)]
    assert (items[1]["file_name"], items[1]["evidence"], items[1]["organisation_id"]) == (
        "attestation.pdf",
        WHY,
        str(owned.id),
    )
    done = call(f"/claims/{accepted.id}/accept", "POST", json={"role": "reader"})
    assert (done.status_code, done.get_json()["id"]) == (200, str(owned.id))
    assert person("a@lilas.fr").organisations == {owned.id: {"reader"}}
    assert call(f"/claims/{accepted.id}/accept", "POST", json={"role": "reader"}).status_code == 409
    no = call(f"/claims/{refused.id}/refuse", "POST", json={"reason": "Inconnue ici."})
    assert (no.get_json()["state"], no.get_json()["decision"]) == ("refused", "Inconnue ici.")
    assert call(f"/claims/{refused.id}").get_json()["state"] == "refused"
    assert call("/claims?state=asked").get_json() == {"items": [], "after": None}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/claims?state=lost", None),
        ("GET", "/claims?limit=0", None),
        ("GET", "/claims?after=x", None),
        ("GET", "/organisations?limit=101", None),
        ("GET", "/organisations?text=" + "x" * 121, None),
        ("GET", "/organisations?text=%00", None),
        ("POST", "/claims/{claim}/accept", {"role": "king"}),
        ("POST", "/claims/{claim}/accept", {}),
        ("POST", "/claims/{claim}/refuse", {"reason": ""}),
        ("POST", "/claims/{claim}/refuse", {"reason": "\x07\x07\x07"}),
    ],
)
def test_what_is_wrong_is_422(
    person: Person,
    owned: Organisation,
    program: Callable[..., Call],
    method: str,
    path: str,
    body: dict[str, str] | None,
) -> None:
    asked = ask(person("a@lilas.fr"))
    call = program(roles=["grades_manager"])
    answer = call(path.format(claim=asked.id), method, **({"json": body} if body is not None else {}))
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


def test_others_requests_do_not_exist(person: Person, owned: Organisation, program: Callable[..., Call]) -> None:
    asked = ask(person("a@lilas.fr"))
    join_organisation(person("d@roses.fr"), "350000030", "Les Roses", "Directrice")
    for call in (program(finess_ej="350000030", roles=["owner"]), program(finess_ej=LILAS.finess_ej, roles=["reader"])):
        assert call(f"/claims/{asked.id}").status_code in (403, 404)
        assert call(f"/claims/{asked.id}/accept", "POST", json={"role": "owner"}).status_code in (403, 404)
        assert call(f"/claims/{asked.id}/refuse", "POST", json={"reason": "Non."}).status_code in (403, 404)
    assert program(finess_ej="350000030", roles=["owner"])("/claims").get_json()["items"] == []


def test_a_token_without_the_scope_is_told_no(
    person: Person, owned: Organisation, program: Callable[..., Call]
) -> None:
    asked = ask(person("a@lilas.fr"))
    call = program("organisation_claim.view", roles=["grades_manager"])
    assert [one["id"] for one in call("/claims").get_json()["items"]] == [str(asked.id)]
    assert call(f"/claims/{asked.id}/accept", "POST", json={"role": "reader"}).status_code == 403
    assert call("/organisations").status_code == 403


def test_an_account_that_nobody_has_is_opened_for_its_author(
    tenant: Tenant, person: Person, program: Callable[..., Call]
) -> None:
    want_proof(tenant)
    asked = ask(person("a@ormes.fr"), Claimed("350000048", "Les Ormes"))
    call = program(roles=["grades_manager"])
    assert call(f"/claims/{asked.id}").get_json()["organisation_id"] is None
    assert call(f"/claims/{asked.id}/accept", "POST", json={"role": "reader"}).status_code == 422
    opened = call(f"/claims/{asked.id}/accept", "POST", json={"role": "owner"}).get_json()
    assert (opened["finess_ej"], opened["proof"]) == ("350000048", "request")
