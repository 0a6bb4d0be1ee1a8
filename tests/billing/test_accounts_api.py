"""The accounts for programs: the same figures, the same refusals."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from app.rooms import permissions
from kit import clock
from kit.actor import operator
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.billing.rows import a_customer, an_issuer
from tests.billing.stories import issue, pay, settle

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
DAY = NOON.date()
NOBODY = UUID(int=1)


@pytest.fixture
def ask(application: Flask, tenant: Tenant) -> Any:
    """GET a path of the API as a program of the GRADeS."""
    boss = operator("tests", tenant.id)
    scopes = ["journal", "receivable", "account_statement"]
    secret = create_token(boss, "essai", scopes, known_scopes=list(permissions()), roles=["grades_manager"])[1]

    def get(path: str) -> Any:
        client = application.test_client()
        return client.get(f"/api/v1/{tenant.slug}{path}", headers={"Authorization": f"Bearer {secret}"})

    return get


def test_programs_read_the_accounts(tenant: Tenant, ask: Any) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    with clock.frozen(NOON):
        bill = issue(tenant, customer, 12_000, DAY, due_on=date(2026, 11, 1))
        money = pay(tenant, customer, 5_000, DAY)
        settle(tenant, "payment", 5_000, invoice_id=bill.id, payment_id=money.id)
        first = ask("/journal-entries?limit=1").json
        assert [one["number"] for one in first["items"]] == [2]
        assert first["items"][0]["about_id"] == str(money.id)
        second = ask(f"/journal-entries?limit=1&after={first['after']}").json
        assert (second["items"][0]["subject"], second["after"]) == ("invoice", None)
        assert second["items"][0]["lines"][0] == {
            "account": "411000",
            "account_label": "Clients",
            "customer_id": str(customer.id),
            "customer_number": customer.number,
            "debit_cents": 12_000,
            "credit_cents": 0,
        }
        aged = ask("/aged-balance?sort=balance").json
        assert (aged["count"], aged["items"][0]["cents"]["late_30"], aged["totals"]["balance"]) == (1, 7_000, 7_000)
        assert ask("/aged-balance?on=2026-11-21").json["count"] == 0
        found = ask(f"/customers/{customer.id}/statement?from=2026-11-01").json
        assert [line["balance_cents"] for line in found["lines"]] == [12_000, 7_000]
        assert found["closing_cents"] == 7_000


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/journal-entries?journal=ZZ", 422),
        ("/journal-entries?year=x", 422),
        ("/journal-entries?limit=0", 422),
        ("/aged-balance?on=x", 422),
        ("/aged-balance?on=0001-01-01", 422),
        ("/aged-balance?kind=x", 422),
        ("/aged-balance?sort=x", 422),
        (f"/customers/{NOBODY}/statement", 404),
        (f"/customers/{NOBODY}/statement?from=x", 422),
    ],
)
def test_what_cannot_be_asked_is_refused(ask: Any, path: str, status: int) -> None:
    assert ask(path).status_code == status
