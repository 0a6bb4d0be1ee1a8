"""Programs ask for quotes, order, approve, cancel: the same commands, the same refusals."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.bookings.buying import CONTACT, a_quote, an_entitlement
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_supplier

Ask = Callable[..., TestResponse]


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant)


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def ask(application: Flask, tenant: Tenant, facility: Facility) -> Ask:
    """A program of the facility: `ask("POST", "/quotes", {…})`."""
    scopes = ["entitlement", "quote", "order", "service"]
    _, secret = create_token(
        operator("tests", tenant.id),
        "logiciel d’achats",
        scopes,
        known_scopes=list(permissions()),
        finess_ej=facility.finess_ej,
        roles=["owner"],
    )
    client = application.test_client()

    def send(method: str, path: str, body: Any = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}"}
        return client.open(f"/api/v1/{tenant.slug}{path}", method=method, json=body, headers=headers)

    return send


def asked(market: Market, facility: Facility, **more: Any) -> dict[str, Any]:
    return {"service": market.service.slug, "organisation_id": str(facility.organisation.id), "quantity": 2} | more


def test_from_the_quote_to_the_cancellation(ask: Ask, market: Market, facility: Facility) -> None:
    drawn = ask("POST", "/quotes", asked(market, facility))
    assert drawn.status_code == 201, drawn.json
    quote = drawn.json
    assert (quote["net_cents"], quote["vat_cents"], quote["total_cents"], quote["unit"]) == (
        300_000,
        60_000,
        360_000,
        "exercise",
    )
    assert ask("GET", f"/quotes/{quote['id']}").json == quote
    body = {"quote_id": quote["id"], "contact": CONTACT, "engagement_number": "4500"}
    ordered = ask("POST", "/orders", body)
    assert ordered.status_code == 201, ordered.json
    order = ordered.json["order"]
    assert (order["state"], order["engagement_number"], len(order["missions"])) == ("placed", "4500", 1)
    again = ask("POST", "/orders", body)
    assert (again.status_code, again.json["order"]["id"]) == (200, order["id"])
    assert ordered.json["cancellation"]["fee_cents"] == 0
    cancelled = ask("POST", f"/orders/{order['id']}/cancel", {"motive": "Travaux."})
    assert cancelled.json["order"]["state"] == "cancelled"
    assert [one["id"] for one in ask("GET", "/orders?limit=1").json["items"]] == [order["id"]]
    assert [one["id"] for one in ask("GET", "/quotes").json["items"]] == [quote["id"]]


def test_a_right_in_one_go(ask: Ask, tenant: Tenant, market: Market, facility: Facility) -> None:
    right = an_entitlement(tenant, market, facility)
    (listed,) = ask("GET", "/entitlements").json["items"]
    assert (listed["id"], listed["order_id"], listed["service"]) == (str(right.id), None, market.service.slug)
    path = f"/entitlements/{right.id}/order"
    first, second = ask("POST", path, {"contact": CONTACT}), ask("POST", path, {"contact": CONTACT})
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json["order"]["id"] == second.json["order"]["id"]
    assert ask("POST", f"/entitlements/{right.id}/close").status_code == 403


@pytest.mark.parametrize(
    "changed",
    [
        {"quantity": 0},
        {"quantity": "2"},
        {"quantity": 10**9},
        {"service": ""},
        {"service": "\x00"},
        {"organisation_id": "moi"},
        {"finess_et": "350000001"},
        {"finess_et": "\x00"},
        {"size": -1},
        {"inconnu": 1},
    ],
)
def test_what_is_odd_is_refused_by_its_field(
    ask: Ask, market: Market, facility: Facility, changed: dict[str, Any]
) -> None:
    answer = ask("POST", "/quotes", asked(market, facility, **changed))
    assert 400 <= answer.status_code < 500
    assert answer.status_code in (400, 404) or list(answer.json["fields"]) == list(changed)


def test_only_the_grades_names_a_provider(ask: Ask, tenant: Tenant, market: Market, facility: Facility) -> None:
    other = str(a_supplier(tenant).provider.id)
    assert ask("POST", "/quotes", asked(market, facility, provider_id=other)).status_code == 403


def test_what_is_somebody_elses_does_not_exist(ask: Ask, tenant: Tenant, market: Market) -> None:
    other = a_facility(tenant)
    quote = a_quote(market, other)
    assert ask("GET", f"/quotes/{quote.id}").status_code == 404
    for quote_id in (quote.id, uuid4()):
        assert ask("POST", "/orders", {"quote_id": str(quote_id), "contact": CONTACT}).status_code == 404
    assert ask("POST", "/quotes", asked(market, other)).status_code == 404


def test_a_contact_is_whole(ask: Ask, market: Market, facility: Facility) -> None:
    quote = a_quote(market, facility)
    answer = ask("POST", "/orders", {"quote_id": str(quote.id), "contact": {"name": "Anne"}})
    assert answer.status_code == 422
    assert answer.json["fields"].keys() == {"contact.function", "contact.email", "contact.phone"}
