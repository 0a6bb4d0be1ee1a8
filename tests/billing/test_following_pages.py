"""Pages of one's own invoices, contests, reminders, subscriptions and fees: what each person sees."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask

from billing.models import Customer, Invoice
from billing.service.contest import contest_invoice
from billing.service.subscription import create_subscription
from kit import clock
from kit.actor import Actor, system
from kit.transaction import transaction
from services_catalog.service.today import today
from tenants.models import OrganisationMember, Tenant
from tests.billing.rows import a_customer, an_invoice, an_issuer
from tests.billing.test_subscription import TERMS
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, a_facility, a_member

As = Callable[[Actor], Browser]


@pytest.fixture
def as_(application: Flask, tenant: Tenant) -> As:
    """The browser of somebody."""
    return lambda actor: Browser(application, tenant).sign_in(actor.email)


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    an_issuer(tenant)
    return a_facility(tenant)


@pytest.fixture
def customer(tenant: Tenant, facility: Facility) -> Customer:
    return a_customer(tenant, facility)


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    return a_person(tenant, "grades_manager")


def late(tenant: Tenant, customer: Customer, days: int = 20) -> Invoice:
    with transaction(system(tenant.id, "tests")) as tx:
        due_on = today(tx) - timedelta(days=days)
    return an_invoice(tenant, customer, due_on=due_on)


def test_an_empty_page_says_when_invoices_come(as_: As, facility: Facility) -> None:
    said = text_of(as_(facility.owner).get("/invoices"))
    assert "Aucune facture pour l’instant" in said


def test_what_is_due_first_then_how_to_pay(as_: As, tenant: Tenant, facility: Facility, customer: Customer) -> None:
    second, first = late(tenant, customer, 3), late(tenant, customer, 20)
    other = an_invoice(tenant, a_customer(tenant, a_facility(tenant)))
    funded = an_invoice(tenant, a_customer(tenant, is_funder=True))
    said = text_of(as_(facility.owner).get("/invoices")).replace("\N{NO-BREAK SPACE}", " ")
    assert said.index(str(first.number)) < said.index(str(second.number))
    assert "en retard de 20 jours" in said
    assert "FR76 3000 6000" in said
    assert first.payment_reference in said
    assert str(other.number) not in said
    assert str(funded.number) not in said
    manager = a_person(tenant, "ars_manager")
    theirs = text_of(as_(manager).get("/invoices"))
    assert str(funded.number) in theirs
    assert str(first.number) not in theirs


def test_what_the_ars_does_not_pay_is_not_its_own(as_: As, tenant: Tenant, facility: Facility) -> None:
    """A customer without account has no organisation either: its invoices are not the ARS's."""
    stranger = an_invoice(tenant, a_customer(tenant, None, finess_ej="350000055"))
    assert str(stranger.number) not in text_of(as_(a_person(tenant, "ars_manager")).get("/invoices"))


def test_somebody_of_two_organisations_reads_whose_each_is(as_: As, tenant: Tenant, facility: Facility) -> None:
    mine = a_customer(tenant, facility, name="EHPAD Un")
    there = a_facility(tenant)
    an_invoice(tenant, mine)
    assert "EHPAD Un" not in text_of(as_(facility.owner).get("/invoices")).split("Payer par virement")[0]
    an_invoice(tenant, a_customer(tenant, there, name="EHPAD Deux"))
    a_place(tenant, facility.owner, there)
    said = text_of(as_(facility.owner).get("/invoices"))
    assert "EHPAD Un" in said
    assert "EHPAD Deux" in said


def a_place(tenant: Tenant, somebody: Actor, there: Facility) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(
            OrganisationMember(
                organisation_id=there.organisation.id,
                user_id=somebody.user_id,
                role="reader",
                function="Comptable",
                joined_at=tx.now,
            )
        )


def test_contesting_and_being_answered(
    as_: As, tenant: Tenant, facility: Facility, customer: Customer, boss: Actor
) -> None:
    invoice = late(tenant, customer)
    owner, path = as_(facility.owner), f"/invoices/{invoice.id}/contest"
    wrong = owner.post(path, {"motive": " "})
    assert wrong.status_code == 422
    assert "Dites ce que vous contestez" in text_of(wrong)
    assert owner.post(path, {"motive": "x" * 2001}).status_code == 422
    assert owner.post(path, {"motive": "Rien n’a été fait.\0"}).status_code == 303
    assert owner.post(path, {"motive": "Encore."}).status_code == 409
    assert "Contestée" in text_of(owner.get("/invoices"))
    reader = as_(a_member(tenant, facility.organisation.id, "reader"))
    assert "Le GRADeS a reçu votre motif" in text_of(reader.get(path))
    assert reader.post(path, {"motive": "Non."}).status_code == 403
    staff = as_(boss)
    assert "Rien n’a été fait." in text_of(staff.get(path))
    assert staff.post(f"/invoices/{invoice.id}/resume", {"answer": ""}).status_code == 422
    assert owner.post(f"/invoices/{invoice.id}/resume", {"answer": "Si."}).status_code == 403
    assert staff.post(f"/invoices/{invoice.id}/resume", {"answer": "Si."}).status_code == 303
    assert staff.post(f"/invoices/{invoice.id}/resume", {"answer": "Si."}).status_code == 409


