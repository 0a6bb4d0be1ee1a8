"""Pages of rights, quotes and orders: what each person sees, and as many queries for three as for one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from bookings.models import Mission, Order
from bookings.service.entitlement import order_entitlement
from bookings.service.ordering import set_second_approval
from kit import clock
from kit.actor import Actor
from kit.french import NBSP
from services_catalog.models import PriceSchedule
from tenants.models import Tenant
from tests.bookings.buying import CONTACT, NOW, a_quote, an_entitlement, an_order
from tests.bookings.test_order import change, missions_of
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_member

FORM = {f"contact.{name}": value for name, value in CONTACT.items()}


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant)


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def as_(application: Flask, tenant: Tenant) -> Callable[[Actor], Browser]:
    """The browser of somebody."""
    return lambda actor: Browser(application, tenant).sign_in(actor.email)


def test_an_empty_hub_leads_to_the_catalogue(as_: Callable[[Actor], Browser], facility: Facility) -> None:
    said = as_(facility.owner).get("/orders")
    assert said.status_code == 200
    assert "Aucune commande pour l’instant" in text_of(said)
    assert "/services" in said.get_data(as_text=True)


def test_from_the_service_to_the_order(as_: Callable[[Actor], Browser], market: Market, facility: Facility) -> None:
    browser, form = as_(facility.owner), f"/services/{market.service.slug}/quotes"
    assert facility.organisation.name in text_of(browser.get(form))
    wrong = browser.post(form, {"organisation_id": str(facility.organisation.id), "quantity": "deux"})
    assert wrong.status_code == 422
    assert 'href="#quantity"' in wrong.get_data(as_text=True)
    drawn = browser.post(form, {"organisation_id": str(facility.organisation.id), "quantity": "2"})
    assert drawn.status_code == 303
    quote = drawn.location.split("/", 2)[-1]
    shown = text_of(browser.get(f"/{quote}"))
    assert "3 600,00 €" in shown.replace("\u202f", " ").replace(NBSP, " ")
    assert "tarif unique en vigueur" in shown
    missing = browser.post(f"/{quote}/order", {**FORM, "contact.phone": ""})
    assert missing.status_code == 422
    assert 'href="#contact.phone"' in missing.get_data(as_text=True)
    ordered = browser.post(f"/{quote}/order", {**FORM, "engagement_number": "4500"})
    assert ordered.status_code == 303
    order = text_of(browser.get("/" + ordered.location.split("/", 2)[-1]))
    assert "En cours" in order
    assert "4500" in order
    assert "Ce devis a été commandé" in text_of(browser.get(f"/{quote}"))


def test_a_size_that_nobody_knows_is_asked(as_: Callable[[Actor], Browser], tenant: Tenant, facility: Facility) -> None:
    market = a_market(tenant, measure="workstations", size_from=1, size_to=50)
    browser, form = as_(facility.owner), f"/services/{market.service.slug}/quotes"
    asked = {"organisation_id": str(facility.organisation.id), "quantity": "1"}
    refused = browser.post(form, asked)
    assert refused.status_code == 422
    assert "déclarez le nombre de postes de travail" in text_of(refused)
    assert 'id="size"' in refused.get_data(as_text=True)
    assert browser.post(form, {**asked, "size": "40"}).status_code == 303
    assert "Aucune tranche" in text_of(browser.post(form, {**asked, "size": "400"}))


def test_one_click(as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility) -> None:
    right = an_entitlement(tenant, market, facility, cap_cents=100_000)
    browser, path = as_(facility.owner), f"/entitlements/{right.id}/order"
    hub = browser.get("/orders")
    assert "Réserver en un clic" in text_of(hub)
    shown = browser.get(path).get_data(as_text=True)
    for words in (CONTACT["name"], "1\u202f000,00\u00a0€ TTC", "800,00\u00a0€ TTC", market.supplier.provider.name):
        assert words in shown
    assert "est titulaire du lot 2" in shown
    assert str(browser.get(f"/entitlements?award={right.award_id}").location).endswith(path)
    ordered = browser.post(path, FORM)
    assert ordered.status_code == 303
    assert browser.post(path, FORM).location == ordered.location
    assert browser.get(f"/entitlements?award={right.award_id}").location == ordered.location
    assert "C’est déjà commandé" in text_of(browser.get(path))


def test_a_right_that_cannot_be_used_says_why(
    as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility
) -> None:
    right = an_entitlement(tenant, market, facility)
    change(tenant, PriceSchedule, market.line.schedule_id, ends_on=NOW.date().replace(year=2025))
    browser = as_(facility.owner)
    shown = browser.get(f"/entitlements/{right.id}/order")
    assert "Aucun bordereau de prix" in text_of(shown)
    assert "Réserver cette prestation" not in text_of(shown)
    assert browser.post(f"/entitlements/{right.id}/order", FORM).status_code == 409


def test_a_second_person_approves_in_a_browser(
    as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility
) -> None:
    owner = as_(facility.owner)
    assert (
        owner.post(f"/organisations/{facility.organisation.id}/approval", {"second_approval": "yes"}).status_code == 303
    )
    order = an_order(market, facility, at=clock.now())
    assert "Une autre personne doit donner son accord" in text_of(owner.get(f"/orders/{order.id}"))
    assert owner.post(f"/orders/{order.id}/place").status_code == 409
    second = as_(a_member(tenant, facility.organisation.id, "editor"))
    assert "À approuver" in text_of(second.get("/orders"))
    assert "Approuver et passer la commande" in text_of(second.get(f"/orders/{order.id}"))
    assert "Refuser la commande" in text_of(second.get(f"/orders/{order.id}/refuse"))
    assert second.post(f"/orders/{order.id}/refuse", {"motive": ""}).status_code == 422
    assert second.post(f"/orders/{order.id}/place").status_code == 303
    assert "Il n’y a rien à refuser" in text_of(second.get(f"/orders/{order.id}/refuse"))
    assert second.post(f"/orders/{order.id}/refuse", {"motive": "Non."}).status_code == 409


def test_cancelling_says_what_it_costs_first(
    as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility
) -> None:
    order, browser = an_order(market, facility, at=clock.now()), as_(facility.owner)
    asked = text_of(browser.get(f"/orders/{order.id}/cancel"))
    assert "sans frais" in asked
    assert browser.post(f"/orders/{order.id}/cancel", {"motive": " "}).status_code == 422
    done = browser.post(f"/orders/{order.id}/cancel", {"motive": "Travaux.", "fee": "x"})
    assert done.status_code == 303
    assert "Annulée" in text_of(browser.get(f"/orders/{order.id}"))
    assert "ne s’annule plus" in text_of(browser.get(f"/orders/{order.id}/cancel"))
    reader = as_(a_member(tenant, facility.organisation.id, "reader"))
    assert "Votre compte ne permet pas d’annuler" in text_of(reader.get(f"/orders/{order.id}/cancel"))


def test_the_fee_of_a_funded_order_is_said_to_be_the_organisations(
    as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility
) -> None:
    right = an_entitlement(tenant, market, facility, ars_share_percent=100)
    order = order_entitlement(facility.owner, right.id, {}, CONTACT)
    browser, here = as_(facility.owner), f"/orders/{order.id}/cancel"
    assert "L’ARS ne paie pas" not in text_of(browser.get(here))
    (mission,) = missions_of(tenant, order)
    soon = {"starts_at": clock.now() + timedelta(days=3), "ends_at": clock.now() + timedelta(days=3, hours=3)}
    change(tenant, Mission, mission.id, state="planned", consultant_id=market.supplier.consultant.id, **soon)
    asked = text_of(browser.get(here))
    assert "Annuler et devoir 750,00 € HT" in asked
    assert "L’ARS ne paie pas les frais" in asked


def test_each_sees_what_is_theirs(
    as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility
) -> None:
    at = clock.now()
    order, quote = an_order(market, facility, at=at), a_quote(market, facility, at=at)
    provider, stranger = as_(market.supplier.owner), as_(a_facility(tenant).owner)
    shown = text_of(provider.get(f"/orders/{order.id}"))
    assert CONTACT["name"] in shown
    assert "Qui paie" not in shown
    assert "Annuler la commande" not in shown
    assert provider.get(f"/orders/{order.id}.pdf").mimetype == "application/pdf"
    assert provider.get(f"/quotes/{quote.id}").status_code == 403
    for path in (f"/orders/{order.id}", f"/orders/{order.id}.pdf", f"/quotes/{quote.id}", f"/quotes/{quote.id}.pdf"):
        assert stranger.get(path).status_code == 404
    assert stranger.get("/staff/orders").status_code == 403
    staff = as_(a_person(tenant, "grades_manager"))
    assert "Toutes les raisons" in text_of(staff.get(f"/quotes/{quote.id}"))
    assert order.number in text_of(staff.get("/staff/orders"))


@pytest.mark.parametrize("query", ["state=odd", "lot=odd", "page=0", "page=99999999999", "words=%00%ff", "page=-1"])
def test_odd_filters_never_break(as_: Callable[[Actor], Browser], tenant: Tenant, query: str) -> None:
    assert as_(a_person(tenant, "grades_manager")).get(f"/staff/orders?{query}").status_code == 200


def test_the_staff_finds_an_order(
    as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility
) -> None:
    order, staff = an_order(market, facility, at=clock.now()), as_(a_person(tenant, "grades_manager"))
    for query in (f"words={order.number[-9:]}", f"words={facility.finess_ej}", f"lot={market.lot.id}", "state=placed"):
        assert order.number in text_of(staff.get(f"/staff/orders?{query}")), query
    for query in ("words=zzz", "state=requested"):
        assert "Aucune commande ne correspond" in text_of(staff.get(f"/staff/orders?{query}")), query


def test_the_staff_orders_for_a_facility(
    as_: Callable[[Actor], Browser], tenant: Tenant, market: Market, facility: Facility
) -> None:
    staff, form = as_(a_person(tenant, "grades_manager")), f"/services/{market.service.slug}/quotes"
    assert "Numéro FINESS juridique" in text_of(staff.get(form))
    assert "Aucun organisme de ce portail" in text_of(staff.get(f"{form}?number=350000001"))
    assert facility.organisation.name in text_of(staff.get(f"{form}?number={facility.finess_ej}"))
    drawn = staff.post(form, {"organisation_id": str(facility.organisation.id), "quantity": "1"})
    assert drawn.status_code == 303


@pytest.mark.parametrize("path", ["/orders", "/entitlements", "/staff/orders"])
def test_lists_ask_as_many_queries_for_three_as_for_one(
    as_: Callable[[Actor], Browser],
    tenant: Tenant,
    market: Market,
    facility: Facility,
    statements: list[str],
    path: str,
) -> None:
    browser = as_(a_person(tenant, "grades_manager") if path.startswith("/staff") else facility.owner)
    made: list[Order] = []

    def one_more() -> None:
        used, _ = an_entitlement(tenant, market, facility), an_entitlement(tenant, market, facility)
        made.append(order_entitlement(facility.owner, used.id, {}, CONTACT))
        set_second_approval(facility.owner, facility.organisation.id, True)
        an_order(market, facility, at=clock.now())
        set_second_approval(facility.owner, facility.organisation.id, False)
        a_quote(market, facility, at=clock.now())

    counts = []
    for _ in range(2):
        one_more()
        if counts:
            one_more()
        browser.get(path)
        statements.clear()
        assert browser.get(path).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1], made
