"""The planning for programs: the same commands, with tokens; and what bad bodies get."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from bookings.rules.halves import HalfDay
from bookings.service.slot import hold_slot
from kit import clock
from kit.actor import operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.bookings.planning import NOW, THURSDAY, a_mission, a_session
from tests.services_catalog.market import Facility, Market, a_facility, a_market

SCOPES = ["slot", "booking", "waiting", "mission", "availability", "order", "quote", "price", "service"]
Program = Callable[..., TestResponse]


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="session")


@pytest.fixture
def program(application: Flask, tenant: Tenant) -> Iterator[Callable[..., Program]]:
    """A program of a facility or of a provider."""

    def make(**inside: str) -> Program:
        secret = create_token(
            operator("tests", tenant.id), "essai", SCOPES, known_scopes=list(permissions()), **inside
        )[1]
        client = application.test_client()

        def ask(method: str, path: str, json: Any = None, **headers: str) -> TestResponse:
            known = {"Authorization": f"Bearer {secret}", **headers}
            return client.open(f"/api/v1/{tenant.slug}{path}", method=method, json=json, headers=known)

        return ask

    with clock.frozen(NOW):
        yield make


def of_provider(program: Callable[..., Program], market: Market) -> Program:
    return program(provider=str(market.supplier.provider.id))


def body(market: Market, **changes: Any) -> dict[str, Any]:
    return {
        "consultant_id": str(market.supplier.consultant.id),
        "starts_at": "2026-12-10T08:00:00Z",
        "ends_at": "2026-12-10T11:30:00Z",
        "place": "Rennes",
        "capacity": 1,
        **changes,
    }


def test_a_session_from_its_opening_to_its_end(tenant: Tenant, market: Market, program: Callable[..., Program]) -> None:
    provider = of_provider(program, market)
    made = provider("POST", "/sessions", body(market, service=market.service.slug))
    assert (made.status_code, made.json["left"]) == (201, 1)  # type: ignore[index]
    path = f"/sessions/{made.json['id']}"  # type: ignore[index]
    buyer: Facility = a_facility(tenant)
    facility = program(finess_ej=buyer.finess_ej)
    whom = {"organisation_id": str(buyer.organisation.id)}
    assert facility("GET", "/sessions").json["items"][0]["id"] == made.json["id"]  # type: ignore[index]
    booked = facility("POST", f"{path}/places", whom)
    assert (booked.status_code, booked.json["state"]) == (201, "taken")  # type: ignore[index]
    assert facility("POST", f"{path}/places", whom).status_code == 409
    other = a_facility(tenant)
    waiting, theirs = program(finess_ej=other.finess_ej), {"organisation_id": str(other.organisation.id)}
    assert waiting("POST", f"{path}/waiting", theirs).json["state"] == "waiting"  # type: ignore[index]
    assert waiting("POST", f"{path}/waiting/take", theirs).status_code == 409
    assert waiting("POST", f"{path}/waiting/leave", theirs).json["state"] == "left"  # type: ignore[index]
    assert waiting("POST", f"{path}/places", whom).status_code == 404, "in somebody else's name"
    assert provider("PUT", path, body(market, capacity=2)).status_code == 428
    assert provider("PUT", path, body(market, capacity=2), **{"If-Match": '"7"'}).status_code == 412
    assert provider("PUT", path, body(market, capacity=2), **{"If-Match": '"0"'}).headers["ETag"] == '"1"'
    assert facility("PUT", path, body(market), **{"If-Match": "*"}).status_code == 403
    assert provider("POST", f"{path}/cancel").json["state"] == "cancelled"  # type: ignore[index]
    assert provider("POST", f"{path}/cancel").status_code == 409


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"capacity": "1"}, "capacity"),
        ({"capacity": 0}, "capacity"),
        ({"starts_at": "2026-12-10T08:00:00"}, "starts_at"),
        ({"starts_at": "2020-12-10T08:00:00Z"}, "starts_at"),
        ({"ends_at": "2026-12-10T08:00:00Z"}, "ends_at"),
        ({"place": ""}, "place"),
        ({"service": "inconnue"}, "service"),
        ({"kept_for": "350000000"}, "kept_for"),
        ({"consultant_id": "01a20172-dc15-740e-85d7-e549ec7b3aa5"}, "consultant_id"),
        ({"consultant_id": "moi"}, "consultant_id"),
    ],
)
def test_what_a_session_cannot_be_is_said_by_field(
    market: Market, program: Callable[..., Program], changes: dict[str, Any], field: str
) -> None:
    answer = of_provider(program, market)("POST", "/sessions", body(market, service=market.service.slug) | changes)
    assert answer.status_code == 422
    assert any(name.split(".")[-1] == field for name in answer.json["fields"]), answer.json  # type: ignore[index]


def test_appointments_as_a_list_and_as_a_calendar(
    tenant: Tenant, market: Market, program: Callable[..., Program]
) -> None:
    buyer = a_facility(tenant)
    mission = a_mission(tenant, market, buyer)
    with transaction(system(tenant.id, "tests")) as tx:
        slot = hold_slot(tx, mission, market.supplier.consultant.id, *HalfDay(THURSDAY, "am").bounds(tenant.zone))
    a_session(tenant, market, half="pm")
    facility, provider = program(finess_ej=buyer.finess_ej), of_provider(program, market)
    listed = facility("GET", "/slots?from=2026-12-01&to=2026-12-31").json
    assert [(one["id"], one["mission_id"]) for one in listed["items"]] == [(str(slot.id), str(mission.id))]  # type: ignore[index]
    page = provider("GET", "/slots?from=2026-12-01&limit=1").json
    following = provider("GET", f"/slots?from=2026-12-01&limit=1&after={page['after']}").json  # type: ignore[index]
    assert (following["after"], following["items"][0]["kind"]) == (None, "group")  # type: ignore[index]
    month = provider("GET", "/calendar?on=2026-12-03").json
    assert (month["total"], [cell["total"] for cell in month["cells"]]) == (2, [2])  # type: ignore[index]
    week = provider("GET", "/calendar?view=week&on=2026-12-10").json
    assert [cell["half"] for cell in week["cells"]] == ["am", "pm"]  # type: ignore[index]
    assert provider("GET", "/slots?from=demain").status_code == 422
    assert provider("GET", "/calendar?view=siecle").status_code == 422
    assert program(finess_ej=a_facility(tenant).finess_ej)("GET", f"/slots/{slot.id}").status_code == 404


def test_availability_and_dates(tenant: Tenant, program: Callable[..., Program]) -> None:
    market, buyer = a_market(tenant), a_facility(tenant)
    provider, facility = of_provider(program, market), program(finess_ej=buyer.finess_ej)
    path = f"/consultants/{market.supplier.consultant.id}"
    week = [{"weekday": 1, "half": half} for half in ("am", "pm")]
    assert provider("PUT", f"{path}/availability", {"week": week}).json["week"] == week  # type: ignore[index]
    assert provider("PUT", f"{path}/availability", {"week": [{"weekday": 7, "half": "am"}]}).status_code == 422
    away = {"first": "2026-11-24", "last": "2026-11-24", "available": False}
    assert len(provider("POST", f"{path}/exceptions", away).json["exceptions"]) == 2  # type: ignore[index]
    assert facility("GET", f"{path}/availability").status_code == 403
    mission = a_mission(tenant, market, buyer)
    dates = f"/missions/{mission.id}/dates"
    first = facility("GET", dates).json["items"][0]  # type: ignore[index]
    assert first["halves"] == ["2026-12-01:am", "2026-12-01:pm"]
    back = {"first": "2026-11-24:am", "last": "2026-11-24:pm"}
    assert provider("POST", f"{path}/exceptions/remove", back).json["exceptions"] == []  # type: ignore[index]
    assert facility("GET", dates).json["items"][0]["halves"][0] == "2026-11-24:am"  # type: ignore[index]
    assert facility("PUT", dates, first).json["state"] == "planned"  # type: ignore[index]
    assert facility("PUT", dates, first | {"halves": ["2026-12-02:am", "2026-12-02:pm"]}).status_code == 422
    assert facility("PUT", dates, first | {"halves": ["2026-99-02:am"]}).status_code == 422
    assert facility("DELETE", dates).status_code == 409, "two days before, it costs"
    assert provider("DELETE", dates).json["state"] == "assigned"  # type: ignore[index]
