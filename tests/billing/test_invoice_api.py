"""Drafts and invoices for programs: the same commands, revisions, pages."""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import update
from werkzeug.test import TestResponse

from app.rooms import permissions
from billing.models import Customer, Invoice, InvoiceLine
from kit import clock
from kit.actor import operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.billing import issuing
from tests.billing.issuing import issue_all, lines, make_all
from tests.billing.rows import a_customer, a_draft, an_issuer, owned_by
from tests.services_catalog.market import Facility, a_facility


class Program:
    """A program with a token: its requests."""

    def __init__(self, application: Flask, tenant: Tenant, roles: list[str], **where: str) -> None:
        boss, scopes = operator("tests", tenant.id), ["draft", "invoice"]
        self.tenant, self.client = tenant, application.test_client()
        self.token = create_token(boss, "essai", scopes, known_scopes=list(permissions()), roles=roles, **where)[1]

    def __call__(self, method: str, path: str, body: Any = None, tag: str = "") -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} | ({"If-Match": tag} if tag else {})
        return self.client.open(f"/api/v1/{self.tenant.slug}{path}", method=method, json=body, headers=headers)


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def customer(tenant: Tenant, facility: Facility) -> Customer:
    an_issuer(tenant)
    return a_customer(tenant, facility)


@pytest.fixture
def ask(application: Flask, tenant: Tenant) -> Program:
    """A program of the GRADeS."""
    return Program(application, tenant, ["grades_manager"])


@pytest.fixture
def theirs(application: Flask, tenant: Tenant, facility: Facility) -> Program:
    """A program of the facility."""
    return Program(application, tenant, ["owner"], finess_ej=facility.finess_ej)


def test_drafts_are_read_page_by_page(ask: Program, tenant: Tenant, customer: Customer) -> None:
    made = [str(a_draft(tenant, customer).id) for _ in range(3)]
    first = ask("GET", "/drafts?limit=2").get_json()
    assert [one["id"] for one in first["items"]] == made[:2]
    assert (first["items"][0]["lacks"], first["items"][0]["lines"][0]["total_cents"]) == ([], 12_000)
    assert [one["id"] for one in ask("GET", f"/drafts?after={first['next']}").get_json()["items"]] == made[2:]
    assert ask("GET", "/drafts?limit=0").status_code == 422


def test_a_draft_is_changed_as_it_was_read(ask: Program, tenant: Tenant, customer: Customer) -> None:
    draft = a_draft(tenant, customer)
    path = f"/drafts/{draft.id}"
    tag = ask("GET", path).headers["ETag"]
    assert ask("PATCH", path, {"service_code": "S1"}).status_code == 428
    changed = ask("PATCH", path, {"service_code": "S1", "delivered_on": "2026-11-02"}, tag)
    assert (changed.status_code, changed.get_json()["service_code"]) == (200, "S1")
    assert changed.get_json()["lines"][0]["designation"] == "Prestation 1", "what is not sent is kept"
    assert ask("PATCH", path, {"service_code": "S2"}, tag).status_code == 412
    tag = changed.headers["ETag"]
    line = str(lines(tenant, draft.id)[0].id)
    priced = ask("PATCH", path, {"lines": [{"id": line, "quantity": 2, "unit_cents": 10_000}]}, tag)
    assert priced.get_json()["total_cents"] == 24_000
    wrong = ask("PATCH", path, {"lines": [{"id": line, "unit_cents": 1.5}]}, priced.headers["ETag"])
    assert wrong.status_code == 422
    assert ask("PATCH", path, {"period_starts_on": "2026-01-01"}, priced.headers["ETag"]).status_code == 422


def test_what_cannot_be_changed_is_said_and_not_left_out(ask: Program, tenant: Tenant, customer: Customer) -> None:
    agreed, other = a_draft(tenant, customer), a_draft(tenant, customer)
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.execute(update(InvoiceLine).where(InvoiceLine.invoice_id == agreed.id).values(source="order"))
    [line], [strange] = lines(tenant, agreed.id), lines(tenant, other.id)
    path = f"/drafts/{agreed.id}"
    tag = ask("GET", path).headers["ETag"]
    for sent, field in (
        ({"id": str(strange.id), "designation": "x"}, "lines.0.id"),
        ({"id": str(line.id), "unit_cents": 1}, "lines.0.unit_cents"),
        ({"id": str(line.id), "quantity": 2}, "lines.0.quantity"),
    ):
        answer = ask("PATCH", path, {"lines": [sent]}, tag)
        assert (answer.status_code, field in answer.text) == (422, True), sent
    same = {"id": str(line.id), "unit_cents": line.unit_cents, "designation": "Audit"}
    assert ask("PATCH", path, {"lines": [same]}, tag).status_code == 200
    assert ask("PATCH", path, {"lines": [same | {"quantity": 2}]}, tag).status_code == 412


