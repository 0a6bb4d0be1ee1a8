"""Providers for programs: the same commands, versions that are said, bad bodies told by field."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from kit.actor import operator
from kit.errors import NotFound
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.services_catalog.market import a_supplier
from tests.services_catalog.provider_forms import PROFILE

Ask = Callable[..., TestResponse]
SCOPES = ["provider", "qualification", "insurance", "consultant", "subcontractor", "candidacy", "organisation_member"]
PAPERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "qualifications": (
        {"kind": "pris", "reference": "PRIS-1", "starts_on": "2026-01-01", "ends_on": "2028-12-31"},
        {"ends_on": "2025-12-31"},
        "ends_on",
    ),
    "insurances": (
        {"insurer": "Mutuelle", "policy": "RC-9", "starts_on": "2026-01-01", "ends_on": "2028-12-31"},
        {"policy": ""},
        "policy",
    ),
    "subcontractors": (
        {"name": "Penn Kalet", "purpose": "Animation", "declared_on": "2026-11-02"},
        {"siret": "123"},
        "siret",
    ),
    "consultants": (
        {"name": "Maël Cozic", "email": "mael@breizh.invalid", "department": "35"},
        {"department": "999"},
        "department",
    ),
}


@pytest.fixture
def ask(application: Flask, tenant: Tenant) -> Callable[..., Ask]:
    """A program with a token of the portal, or of one provider."""

    def program(provider: str | None = None) -> Ask:
        secret = create_token(
            operator("tests", tenant.id), "essai", SCOPES, known_scopes=list(permissions()), provider=provider
        )[1]

        def open_(method: str, path: str, tag: str = "", **options: Any) -> TestResponse:
            headers = {"Authorization": f"Bearer {secret}"} | ({"If-Match": f'"{tag}"'} if tag else {})
            address = f"/api/v1/{tenant.slug}{path}"
            return application.test_client().open(address, method=method, headers=headers, **options)

        return open_

    return program


def test_a_provider_from_end_to_end(ask: Callable[..., Ask]) -> None:
    grades = ask()
    made = grades("POST", "/providers", json=PROFILE | {"email": "katell@breizh.invalid", "function": "Directrice"})
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    path = f"/providers/{made.get_json()['id']}"
    assert grades("GET", path).get_json()["siret"] == "73282932000074"
    assert grades("PUT", path, json=PROFILE).status_code == 428
    assert grades("PUT", path, "7", json=PROFILE).status_code == 412
    assert grades("PUT", path, "1", json=PROFILE | {"zones": ["35"]}).get_json()["revision"] == 2
    assert grades("POST", f"{path}/suspend").get_json()["state"] == "suspended"
    assert grades("POST", f"{path}/suspend").status_code == 409
    assert grades("POST", f"{path}/resume").get_json()["state"] == "active"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"siret": "1"}, "siret"),
        ({"zones": ["999"]}, "zones"),
        ({"capacity_half_days": "24"}, "capacity_half_days"),
        ({"capacity_half_days": -1}, "capacity_half_days"),
        ({"skills": ["cuisine"]}, "skills.0"),
        ({"contacts": [{"name": "K"}]}, "contacts.0.email"),
        ({"contacts": [{"name": "Katell", "email": "k"}]}, "contacts.0.email"),
        ({"name": None}, "name"),
        ({"email": "katell"}, "email"),
        ({"inconnu": 1}, "inconnu"),
    ],
)
def test_a_wrong_body_is_told_by_field(ask: Callable[..., Ask], changed: dict[str, Any], field: str) -> None:
    body = PROFILE | {"email": "katell@breizh.invalid", "function": "Directrice"} | changed
    answer = ask()("POST", "/providers", json=body)
    assert (answer.status_code, list(answer.get_json()["fields"])) == (422, [field])


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_is_added_changed_and_removed(tenant: Tenant, ask: Callable[..., Ask], kind: str) -> None:
    body, wrong, field = PAPERS[kind]
    grades, path = ask(), f"/providers/{a_supplier(tenant).provider.id}/{kind}"
    refused = grades("POST", path, json=body | wrong)
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, [field])
    made = grades("POST", path, json=body)
    assert made.status_code == 201
    one = made.get_json()
    assert made.headers["ETag"] == f'"{one["etag"]}"'
    assert one in grades("GET", path).get_json()
    assert grades("PUT", f"{path}/{one['id']}", json=body).status_code == 428
    assert grades("PUT", f"{path}/{one['id']}", "autre", json=body).status_code == 412
    changed = grades("PUT", f"{path}/{one['id']}", one["etag"], json=body)
    assert changed.status_code == 200
    if kind != "consultants":
        assert grades("DELETE", f"{path}/{one['id']}", changed.get_json()["etag"]).status_code == 204
        assert one not in grades("GET", path).get_json()


def test_the_list_is_paged_and_says_who_is_fit(tenant: Tenant, ask: Callable[..., Ask]) -> None:
    fit, unqualified = a_supplier(tenant), a_supplier(tenant, None)
    grades, need = ask(), "family=audit&qualification=passi&on=2026-12-08"
    page = grades("GET", f"/providers?limit=1&{need}").get_json()
    rest = grades("GET", f"/providers?after={page['after']}&{need}").get_json()
    assert (len(page["items"]), rest["after"]) == (1, None)
    faults = {one["provider"]["id"]: one["fault"] for one in (*page["items"], *rest["items"])}
    assert faults.keys() == {str(fit.provider.id), str(unqualified.provider.id)}
    assert faults[str(fit.provider.id)] == ""
    assert "n’est pas qualifié PASSI" in faults[str(unqualified.provider.id)]
    assert grades("GET", "/providers?family=cuisine").status_code == 422


def test_a_token_of_a_provider_sees_itself_and_nobody_else(tenant: Tenant, ask: Callable[..., Ask]) -> None:
    ours, theirs = a_supplier(tenant), a_supplier(tenant)
    for named in (ours.provider.name, str(ours.provider.id)):
        program = ask(named)
        assert program("GET", f"/providers/{ours.provider.id}").status_code == 200
        assert program("GET", f"/providers/{theirs.provider.id}").status_code == 404
        assert program("GET", f"/providers/{theirs.provider.id}/consultants").status_code == 404
        assert program("GET", "/providers").status_code == 403
        assert program("GET", "/candidacies").status_code == 403
        assert program("POST", f"/providers/{ours.provider.id}/suspend").status_code == 403
    with pytest.raises(NotFound, match="Aucun prestataire"):
        ask("Inconnu")
