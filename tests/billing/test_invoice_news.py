"""Who learns that an invoice is there: owners and the billing address, each once; the ARS of its own."""

import pytest
from flask import Flask

from app.rooms import permissions
from billing.jobs.invoice_news import tell_document
from billing.models import Customer, Invoice
from kit.actor import operator, system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.billing.rows import a_customer, an_invoice, an_issuer
from tests.billing.test_dunning import told
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, a_facility, a_member


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    an_issuer(tenant)
    return a_facility(tenant)


def announce(tenant: Tenant, invoice: Invoice) -> list[tuple[str, str]]:
    """The news of the document, told twice."""
    for _ in range(2):
        with transaction(system(tenant.id, "tests")) as tx:
            message = OutboxMessage(topic="invoice.document", subject_id=invoice.id, key="")
            tell_document(tx, message)
    return told(tenant)


def test_owners_and_the_billing_address(tenant: Tenant, facility: Facility) -> None:
    a_member(tenant, facility.organisation.id, "reader")
    customer = a_customer(tenant, facility, email="compta@ajoncs.example", channel="manual")
    assert announce(tenant, an_invoice(tenant, customer)) == [
        ("invoice_issued", facility.owner.email),
        ("invoice_issued", "compta@ajoncs.example"),
    ]


def test_whoever_has_the_invoice_by_mail_is_not_told_twice(tenant: Tenant, facility: Facility) -> None:
    customer = a_customer(tenant, facility, email="compta@ajoncs.example", channel="email")
    assert announce(tenant, an_invoice(tenant, customer)) == [("invoice_issued", facility.owner.email)]


def test_an_owner_whose_address_is_the_billing_one_is_told_once(tenant: Tenant, facility: Facility) -> None:
    customer = a_customer(tenant, facility, email=facility.owner.email.upper(), channel="manual")
    assert announce(tenant, an_invoice(tenant, customer)) == [("invoice_issued", facility.owner.email)]


def test_the_ars_learns_of_what_it_pays(tenant: Tenant, facility: Facility) -> None:
    manager = a_person(tenant, "ars_manager")
    customer = a_customer(tenant, is_funder=True, email="", channel="chorus_pro")
    assert announce(tenant, an_invoice(tenant, customer)) == [("invoice_issued", manager.email)]


def test_a_credit_note_says_it_is_one(tenant: Tenant, facility: Facility) -> None:
    customer = a_customer(tenant, facility, email="", channel="manual")
    invoice = an_invoice(tenant, customer)
    note = an_invoice(tenant, customer, kind="credit_note", reference_id=invoice.id, reason="Journée annulée")
    assert announce(tenant, note) == [("credit_note_issued", facility.owner.email)]


def test_subscriptions_by_program(application: Flask, tenant: Tenant, facility: Facility) -> None:
    customer: Customer = a_customer(tenant, facility)
    boss, known = operator("tests", tenant.id), list(permissions())
    secret = create_token(boss, "essai", ["subscription"], known_scopes=known, roles=["grades_manager"])[1]
    client, head = application.test_client(), {"Authorization": f"Bearer {secret}"}
    path = f"/api/v1/{tenant.slug}/subscriptions"
    body = {
        "customer_id": str(customer.id),
        "title": "Veille",
        "period": "month",
        "period_cents": 10_000,
        "proration": "day",
        "starts_on": "2026-11-01",
    }
    made = client.post(path, json=body, headers=head)
    assert made.status_code == 201, made.get_json()
    one = made.get_json()
    assert (one["state"], one["billed_until"] is not None) == ("active", True)
    assert client.get(path, headers=head).get_json()["items"] == [one]
    assert client.get(f"{path}/{one['id']}", headers=head).get_json() == one
    assert client.post(path, json=body | {"period_cents": 0.5}, headers=head).status_code == 422
    assert client.post(path, json=body | {"ends_on": "2026-10-01"}, headers=head).status_code == 422
    assert client.post(path, json=body | {"starts_on": "1926-10-01"}, headers=head).status_code == 422
    ended = client.post(f"{path}/{one['id']}/end", json={"ends_on": "2027-01-31"}, headers=head)
    assert ended.get_json()["state"] == "ended"
    assert client.post(f"{path}/{one['id']}/end", json={"ends_on": "2027-01-31"}, headers=head).status_code == 409
