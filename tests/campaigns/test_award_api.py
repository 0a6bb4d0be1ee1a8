"""Awards for programs: read, answered, followed."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from campaigns.models import Award, Candidacy
from kit import clock
from kit.actor import operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.campaigns.awards import CONTACT, GIFT, a_released_call, award_of

OVER = datetime(2025, 10, 20, 8, tzinfo=UTC)
Ask = Callable[..., TestResponse]


@pytest.fixture
def program(application: Flask, tenant: Tenant) -> Callable[..., Ask]:
    """`program(roles=[…])(path, body)`: a program of the staff, or of an organisation (`finess_ej`)."""

    def make(*scopes: str, **who: Any) -> Ask:
        names = scopes or ("award",)
        _, secret = create_token(operator("tests", tenant.id), "Essai", names, known_scopes=list(permissions()), **who)
        headers = {"Authorization": f"Bearer {secret}"}

        def ask(path: str, body: Any = None) -> TestResponse:
            client, address = application.test_client(), f"/api/v1/{tenant.slug}{path}"
            if body is None:
                return client.get(address, headers=headers)
            return client.post(address, json=body, headers=headers)

        return ask

    return make


def number_of(tenant: Tenant, award_id: UUID) -> str:
    """The FINESS number of the organisation of an award."""
    with transaction(system(tenant.id, "t")) as tx:
        award = tx.session.get_one(Award, (tenant.id, award_id))
        return tx.session.get_one(Candidacy, (tenant.id, award.candidacy_id)).finess_ej


def test_a_program_reads_and_confirms(tenant: Tenant, program: Callable[..., Ask]) -> None:
    call, (award_id,) = a_released_call(tenant, award=GIFT)
    ask = program(roles=["editor"], finess_ej=number_of(tenant, award_id))
    (line,) = ask("/awards").get_json()["items"]
    one = ask(f"/awards/{award_id}").get_json()
    assert line == one
    assert (one["campaign"], one["state"], one["confirm_by"], one["cap_cents"]) == (
        call.slug,
        "offered",
        "2025-10-16",
        300_000,
    )
    assert [(step["key"], step["due_on"], step["proved_at"]) for step in one["milestones"]] == [
        ("service", "2026-06-30", None)
    ]
    wrong = ask(f"/awards/{award_id}/confirm", {"referent": CONTACT | {"email": "x"}})
    assert (wrong.status_code, list(wrong.get_json()["fields"])) == (422, ["referent.email"])
    done = ask(f"/awards/{award_id}/confirm", {"referent": CONTACT})
    assert (done.status_code, done.get_json()["state"], done.get_json()["referent"]["name"]) == (
        200,
        "confirmed",
        "Anne Le Goff",
    )
    assert ask(f"/awards/{award_id}/decline", {}).status_code == 409
    assert ask(f"/awards/{uuid4()}").status_code == 404


@pytest.mark.parametrize("body", [{}, {"referent": "Anne"}, {"referent": {"name": 3}}, {"referent": {"age": "3"}}, []])
def test_a_body_that_is_none_is_refused(tenant: Tenant, program: Callable[..., Ask], body: Any) -> None:
    _, (award_id,) = a_released_call(tenant)
    ask = program(roles=["editor"], finess_ej=number_of(tenant, award_id))
    assert ask(f"/awards/{award_id}/confirm", body).status_code == 422
    assert award_of(tenant, award_id).state == "offered"


def test_a_token_does_what_its_scopes_say(tenant: Tenant, program: Callable[..., Ask]) -> None:
    _, (award_id,) = a_released_call(tenant)
    number = number_of(tenant, award_id)
    assert (
        program("award.view", roles=["owner"], finess_ej=number)(f"/awards/{award_id}/decline", {}).status_code == 403
    )
    reader = program(roles=["reader"], finess_ej=number)
    assert reader(f"/awards/{award_id}").status_code == 200
    assert reader(f"/awards/{award_id}/decline", {}).status_code == 403
    assert program(roles=["ars_manager"])(f"/awards/{award_id}/decline", {}).status_code == 403


def test_the_staff_follows_and_declares_lapsed(tenant: Tenant, program: Callable[..., Ask]) -> None:
    call, (first, second) = a_released_call(tenant, files=2)
    ask = program("award", "campaign", roles=["ars_manager"])
    with clock.frozen(OVER):
        assert [ask(f"/awards/{one}/lapse", {}).get_json()["state"] for one in (first, second)] == ["lapsed"] * 2
    found = ask(f"/campaigns/{call.slug}/awards?state=lapsed&limit=1").get_json()
    assert (found["counts"], found["finished"]) == ({"offered": 0, "confirmed": 0, "declined": 0, "lapsed": 2}, 0)
    assert len(found["items"]) == 1
    rest = ask(f"/campaigns/{call.slug}/awards?state=lapsed&limit=1&after={found['after']}").get_json()
    assert {one["id"] for one in (*found["items"], *rest["items"])} == {str(first), str(second)}
    assert ask(f"/campaigns/{call.slug}/awards?state=perdu").status_code == 422
    assert ask("/awards").status_code == 403  # a program of the staff has no organisation