def test_from_a_typed_draft_to_a_credit_note(ask: Program, theirs: Program, tenant: Tenant, customer: Customer) -> None:
    body = {
        "key": str(uuid4()),
        "customer_id": str(customer.id),
        "subject": "other",
        "delivered_on": "2026-11-03",
        "lines": [{"designation": "Atelier", "quantity": 2, "unit_cents": 15_000}],
    }
    made = ask("POST", "/drafts", body)
    assert (made.status_code, made.get_json()["total_cents"]) == (201, 36_000)
    assert ask("POST", "/drafts", body).status_code == 409
    draft = made.get_json()["id"]
    assert theirs("GET", f"/drafts/{draft}").status_code == 403
    assert theirs("GET", f"/invoices/{draft}").status_code == 404
    run = ask("POST", "/drafts/queue", {"draft_ids": [draft]})
    assert (run.status_code, run.get_json()["waiting"]) == (202, 1)
    assert ask("POST", "/drafts/queue", {"draft_ids": [draft]}).status_code == 409
    assert issue_all(tenant, clock.now()) == ["issued"]
    assert ask("GET", f"/issue-runs/{run.get_json()['id']}").get_json()["is_over"] is True
    (read,) = theirs("GET", "/invoices").get_json()["items"]
    assert (read["id"], read["open_cents"], read["document_made_at"]) == (draft, 36_000, None)
    assert theirs("GET", f"/invoices/{draft}/document").status_code == 409
    make_all(tenant, clock.now())
    for kind, mime in (("pdf", "application/pdf"), ("xml", "application/xml")):
        assert theirs("GET", f"/invoices/{draft}/document?format={kind}").mimetype == mime
    assert theirs("GET", f"/invoices/{draft}/document?format=exe").status_code == 422
    line = theirs("GET", f"/invoices/{draft}").get_json()["lines"][0]["id"]
    credit = {"reason": "Geste", "amounts": [{"line_id": line, "total_cents": 36_001}]}
    assert theirs("POST", f"/invoices/{draft}/credit", credit).status_code in (403, 404)
    above = ask("POST", f"/invoices/{draft}/credit", credit)
    assert (above.status_code, list(above.get_json()["fields"])) == (422, [f"line-{line}"])
    twice = {"reason": "Geste", "amounts": [{"line_id": line, "total_cents": cents} for cents in (100, 1)]}
    refused = ask("POST", f"/invoices/{draft}/credit", twice)
    assert (refused.status_code, "deux fois" in refused.text) == (422, True)
    note = ask("POST", f"/invoices/{draft}/credit", {"reason": "Geste", "amounts": None})
    assert (note.status_code, note.get_json()["kind"]) == (201, "credit_note")
    assert ask("POST", f"/invoices/{draft}/correct", {"reason": "Tard"}).status_code == 409


def test_drafts_are_grouped_discarded_and_taken_back(ask: Program, tenant: Tenant, customer: Customer) -> None:
    first, second = str(a_draft(tenant, customer).id), str(a_draft(tenant, customer).id)
    grouped = ask("POST", "/drafts/group", {"draft_ids": [first, second]})
    assert (grouped.status_code, grouped.get_json()["total_cents"]) == (200, 24_000)
    assert ask("GET", f"/drafts/{second}").status_code == 404
    assert ask("POST", f"/drafts/{first}/discard").status_code == 204
    assert ask("POST", f"/drafts/{first}/discard").status_code == 409
    assert ask("POST", f"/drafts/{first}/restore").status_code == 204
    assert owned_by(tenant, Invoice, grouped_id(grouped)).state == "draft"
    assert ask("POST", "/drafts/group", {"draft_ids": []}).status_code == 422


def grouped_id(answer: TestResponse) -> Any:
    from uuid import UUID

    return UUID(answer.get_json()["id"])


def test_a_facility_lists_its_own_alone(
    application: Flask, ask: Program, theirs: Program, tenant: Tenant, customer: Customer
) -> None:
    mine = issuing.issued(tenant, customer, at=clock.now())
    funder = a_customer(tenant, is_funder=True, name="ARS")
    paid = issuing.issued(tenant, funder, at=clock.now())
    other = issuing.issued(tenant, a_customer(tenant, a_facility(tenant)), at=clock.now())
    ars = Program(application, tenant, ["ars_manager"])

    def ids(who: Program) -> set[str]:
        return {one["id"] for one in who("GET", "/invoices").get_json()["items"]}

    assert ids(ask) == {str(one.id) for one in (mine, paid, other)}
    assert ids(theirs) == {str(mine.id)}
    assert ids(ars) == {str(paid.id)}
