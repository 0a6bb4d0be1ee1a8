"""Payments and statements for programs: the same commands, the same refusals."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.rooms import permissions
from billing.models import Receivable
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.billing.bank_files import camt, entry
from tests.billing.rows import a_customer, an_invoice, an_issuer, owned_by

SCOPES = ["payment", "matching", "bank_statement"]


@pytest.fixture
def call(application: Flask, tenant: Tenant) -> Callable[..., TestResponse]:
    """A program of the GRADeS."""
    boss = operator("tests", tenant.id)
    secret = create_token(boss, "essai", SCOPES, known_scopes=list(permissions()), roles=["grades_manager"])[1]

    def ask(method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret}"}
        return application.test_client().open(f"/api/v1/{tenant.slug}{path}", method=method, headers=headers, **options)

    return ask


def test_a_program_imports_matches_and_undoes(call: Callable[..., TestResponse], tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    first, second = an_invoice(tenant, customer, 12_000), an_invoice(tenant, customer, 5_000)
    content = camt(entry(12_000, str(first.number)), entry(-100, "FRAIS"))
    made = call("POST", "/bank-statements", data={"file": (BytesIO(content), "mai.xml")})
    assert made.status_code == 201
    assert made.get_json() | {"payments": 1, "matched": 1, "lines": 2, "known": 0} == made.get_json()
    again = call("POST", "/bank-statements", data={"file": (BytesIO(content), "mai.xml")})
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict")
    bad = call("POST", "/bank-statements", data={"file": (BytesIO(camt(entry(1, amount="0.001"))), "x")})
    assert (bad.status_code, list(bad.get_json()["fields"])) == (422, ["line.1"])
    assert [one["id"] for one in call("GET", "/bank-statements").get_json()["items"]] == [made.get_json()["id"]]

    body = {"kind": "cheque", "amount_cents": 6_000, "received_on": "2026-05-04", "customer_id": str(customer.id)}
    recorded = call("POST", "/payments", json=body)
    assert recorded.status_code == 201
    where = f"/payments/{recorded.get_json()['id']}"
    part = {"invoice_id": str(second.id), "amount_cents": 5_000}
    matched = call("POST", f"{where}/matchings", json={"allocations": [part], "reason": "Chèque 7"})
    assert (matched.status_code, matched.get_json()["open_cents"]) == (201, 1_000)
    matching = matched.get_json()["matchings"][0]
    assert matching["reason"] == "Chèque 7"
    assert call("POST", f"{where}/matchings", json={"allocations": [part, part]}).status_code == 422
    assert call("POST", f"{where}/matchings", json={"allocations": [part]}).status_code == 422
    assert call("POST", f"/matchings/{matching['id']}/undo").status_code == 204
    assert call("POST", f"/matchings/{matching['id']}/undo").status_code == 409
    assert owned_by(tenant, Receivable, second.id).open_cents == 5_000
    assert call("GET", where).get_json()["matchings"][0]["undone_at"] is not None


def test_payments_are_listed_by_pages(call: Callable[..., TestResponse], tenant: Tenant) -> None:
    an_issuer(tenant)
    body = {"kind": "other", "amount_cents": 1, "received_on": "2026-05-04"}
    made = [call("POST", "/payments", json=body).get_json()["id"] for _ in range(3)]
    first = call("GET", "/payments?limit=2").get_json()
    rest = call("GET", f"/payments?limit=2&after={first['next']}").get_json()
    assert [one["id"] for one in [*first["items"], *rest["items"]]] == made
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_cents": 0}, "amount_cents"),
        ({"amount_cents": 10.5}, "amount_cents"),
        ({"amount_cents": 10**15}, "amount_cents"),
        ({"kind": "card"}, "kind"),
        ({"received_on": "2999-01-01"}, "received_on"),
        ({"received_on": "hier"}, "received_on"),
        ({"payer": "x" * 141}, "payer"),
    ],
)
def test_bad_input_is_refused_by_field(
    change: dict[str, Any], field: str, call: Callable[..., TestResponse], tenant: Tenant
) -> None:
    an_issuer(tenant)
    body = {"kind": "cheque", "amount_cents": 6_000, "received_on": "2026-05-04"} | change
    refused = call("POST", "/payments", json=body)
    assert (refused.status_code, list(refused.get_json()["fields"])) == (422, [field])


def test_what_does_not_exist_is_404(call: Callable[..., TestResponse], tenant: Tenant) -> None:
    an_issuer(tenant)
    part = {"allocations": [{"invoice_id": str(uuid4()), "amount_cents": 1}]}
    body = {"kind": "cheque", "amount_cents": 6_000, "received_on": "2026-05-04"}
    payment = call("POST", "/payments", json=body).get_json()["id"]
    assert call("POST", "/payments", json=body | {"customer_id": str(uuid4())}).status_code == 404
    assert call("GET", f"/payments/{uuid4()}").status_code == 404
    assert call("POST", f"/payments/{uuid4()}/matchings", json=part).status_code == 404
    assert call("POST", f"/payments/{payment}/matchings", json=part).status_code == 404
    assert call("POST", f"/matchings/{uuid4()}/undo").status_code == 404
