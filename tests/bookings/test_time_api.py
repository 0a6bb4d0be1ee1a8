"""The same acts for programs: what they read, what they are refused, page after page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from kit import clock
from kit.actor import operator
from kit.clock import now
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.bookings.time_of import a_mission_of_time, balances, half_days_of, last_movement, siblings
from tests.services_catalog.market import Facility, Market, a_facility, a_market

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
SCOPES = ["time_account", "time_sheet"]


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant, establishments=1)


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="time")


class Program:
    """A program with a token, and what it asks of the portal."""

    def __init__(self, app: Flask, tenant: Tenant, **whose: Any) -> None:
        boss = operator("tests", tenant.id)
        known = [*SCOPES, "time_account.view"]
        self.secret = create_token(boss, f"essai {now()}", SCOPES, known_scopes=known, **whose)[1]
        self.client, self.slug = app.test_client(), tenant.slug

    def ask(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.secret}"}
        return self.client.open(f"/api/v1/{self.slug}{path}", method=method, headers=headers, **options)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.get_json()
        return answer.get_json()

    def post(self, path: str, **body: Any) -> TestResponse:
        return self.ask("POST", path, json=body)


@pytest.fixture
def mine(application: Flask, tenant: Tenant, facility: Facility) -> Program:
    """A program of the facility."""
    return Program(application, tenant, roles=["owner"], finess_ej=facility.finess_ej)


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Program:
    """A program of the GRADeS."""
    return Program(application, tenant, roles=["grades_manager"])


def test_a_program_of_the_grades_grants_carries_over_corrects(
    tenant: Tenant, facility: Facility, grades: Program
) -> None:
    here = f"/time-accounts/{facility.organisation.id}"
    given = grades.post(f"{here}/grants", half_days=6, expires_on="2027-06-30", note="Dotation")
    assert given.status_code == 201
    packet = given.get_json()["id"]
    later = grades.post("/time-accounts/carry-overs", packet_id=packet, half_days=2, expires_on="2027-12-31")
    assert later.status_code == 201
    wrong = str(last_movement(tenant, "carry_over").id)
    taken = grades.post("/time-accounts/corrections", movement_id=wrong, note="Erreur")
    assert (taken.status_code, taken.get_json()["reverses_id"]) == (201, wrong)
    assert grades.post("/time-accounts/corrections", movement_id=wrong, note="Erreur").status_code == 409
    (line,) = grades.get("/time-accounts")["items"]
    assert (line["available"], line["granted"], line["next_on"]) == (6, 6, "2027-06-30")
    assert grades.post(f"{here}/grants", half_days=0, expires_on="2027-06-30").status_code == 422
    refused = grades.post(f"{here}/grants", half_days=1, expires_on="9999-12-31")
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, ["expires_on"])


def test_a_program_of_a_facility_books_transfers_and_reads(
    tenant: Tenant, facility: Facility, market: Market, mine: Program
) -> None:
    sister = a_facility(tenant)
    siblings(tenant, facility, sister)
    half_days_of(tenant, facility, 6)
    here = f"/time-accounts/{facility.organisation.id}"
    booked = mine.post(f"{here}/bookings", service=market.service.slug, half_days=2, wish="Le lundi")
    assert booked.status_code == 201
    assert UUID(booked.get_json()["mission_id"])
    moved = mine.post(f"{here}/transfers", half_days=1, to_organisation_id=str(sister.organisation.id))
    assert [one["expires_on"] for one in moved.get_json()["packets"]] == ["2027-11-21"]
    short = mine.post(f"{here}/bookings", service=market.service.slug, half_days=9)
    assert (short.status_code, "3\u00a0disponibles" in short.get_json()["detail"]) == (409, True)
    found = mine.get(here)
    assert (found["on"], found["available"], found["reserved"]) == ("2026-11-22", 3, 2)
    assert mine.get(f"{here}?on=2026-11-21")["available"] == 0
    assert mine.get(f"{here}?on=9999-12-31")["available"] == 3
    assert mine.ask("GET", f"/time-accounts/{sister.organisation.id}").status_code == 404
    assert mine.ask("GET", "/time-accounts").status_code == 403
    assert mine.post(f"{here}/grants", half_days=1, expires_on="2027-06-30").status_code == 403


def test_entries_come_by_whole_movements(tenant: Tenant, facility: Facility, market: Market, mine: Program) -> None:
    here = f"/time-accounts/{facility.organisation.id}"
    half_days_of(tenant, facility, 6)
    for _ in range(2):
        mine.post(f"{here}/bookings", service=market.service.slug, half_days=1)
    first = mine.get(f"{here}/entries?limit=2")
    assert [(one["movement"], one["account"], one["half_days"]) for one in first["items"]] == [
        ("grant", "available", 6),
        ("reserve", "available", -1),
        ("reserve", "reserved", 1),
    ]
    second = mine.get(f"{here}/entries?limit=2&after={first['after']}")
    assert ([one["movement"] for one in second["items"]], second["after"]) == (["reserve", "reserve"], None)


def test_accounts_come_by_pages(tenant: Tenant, grades: Program) -> None:
    names = []
    for _ in range(3):
        facility = a_facility(tenant)
        half_days_of(tenant, facility, 2)
        names.append(facility.organisation.name)
    first = grades.get("/time-accounts?limit=2")
    second = grades.get(f"/time-accounts?limit=2&after={first['after']}")
    assert [one["name"] for one in first["items"] + second["items"]] == sorted(names)
    assert second["after"] is None
    assert grades.get("/time-accounts?text=%25")["items"] == []


def test_a_program_of_a_provider_declares_and_sees_no_balance(
    application: Flask, tenant: Tenant, facility: Facility, market: Market
) -> None:
    half_days_of(tenant, facility, 2)
    mission = a_mission_of_time(tenant, facility, market.version, market.supplier)
    theirs = Program(application, tenant, roles=["owner"], provider=str(market.supplier.provider.id))
    here = f"/missions/{mission.id}/time-sheets"
    sent = theirs.post(here, lines=[{"on": "2026-11-20", "half": "am", "what": "Audit"}])
    assert (sent.status_code, sent.get_json()["version"], sent.get_json()["half_days"]) == (201, 1, 1)
    assert theirs.get(here)["items"][0]["lines"] == [{"on": "2026-11-20", "half": "am", "what": "Audit"}]
    wrong = theirs.post(here, lines=[{"on": "2026-11-20", "half": "soir", "what": "Audit"}])
    assert wrong.status_code == 422
    assert theirs.ask("GET", f"/time-accounts/{facility.organisation.id}").status_code in (403, 404)
    assert balances(tenant) == {"granted": -2, "available": 2}
