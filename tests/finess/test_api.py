"""The register over the API, for anybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.factory import create_app
from finess.service.register import import_register
from kit.actor import operator
from tenants.service.portal import forget_portals
from tenants.service.tenant import create_tenant
from tests.finess.structures import ej, et, finess_plus, number

EJ, ET, SHARED, TWIN = number(1), number(2), number(3), number(4)
SIREN = "775662257"


@pytest.fixture(scope="module")
def client(register_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A portal and a small register."""
    path: Path = tmp_path_factory.mktemp("api") / "register.json"
    finess_plus(path, ej(EJ, et(ET)), ej(SHARED, siren=SIREN), ej(TWIN, siren=SIREN))
    import_register(operator("tests"), [path])
    forget_portals()
    create_tenant(
        operator("tests"),
        "registre",
        "GRADeS d’essai",
        ars="ARS",
        region_code="53",
        zone="Europe/Paris",
        contact_email="a@b.fr",
    )
    yield create_app().test_client()
    forget_portals()


def test_the_register_says_its_date(client: FlaskClient) -> None:
    body = client.get("/api/v1/registre/register").get_json()
    assert (body["current"]["source"], body["current"]["counts"]["ej"]) == ("finess_plus", 3)
    assert body["current"]["generated_at"].startswith("2026-11-20T04:00:00")
    assert body["level"] in ("fresh", "warning", "alarm")


def test_a_number_leads_to_its_entity(client: FlaskClient) -> None:
    body = client.get(f"/api/v1/registre/register/numbers/{ET}").get_json()
    assert (body["outcome"], body["legal_entity"]["finess_ej"]) == ("establishment", EJ)
    assert body["legal_entity"]["legal_status_group"] == "prive_non_lucratif"
    assert [one["category"] for one in body["establishments"]] == ["EHPAD (500)"]
    assert "search_text" not in body["legal_entity"]
    several = client.get(f"/api/v1/registre/register/numbers/{SIREN}").get_json()
    assert (several["outcome"], several["legal_entity"]) == ("several", None)
    assert set(several["candidates"]) == {SHARED, TWIN}


@pytest.mark.parametrize("typed", [number(99), "nothing", "%00", "é" * 300])
def test_a_number_that_leads_nowhere(client: FlaskClient, typed: str) -> None:
    answer = client.get(f"/api/v1/registre/register/numbers/{typed}")
    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_search(client: FlaskClient) -> None:
    found = client.get("/api/v1/registre/register/search", query_string={"text": "ehpad tilleuls"}).get_json()
    assert [(hit["kind"], hit["number"], hit["finess_ej"]) for hit in found["items"]] == [("et", ET, EJ)]
    assert client.get("/api/v1/registre/register/search?text=%00%25'").get_json()["items"] == []
    assert client.get("/api/v1/registre/register/search").status_code == 422
    assert client.get("/api/v1/registre/register/search?text=a&limit=1000").status_code == 422
