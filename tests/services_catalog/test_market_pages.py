"""The pages of the market, as the GRADeS, the ARS and a facility see them."""

import io
from datetime import date
from typing import Any

import pytest
from flask import Flask

from kit.actor import Actor, system
from kit.transaction import transaction
from services_catalog.models import Lot, Service
from services_catalog.service.ceiling import commit_amount
from tenants.models import Tenant
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.bpu_files import FORMULA, a_draft, a_file, a_line, published
from tests.services_catalog.market import Supplier, a_facility, a_lot, a_market, a_service, a_supplier

DATES = {
    "starts_on-day": "01",
    "starts_on-month": "01",
    "starts_on-year": "2026",
    "ends_on-day": "31",
    "ends_on-month": "12",
    "ends_on-year": "2027",
}


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody who runs the market."""
    return a_person(tenant, "grades_manager")


@pytest.fixture
def desk(application: Flask, tenant: Tenant, grades: Actor) -> Browser:
    """Their browser."""
    return Browser(application, tenant).sign_in(grades.email)


@pytest.fixture
def held(tenant: Tenant) -> tuple[Lot, Supplier, Service]:
    """A lot, its holder, and a service to sell."""
    supplier = a_supplier(tenant)
    return a_lot(tenant, supplier), supplier, a_service(tenant)[0]


def test_an_agreement_from_nothing_to_a_published_price(tenant: Tenant, desk: Browser) -> None:
    supplier, (service, _) = a_supplier(tenant), a_service(tenant)
    assert "Aucun accord-cadre" in text_of(desk.get("/staff/market"))
    assert desk.get("/staff/market/new").status_code == 200
    made = desk.post(
        "/staff/market/new", DATES | {"reference": "2026-CYBER", "title": "Marché cyber", "adherents_only": "yes"}
    )
    assert made.status_code == 303
    home = made.location.split("/", 2)[2]
    sent = {"revision": "1", "number": "2", "title": "Exercices", "maximum": "100 000", "assignment": "single"}
    assert desk.get(f"/{home}/lots/new").status_code == 200
    assert desk.post(f"/{home}/lots/new", sent | {"holder": str(supplier.provider.id)}).status_code == 303
    page = desk.get(f"/{home}").get_data(as_text=True)
    address = page.split('href="')
    form = next(one.split('"')[0] for one in address if "/schedules" in one and "/staff/lots/" in one)
    form = "/" + form.split("/", 2)[2]
    assert desk.get(form).status_code == 200
    file = (io.BytesIO(a_file(a_line("EX-01", service))), "bpu.csv")
    draft = desk.post(form, DATES | {"provider_id": str(supplier.provider.id), "file": file, "revised": "no"})  # type: ignore[dict-item]
    assert draft.status_code == 303
    schedule = "/" + draft.location.split("/", 2)[2]
    assert "Brouillon" in text_of(desk.get(schedule))
    assert desk.get(f"{schedule}/publish").status_code == 200
    assert desk.post(f"{schedule}/publish").status_code == 303
    facility = a_facility(tenant)
    prices = text_of(Browser(desk.client.application, tenant).sign_in(facility.owner.email).get("/prices"))
    assert "1 500,00 €" in prices.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert "ligne EX-01" in prices


def test_a_wrong_file_is_reported_cell_by_cell(desk: Browser, held: Any) -> None:
    lot, supplier, service = held
    lines = [a_line("EX-01", service, price="cher"), a_line("EX-02", end="30/06/2030")]
    file = (io.BytesIO(a_file(*lines)), "bpu.csv")
    address = f"/staff/lots/{lot.id}/schedules"
    answer = desk.post(address, DATES | {"provider_id": str(supplier.provider.id), "file": file})  # type: ignore[dict-item]
    assert answer.status_code == 422
    text = text_of(answer)
    assert "2 cellules à corriger" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "I2" in text
    assert "L3" in text
    assert "accord-cadre" in text


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choisissez un fichier"),
        ({"file": b"%PDF-1.7"}, "XLSX ou en CSV"),
        ({"file": b"Code;Prix HT", "provider_id": "nobody"}, "Choisissez un titulaire"),
        ({"file": b"Code;Prix HT", "revised": "yes"}, "Nommez l’indice"),
    ],
)
def test_what_a_form_cannot_take_is_said_on_its_field(desk: Browser, held: Any, sent: Any, words: str) -> None:
    lot, supplier, _ = held
    data = DATES | {"provider_id": str(supplier.provider.id)} | sent
    if "file" in data:
        data["file"] = (io.BytesIO(data["file"]), "b.csv")
    answer = desk.post(f"/staff/lots/{lot.id}/schedules", data)
    assert answer.status_code == 422
    assert words in text_of(answer)


def test_two_colleagues_do_not_write_over_each_other(desk: Browser, held: Any) -> None:
    lot, _, _ = held
    fields = DATES | {"ends_on-year": "2028", "reference": "R-1", "title": "Titre"}
    address = f"/staff/market/{lot.agreement_id}/edit"
    assert desk.get(address).status_code == 200
    assert desk.post(address, fields | {"revision": "1"}).status_code == 303
    stale = desk.post(address, fields | {"revision": "1"})
    assert stale.status_code == 412
    assert "Quelqu’un a modifié" in text_of(stale)
    assert desk.post(f"/staff/lots/{lot.id}/edit", {"revision": "9"}).status_code == 412


def test_the_form_of_a_lot_keeps_what_was_typed(desk: Browser, held: Any) -> None:
    lot, supplier, _ = held
    assert supplier.provider.name in text_of(desk.get(f"/staff/lots/{lot.id}/edit"))
    sent = {"revision": "1", "number": "2", "title": "Mon lot", "maximum": "rien", "assignment": "single"}
    answer = desk.post(f"/staff/lots/{lot.id}/edit", sent | {"holder": "personne"})
    assert answer.status_code == 422
    assert "Mon lot" in answer.get_data(as_text=True)


def test_a_schedule_with_revisions_and_its_files(grades: Actor, desk: Browser, held: Any) -> None:
    lot, supplier, service = held
    first = published(grades, lot, supplier, a_line("A", service), formula=FORMULA)
    address = f"/staff/schedules/{first.id}"
    index = {"index_value": "317,18", "index_on-day": "1", "index_on-month": "4", "index_on-year": "2026"}
    starts = {"starts_on-day": "1", "starts_on-month": "10", "starts_on-year": "2026"}
    assert desk.get(f"{address}/revise").status_code == 200
    shown = desk.get(f"{address}/revise", query_string=index | starts)
    assert "+1,8" in text_of(shown)
    assert desk.get(f"{address}/revise", query_string=index | {"index_value": "x"}).status_code == 422
    assert desk.post(f"{address}/revise", index | starts).status_code == 303
    assert desk.post(f"{address}/revise", index | starts).status_code == 422
    page = text_of(desk.get(address))
    assert "révisés de +1,8" in page
    assert desk.get(f"{address}/original").get_data() == a_file(a_line("A", service))
    assert desk.get(f"{address}/export.csv").get_data().startswith(b"\xef\xbb\xbfCode;")
    assert desk.get(f"{address}/export.xlsx").get_data().startswith(b"PK")
    assert desk.get("/staff/market/template.xlsx").get_data().startswith(b"PK")


def test_a_draft_shows_what_it_would_change(grades: Actor, desk: Browser, held: Any) -> None:
    lot, supplier, service = held
    published(grades, lot, supplier, a_line("A", service), a_line("B"))
    draft = a_draft(grades, lot, supplier, a_line("A", service, "1600"), starts_on=date(2027, 1, 1))
    for page in ("", "/publish"):
        text = text_of(desk.get(f"/staff/schedules/{draft.id}{page}"))
        assert "En hausse +6,67" in text
        assert "Supprimé" in text
    clash = a_draft(grades, lot, supplier, a_line("A", service))
    assert desk.post(f"/staff/schedules/{clash.id}/publish").status_code == 409
    assert desk.get(f"/staff/schedules/{clash.id}/discard").status_code == 200
    assert desk.post(f"/staff/schedules/{clash.id}/discard").status_code == 303
    assert desk.post(f"/staff/schedules/{clash.id}/discard").status_code == 303  # said, not done twice


def test_who_sees_the_market(application: Flask, tenant: Tenant, held: Any) -> None:
    lot, supplier, _ = held
    address = f"/staff/market/{lot.agreement_id}"
    ars = Browser(application, tenant).sign_in(a_person(tenant, "ars_manager").email)
    assert ars.get(address).status_code == 200
    assert "Modifier le lot" not in text_of(ars.get(address))
    assert ars.get(f"{address}/edit").status_code == 403
    for stranger in (supplier.owner, a_facility(tenant).owner):
        browser = Browser(application, tenant).sign_in(stranger.email)
        assert browser.get(address).status_code == 403
        assert browser.get("/staff/market").status_code == 403


def test_my_prices_say_why_there_is_none(application: Flask, tenant: Tenant) -> None:
    a_market(tenant, measure="workstations", size_from=1, size_to=100)
    facility = a_facility(tenant)
    browser = Browser(application, tenant).sign_in(facility.owner.email)
    page = text_of(browser.get("/prices"))
    assert "déclarez le nombre de postes" in page
    assert "1 500,00" in tidy(text_of(browser.get("/prices?workstations=80&quantity=2")))
    assert browser.get("/prices?quantity=0").status_code == 422
    wrong = browser.get("/prices?workstations=-1&on=hier&quantity=0")
    assert wrong.status_code == 422
    assert "Indiquez un jour" in text_of(wrong)


def test_the_staff_ask_for_anybody_and_others_for_themselves(application: Flask, tenant: Tenant) -> None:
    a_market(tenant)
    facility, other = a_facility(tenant), a_facility(tenant)
    staff = Browser(application, tenant).sign_in(a_person(tenant, "grades_manager").email)
    assert "De quel organisme" in text_of(staff.get("/prices"))
    assert "1 500,00" in tidy(text_of(staff.get(f"/prices?number={facility.finess_et[0]}")))
    assert staff.get("/prices?number=123").status_code == 422
    mine = Browser(application, tenant).sign_in(facility.owner.email)
    assert mine.get(f"/prices?number={other.finess_ej}").status_code == 403
    assert mine.get(f"/prices?organisation={other.organisation.id}").status_code == 404
    assert mine.get("/prices?organisation=rien").status_code == 404
    provider = Browser(application, tenant).sign_in(a_supplier(tenant).owner.email)
    assert provider.get("/prices").status_code == 403


def test_lists_cost_the_same_whatever_they_hold(
    application: Flask, tenant: Tenant, desk: Browser, statements: list[str]
) -> None:
    facility = a_facility(tenant)
    mine = Browser(application, tenant).sign_in(facility.owner.email)
    counted = []
    for more in (1, 2):
        for _ in range(more):
            market = a_market(tenant)
            with transaction(system(tenant.id, "tests")) as tx:
                commit_amount(tx, market.lot.id, market.supplier.provider.id, 8_500_000)
        costs = []
        for browser, address in ((desk, "/staff/market"), (mine, "/prices")):
            browser.get(address)
            statements.clear()
            assert browser.get(address).status_code == 200
            costs.append(len(statements))
        counted.append(costs)
    assert counted[0] == counted[1]
    assert "Plus de 80" in text_of(desk.get("/staff/market"))


def test_a_schedule_costs_the_same_whatever_it_holds(
    grades: Actor, desk: Browser, held: Any, statements: list[str]
) -> None:
    lot, supplier, service = held
    short = published(grades, lot, supplier, a_line("A", service))
    long = a_draft(grades, lot, supplier, *[a_line(f"A{number}") for number in range(3)], starts_on=date(2027, 1, 1))
    costs = []
    for schedule in (short, long):
        desk.get(f"/staff/schedules/{schedule.id}")
        statements.clear()
        desk.get(f"/staff/schedules/{schedule.id}")
        costs.append(len(statements))
    assert max(costs) <= min(costs) + 3  # a draft is compared with the one before


def tidy(text: str) -> str:
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")


def test_a_revision_needs_a_formula(grades: Actor, desk: Browser, held: Any) -> None:
    lot, supplier, service = held
    firm = published(grades, lot, supplier, a_line("A", service))
    answer = desk.post(f"/staff/schedules/{firm.id}/revise", {"index_value": "300"})
    assert answer.status_code == 409
    assert "fermes" in text_of(answer)


def test_publishing_says_when_the_holder_would_be_without_prices(
    desk: Browser, grades: Actor, held: tuple[Lot, Supplier, Service]
) -> None:
    """The schedule in force ends for good, even when the new one is over sooner."""
    lot, supplier, service = held
    published(grades, lot, supplier, a_line("A", service))
    short = a_draft(grades, lot, supplier, a_line("A", service), starts_on=date(2026, 6, 1), ends_on=date(2026, 8, 31))
    whole = a_draft(grades, lot, supplier, a_line("A", service), starts_on=date(2026, 6, 1))
    lost = "n’aura plus de prix à partir du 1er septembre 2026"
    assert lost in text_of(desk.get(f"/staff/schedules/{short.id}/publish"))
    assert "n’aura plus de prix" not in text_of(desk.get(f"/staff/schedules/{whole.id}/publish"))
