"""The pages of programs: made in words, the secret once, stopped at once; faults that name their field."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from app.scopes import APART, PARTS
from kit import clock
from kit.actor import Actor, operator
from tenants.models import Tenant
from tenants.service.organisation import join_organisation
from tenants.service.program import list_programs
from tests.app.test_auth import bearer
from tests.browser import Browser, text_of

LIST, NEW, CLIENT = "/staff/tokens", "/staff/tokens/new", "/staff/clients/new"
GOOD = {"name": "Entrepôt de l’ARS", "place": "portal", "part-billing": "read", "lifetime": "90"}


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    """The browser of somebody of the GRADeS."""
    from tenants.service.role import grant_role

    grant_role(operator("tests", tenant.id), "chef@grades.fr", "grades_manager")
    return Browser(application, tenant).sign_in("chef@grades.fr")


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    return operator("tests", tenant.id)


def secret_in(page: str) -> str:
    """The secret that a page shows."""
    found = re.search(r"crrcs?_[A-Za-z0-9_-]{43}", page)
    assert found is not None
    return found[0]


def test_every_thing_of_the_api_is_in_one_part(application: Flask) -> None:
    """A new kind of thing must be put in a part, or no program could be allowed to use it from the pages."""
    from app.auth import API, view_permission

    named: set[str] = set()
    for rule in application.url_map.iter_rules():
        if rule.rule.startswith(API):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                named.add((view_permission(application, rule.endpoint, method) or "").partition(".")[0])
    listed = [thing for part in PARTS for thing in part.things]
    assert len(listed) == len(set(listed))
    assert named - APART == set(listed)


def test_reading_lets_nothing_be_changed(application: Flask) -> None:
    from app.auth import API, view_permission

    reading = {scope for part in application.extensions["crrc_scopes"] for scope in part.read}
    for rule in application.url_map.iter_rules():
        if rule.rule.startswith(API):
            for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
                assert view_permission(application, rule.endpoint, method) not in reading, f"{method} {rule.rule}"
    assert len(reading) > 30


def test_a_token_is_made_in_words_shown_once_and_stopped(grades: Browser, tenant: Tenant, boss: Actor) -> None:
    assert "Aucun jeton" in text_of(grades.get(LIST))
    made = grades.post(NEW, GOOD)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    secret = secret_in(made.text)
    listed = grades.get(LIST)
    assert secret not in listed.text
    said = text_of(listed)
    assert "Entrepôt de l’ARS" in said
    assert "Consulter : Facturation" in said
    assert "Jamais" in said
    client = grades.client.application.test_client()
    assert client.get(f"/api/v1/{tenant.slug}/invoices", headers=bearer(secret)).status_code == 200
    assert client.get(f"/api/v1/{tenant.slug}/journal-entries", headers=bearer(secret)).status_code == 403
    assert client.post(f"/api/v1/{tenant.slug}/drafts", json={}, headers=bearer(secret)).status_code in (403, 422)
    assert "Jamais" not in text_of(grades.get(LIST))
    (token,) = list_programs(boss).tokens
    assert token.expires_at - token.created_at == timedelta(days=90)
    assert token.created_by is not None
    assert grades.post(f"/staff/tokens/{token.id}/revoke").status_code == 303
    assert client.get(f"/api/v1/{tenant.slug}/me", headers=bearer(secret)).status_code == 401
    assert grades.post(f"/staff/tokens/{uuid4()}/revoke").status_code == 404


def test_a_program_of_one_organisation_sees_only_it(
    grades: Browser, tenant: Tenant, boss: Actor, person: Callable[..., Actor]
) -> None:
    join_organisation(person("d@lilas.fr"), "350000014", "EHPAD des Lilas", "Directrice")
    form = GOOD | {"place": "facility", "finess_ej": "35 000 0014", "facility_role": "reader", "scopes": "order.view"}
    assert grades.post(NEW, form).status_code == 200
    (token,) = list_programs(boss).tokens
    assert (token.roles, token.organisation_id is not None) == (["reader"], True)
    assert "order.view" in token.scopes
    said = text_of(grades.get(LIST))
    assert "EHPAD des Lilas" in said
    assert "Lecteur" in said
    assert "order.view" in said


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 200}, "name"),
        ({"part-billing": ""}, "part-campaigns"),
        ({"part-billing": "all"}, "part-campaigns"),
        ({"scopes": "rien.du.tout <script>"}, "part-campaigns"),
        ({"scopes": "candidacy.fly"}, "part-campaigns"),
        ({"place": "facility"}, "finess_ej"),
        ({"place": "facility", "finess_ej": "12", "facility_role": "reader"}, "finess_ej"),
        ({"place": "facility", "finess_ej": "990000007", "facility_role": "reader"}, "finess_ej"),
        ({"place": "facility", "finess_ej": "990000007", "facility_role": "chef"}, "facility_role"),
        ({"place": "provider", "provider": "personne", "provider_role": "reader"}, "place-3"),
        ({"role": "owner"}, "role"),
        ({"lifetime": "9999"}, "lifetime"),
        ({"lifetime": "demain"}, "lifetime"),
        ({"lifetime": "-1"}, "lifetime"),
    ],
    ids=range(15),
)
@pytest.mark.parametrize("where", [NEW, CLIENT], ids=["token", "client"])
def test_what_cannot_be_made_names_its_field(
    grades: Browser, boss: Actor, where: str, changed: dict[str, str], field: str
) -> None:
    answer = grades.post(where, GOOD | changed)
    assert answer.status_code in (404, 422)
    assert f'href="#{field}"' in answer.text
    assert "<script>" not in answer.text.split("<main", 1)[1]
    programs = list_programs(boss)
    assert not programs.tokens
    assert not programs.clients


def test_a_client_is_made_renewed_and_stopped(grades: Browser, boss: Actor) -> None:
    made = grades.post(CLIENT, GOOD)
    first = secret_in(made.text)
    (client,) = list_programs(boss).clients
    assert str(client.id) in made.text
    assert "/oauth/token" in made.text
    renewed = grades.post(f"/staff/clients/{client.id}/renew", {"lifetime": "365"})
    assert secret_in(renewed.text) != first
    assert "L’ancien secret sert encore" in text_of(renewed)
    assert grades.post(f"/staff/clients/{client.id}/renew", {"lifetime": "0"}).status_code == 422
    assert grades.post(f"/staff/clients/{client.id}/revoke").status_code == 303
    assert "Aucun client" in text_of(grades.get(LIST))
    assert grades.post(f"/staff/clients/{client.id}/renew").status_code == 404


def test_what_ends_soon_says_so(grades: Browser) -> None:
    grades.post(NEW, GOOD | {"lifetime": "30"})
    assert "Bientôt" not in text_of(grades.get(LIST))
    from tenants.service.program import list_programs

    actor = operator("tests", grades.tenant.id)
    (token,) = list_programs(actor).tokens
    from kit.transaction import transaction
    from tenants.models import ApiToken

    for delta, word in ((timedelta(days=13), "Bientôt"), (-timedelta(days=1), "Expiré")):
        with transaction(actor) as tx:
            row = tx.session.get_one(ApiToken, (tx.tenant_id, token.id))
            row.expires_at = clock.now() + delta
        assert word in text_of(grades.get(LIST))


def test_the_list_costs_the_same_with_one_and_with_three(grades: Browser, statements: list[str]) -> None:
    counts = []
    for more in (1, 2):
        for _ in range(more):
            grades.post(NEW, GOOD)
            grades.post(CLIENT, GOOD)
        grades.get(LIST)
        statements.clear()
        grades.get(LIST)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_others_do_not_come_here(application: Flask, tenant: Tenant) -> None:
    from tenants.service.role import grant_role

    grant_role(operator("tests", tenant.id), "ars@ars.fr", "ars_manager")
    for email in ("ars@ars.fr", "x@y.fr"):
        browser = Browser(application, tenant).sign_in(email)
        assert {browser.get(where).status_code for where in (LIST, NEW, CLIENT)} == {403}
        assert browser.post(NEW, GOOD).status_code == 403
