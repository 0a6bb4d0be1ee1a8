"""The market through the API: the same commands, ETags, a file sent as a form, the price for me."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.campaigns.files import a_person
from tests.services_catalog.bpu_files import FORMULA, a_file, a_line
from tests.services_catalog.market import a_facility, a_lot, a_market, a_service, a_supplier
from tests.services_catalog.services import write

Ask = Callable[..., TestResponse]
SCOPES = ["agreement", "price_schedule", "price"]
AGREEMENT = {"reference": "2026-CYBER", "title": "Marché cyber", "starts_on": "2026-01-01", "ends_on": "2028-12-31"}
LOT = {"number": 1, "title": "Exercices", "assignment": "single", "maximum_cents": 10_000_000}


def program(application: Flask, tenant: Tenant, *roles: str, finess_ej: str | None = None) -> Ask:
    """Send requests as a program of the tenant, or of one organisation."""
    who = operator("tests", tenant.id)
    options: dict[str, Any] = {"roles": roles} if roles else {"finess_ej": finess_ej}
    _, secret = create_token(who, "tests", SCOPES, known_scopes=SCOPES, **options)

    def ask(method: str, path: str, tag: str = "", **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}"} | ({"If-Match": f'"{tag}"'} if tag else {})
        address = f"/api/v1/{tenant.slug}{path}"
        return application.test_client().open(address, method=method, headers=headers, **options)

    return ask


@pytest.fixture
def api(application: Flask, tenant: Tenant) -> Ask:
    """A program of the GRADeS."""
    return program(application, tenant, "grades_manager")


def test_a_market_from_end_to_end(tenant: Tenant, api: Ask) -> None:
    supplier, (service, _) = a_supplier(tenant), a_service(tenant)
    made = api("POST", "/agreements", json=AGREEMENT)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    home = f"/agreements/{made.get_json()['id']}"
    lot = api("POST", f"{home}/lots", "1", json=LOT | {"holders": [str(supplier.provider.id)]})
    assert (lot.status_code, lot.headers["ETag"], lot.get_json()["left_cents"]) == (201, '"2"', 10_000_000)
    sent = {"provider_id": str(supplier.provider.id), "starts_on": "2026-01-01", "ends_on": "2028-12-31", **FORMULA}
    address = f"/lots/{lot.get_json()['id']}/schedules"
    draft = api("POST", address, data=sent | {"file": (io.BytesIO(a_file(a_line("A", service))), "bpu.csv")})
    assert draft.status_code == 201, draft.get_json()
    assert draft.get_json()["lines"][0]["unit_cents"] == 150_000
    schedule = f"/schedules/{draft.get_json()['id']}"
    assert api("GET", f"{schedule}/difference").get_json()["changes"][0]["kind"] == "added"
    assert api("POST", f"{schedule}/publish").get_json()["state"] == "published"
    assert api("POST", f"{schedule}/publish").status_code == 409
    revision = {"index_value": "317,18", "index_on": "2026-04-01", "starts_on": "2026-10-01"}
    outlook = api("GET", f"{schedule}/revision", query_string=revision).get_json()
    assert outlook["coefficient_ppm"] == 1_018_000
    assert api("POST", f"{schedule}/revise", json=revision).get_json()["revisions"][0]["index_value"] == "317.18"
    assert api("GET", f"{schedule}/export").get_data().startswith(b"\xef\xbb\xbfCode;")
    assert api("GET", home).get_json()["lots"][0]["schedules"][0]["lines"] == 1
    assert len(api("GET", "/agreements").get_json()["items"]) == 1


def test_a_change_says_which_version_it_read(api: Ask) -> None:
    home = f"/agreements/{api('POST', '/agreements', json=AGREEMENT).get_json()['id']}"
    assert api("PUT", home, json=AGREEMENT).status_code == 428
    assert api("PUT", home, "7", json=AGREEMENT).status_code == 412
    assert api("PUT", home, "1", json=AGREEMENT | {"title": "Autre"}).headers["ETag"] == '"2"'
    lot = api("POST", f"{home}/lots", "2", json=LOT).get_json()["id"]
    assert api("PUT", f"/lots/{lot}", json=LOT).status_code == 428
    assert api("PUT", f"/lots/{lot}", "3", json=LOT | {"number": 4}).get_json()["number"] == 4


@pytest.mark.parametrize(
    ("change", "field"),
    [({"number": 0}, "number"), ({"maximum_cents": 0}, "maximum_cents"), ({"maximum_cents": 10**13}, "maximum_cents")],
)
def test_a_wrong_lot_is_told_by_field(api: Ask, change: dict[str, Any], field: str) -> None:
    home = f"/agreements/{api('POST', '/agreements', json=AGREEMENT).get_json()['id']}"
    answer = api("POST", f"{home}/lots", "1", json=LOT | change)
    assert answer.status_code == 422
    assert field in answer.get_json()["fields"]


def test_a_file_is_refused_cell_by_cell(tenant: Tenant, api: Ask) -> None:
    supplier = a_supplier(tenant)
    lot = a_lot(tenant, supplier)
    sent = {"provider_id": str(supplier.provider.id), "starts_on": "2026-01-01", "ends_on": "2027-12-31"}
    address = f"/lots/{lot.id}/schedules"
    bad = api("POST", address, data=sent | {"file": (io.BytesIO(a_file(a_line("A", price="?"))), "b.csv")})
    assert (bad.status_code, list(bad.get_json()["fields"])) == (422, ["I2"])
    assert "file" in api("POST", address, data=sent).get_json()["fields"]
    half = sent | {"base_value": "310,6", "file": (io.BytesIO(a_file(a_line("A"))), "b.csv")}
    assert api("POST", address, data=half).get_json()["fields"].keys() == {"index", "base_on"}
    late = sent | {"ends_on": "2031-01-01", "file": (io.BytesIO(a_file(a_line("A"))), "b.csv")}
    assert "ends_on" in api("POST", address, data=late).get_json()["fields"]


def test_the_price_for_me(application: Flask, tenant: Tenant, api: Ask) -> None:
    market = a_market(tenant, measure="workstations", size_from=1, size_to=100)
    facility, other = a_facility(tenant), a_facility(tenant)
    mine = program(application, tenant, finess_ej=facility.finess_ej)
    unknown = mine("GET", f"/prices/{market.service.slug}").get_json()
    assert (unknown["price"], unknown["missing"]) == (None, "workstations")
    asked = {"workstations": 50, "quantity": 2, "on": date(2026, 11, 22).isoformat()}
    price = mine("GET", f"/prices/{market.service.slug}", query_string=asked).get_json()["price"]
    assert (price["net_cents"], price["total_cents"], price["lot_number"]) == (300_000, 360_000, 2)
    page = mine("GET", "/prices", query_string=asked).get_json()
    assert [one["service"] for one in page["items"]] == [market.service.slug]
    assert page["facility"]["finess_ej"] == facility.finess_ej
    assert mine("GET", f"/prices?organisation_id={other.organisation.id}").status_code == 404
    assert mine("GET", f"/prices?number={other.finess_ej}").status_code == 403
    assert api("GET", f"/prices?number={other.finess_ej}").get_json()["facility"]["name"] == other.organisation.name
    assert "number" in api("GET", f"/prices/{market.service.slug}").get_json()["fields"]
    assert mine("GET", "/prices?quantity=0").status_code == 422
    write(a_person(tenant, "grades_manager"), "a-venir")
    hidden, unknown = (mine("GET", f"/prices/{slug}").get_json()["detail"] for slug in ("a-venir", "inconnue"))
    assert hidden == unknown
    assert mine("GET", "/prices/inconnue").status_code == 404