def test_reminding_from_the_board(as_: As, tenant: Tenant, customer: Customer, boss: Actor) -> None:
    invoice = late(tenant, customer)
    staff = as_(boss)
    assert str(invoice.number) in text_of(staff.get("/staff/billing/dunning"))
    assert "Aucune facture contestée" in text_of(staff.get("/staff/billing/dunning?what=contested"))
    path = f"/staff/billing/dunning/{invoice.id}"
    assert "Sauf erreur de notre part" in text_of(staff.get(path))
    assert staff.post(path, {"level": "2"}).status_code == 409
    assert staff.post(path, {"level": "x"}).status_code == 409
    assert staff.post(path, {"level": "1"}).status_code == 303
    assert staff.post(path, {"level": "1"}).status_code == 409
    assert "Rappel courtois" in text_of(staff.get("/staff/billing/dunning?what=nothing&page=0"))


def test_subscribing_in_a_browser(as_: As, customer: Customer, boss: Actor) -> None:
    staff, form = as_(boss), f"/staff/billing/customers/{customer.id}/subscriptions/new"
    assert "Aucun abonnement pour l’instant" in text_of(staff.get("/staff/billing/subscriptions"))
    assert customer.name in text_of(staff.get(f"/staff/billing/subscriptions/new?words={customer.number}"))
    assert "Aucun client de ce nom" in text_of(staff.get("/staff/billing/subscriptions/new?words=zzz%25"))
    wrong = staff.post(form, TERMS | {"amount": "12,345"})
    assert wrong.status_code == 422
    assert 'href="#amount"' in wrong.get_data(as_text=True)
    made = staff.post(form, TERMS | {"starts_on": date(clock.now().year, 1, 1).isoformat()})
    assert made.status_code == 303
    path = "/" + made.location.split("/", 2)[-1]
    shown = text_of(staff.get(path))
    assert "1er trimestre" in shown
    assert "Brouillon" in shown
    assert staff.post(f"{path}/end", {"ends_on": "jamais"}).status_code == 422
    assert staff.post(f"{path}/end", {"ends_on": f"{clock.now().year}-01-31"}).status_code == 303
    assert "va plus loin que le dernier jour" in text_of(staff.get(path))
    assert staff.post(f"{path}/end", {"ends_on": "2030-01-31"}).status_code == 409
    assert TERMS["title"] in text_of(staff.get("/staff/billing/subscriptions?state=ended&words=RSSI"))


def test_preparing_fees_in_a_browser(as_: As, tenant: Tenant, facility: Facility, boss: Actor) -> None:
    staff, year = as_(boss), "2027"
    page = "/staff/billing/adhesions"
    assert "Il faut d’abord un tarif" in text_of(staff.get(f"{page}?year={year}"))
    line = {"year": year, "from_establishments": "1", "amount": "500", "proration": "month"}
    wrong = staff.post(f"{page}/tariff", line | {"amount": "beaucoup"})
    assert wrong.status_code == 422
    assert 'href="#amount"' in wrong.get_data(as_text=True)
    assert staff.post(f"{page}/tariff", line | {"year": "99999"}).status_code == 404
    assert staff.post(f"{page}/tariff", line).status_code == 303
    assert facility.organisation.name in text_of(staff.get(f"{page}?year={year}"))
    assert staff.post(f"{page}/charge", {"year": year, "count": "2", "total_cents": "50000"}).status_code == 409
    assert staff.post(f"{page}/charge", {"year": year, "count": "1", "total_cents": "50000"}).status_code == 303
    assert "1 cotisation se prépare" in text_of(staff.get(f"{page}?year={year}")).replace("\N{NO-BREAK SPACE}", " ")
    assert "Rien à préparer" in text_of(staff.get(f"{page}?year={year}"))
    assert staff.post(f"{page}/customers", {"year": year, "finess_ej": "999999999"}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/invoices",
        "/staff/billing/dunning?what=all",
        "/staff/billing/subscriptions",
        "/staff/billing/adhesions?year=2027",
    ],
)
def test_lists_ask_as_many_queries_for_three_as_for_one(
    as_: As, tenant: Tenant, facility: Facility, boss: Actor, statements: list[str], path: str
) -> None:
    browser = as_(boss if path.startswith("/staff") else facility.owner)
    customer = a_customer(tenant, facility)

    def one_more() -> None:
        contest_invoice(facility.owner, late(tenant, customer).id, "Non.")
        late(tenant, customer)
        create_subscription(boss, customer.id, TERMS)
        a_facility(tenant)

    counts = []
    for _ in range(2):
        one_more()
        if counts:
            one_more()
        browser.get(path)
        statements.clear()
        assert browser.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
