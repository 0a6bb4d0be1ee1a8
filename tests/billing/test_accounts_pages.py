"""The pages of the accounts: dashboard, campaigns, aged balance, statements, journal, FEC; for whom they are."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import event

from billing.models import Customer, InvoiceLine, JournalEntry
from billing.rules.fec_check import check_fec
from kit import clock
from kit.actor import Actor, operator, system
from kit.db import engine
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.billing.rows import STANDARD, _issue, a_customer, a_draft, an_invoice, an_issuer
from tests.billing.stories import issue, pay, settle
from tests.browser import Browser, text_of
from tests.campaigns.files import a_call, a_person
from tests.services_catalog.market import Facility, a_facility

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
DAY = NOON.date()
LONG = "Établissement public départemental d’accompagnement médico-social « =Les Tilleuls & fils » de Saint-Brieuc"


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant)


@pytest.fixture
def customer(tenant: Tenant, facility: Facility) -> Customer:
    """An issuer, and the facility as its customer, under a long name."""
    an_issuer(tenant)
    return a_customer(tenant, facility, name=LONG)


def somebody(application: Flask, tenant: Tenant, role: str) -> Browser:
    """Somebody with a role, signed in."""
    person = a_person(tenant)
    grant_role(operator("tests", tenant.id), person.email, role)
    return Browser(application, tenant).sign_in(person.email)


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    return somebody(application, tenant, "grades_manager")


def sign_in(application: Flask, tenant: Tenant, actor: Actor) -> Browser:
    return Browser(application, tenant).sign_in(actor.email)


def a_story(tenant: Tenant, customer: Customer, number: int = 1) -> None:
    """So many late invoices, each half paid; a draft, a refused one, a payment of nobody."""
    for place in range(number):
        bill = issue(tenant, customer, 12_000 + place, DAY, due_on=DAY - timedelta(days=40))
        money = pay(tenant, customer, 6_000, DAY)
        settle(tenant, "payment", 6_000, invoice_id=bill.id, payment_id=money.id)


def queries_of(browser: Browser, path: str) -> int:
    """How many statements a page asks."""
    asked: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        asked.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    return len(asked)


def table_of(browser: Browser, path: str) -> list[list[str]]:
    """The rows of a CSV."""
    return list(csv.reader(io.StringIO(browser.get(path).data.decode("utf-8-sig")), delimiter=";"))


EVERY = (
    "/staff/billing",
    "/staff/billing/campaigns",
    "/staff/billing/receivables",
    "/staff/billing/journal",
    "/staff/billing/journal/fec",
    "/staff/billing/journal/fec?year=2026",
)


def test_a_list_of_three_asks_no_more_than_a_list_of_one(tenant: Tenant, customer: Customer, grades: Browser) -> None:
    a_story(tenant, customer)
    paths = (*EVERY, f"/staff/billing/customers/{customer.id}/statement")
    for path in paths:
        grades.get(path)
    before = {path: queries_of(grades, path) for path in paths}
    a_story(tenant, customer, 2)
    for other in range(2):
        a_story(tenant, a_customer(tenant, name=f"EHPAD {other}"))
    assert {path: queries_of(grades, path) for path in paths} == before


def test_an_empty_portal_has_its_pages(tenant: Tenant, grades: Browser) -> None:
    for path in EVERY[:-1]:
        answer = grades.get(path)
        assert answer.status_code == 200
    assert "Avant votre première facture" in text_of(grades.get("/staff/billing"))
    assert "Personne ne doit rien" in text_of(grades.get("/staff/billing/receivables"))
    assert "Aucune écriture pour l’instant" in text_of(grades.get("/staff/billing/journal"))
    assert grades.get("/staff/billing/journal/fec?year=2026").status_code == 409  # there is no issuer


def test_the_dashboard_says_what_waits_then_the_year(tenant: Tenant, customer: Customer, grades: Browser) -> None:
    call = a_call(tenant)
    a_story(tenant, customer)
    a_draft(tenant, customer, 500)
    a_draft(tenant, customer, 700, findings=[{"field": "x", "sentence": "y", "page": ""}])
    pay(tenant, None, 999, DAY)
    text = text_of(grades.get("/staff/billing"))
    for words in (
        "1 Brouillons refusés à l’émission 7,00\xa0€",
        "1 Brouillons à émettre 5,00\xa0€",
        "1 Encaissements à reconnaître 9,99\xa0€",
        "1 Factures en retard 60,00\xa0€",
        "31 à 60 jours",
        "120,00\xa0€ facturés",
    ):
        assert words.replace("\xa0", " ") in text.replace("\xa0", " "), text
    assert "Hors campagne" in text
    assert call.title not in text


def test_subsidies_are_read_by_campaign_credits_taken_off(
    application: Flask, tenant: Tenant, customer: Customer, grades: Browser
) -> None:
    call = a_call(tenant)
    for share, cents, kind in (("ars", 12_000, "invoice"), ("remainder", 6_000, "invoice"), ("ars", 1_200, "credit")):
        first = an_invoice(tenant, customer, 1, vat=STANDARD)
        words = {"kind": "credit_note", "reference_id": first.id} if kind == "credit" else {}
        draft = a_draft(tenant, customer, cents, **words)
        with transaction(system(tenant.id, "tests")) as tx:
            line = tx.session.query(InvoiceLine).filter(InvoiceLine.invoice_id == draft.id).one()
            line.share, line.campaign_id = share, call.id
        with transaction(system(tenant.id, "tests")) as tx:
            _issue(tx, tx.session.merge(draft), customer, DAY, None)
    ars = somebody(application, tenant, "ars_manager")
    assert ars.get("/staff/billing").headers["Location"].endswith("/staff/billing/campaigns")
    for browser in (ars, grades):
        text = text_of(browser.get("/staff/billing/campaigns")).replace("\xa0", " ")
        assert f"{call.title} 3 108,00 € 60,00 € 168,00 € 140,00 €" in text
    rows = list(
        csv.reader(io.StringIO(ars.get("/staff/billing/campaigns.csv").data.decode("utf-8-sig")), delimiter=";")
    )
    assert rows[1] == [call.title, "3", "108,00", "60,00", "168,00", "140,00"]
    assert rows[2] == ["Hors campagne", "3", "0,00", "0,03", "0,03", "0,03"]
    assert ars.get("/staff/billing/receivables").status_code == 403
    assert ars.get("/staff/billing/journal").status_code == 403


def test_the_aged_balance_and_its_files_say_the_same(tenant: Tenant, customer: Customer, grades: Browser) -> None:
    a_story(tenant, customer)
    text = text_of(grades.get("/staff/billing/receivables?sort=balance")).replace("\xa0", " ")
    assert "1 client" in text
    assert "60,00 €" in text
    rows = list(
        csv.reader(io.StringIO(grades.get("/staff/billing/receivables.csv").data.decode("utf-8-sig")), delimiter=";")
    )
    assert rows[1][0] == customer.number
    assert rows[1][3:] == rows[2][3:] == ["0,00", "0,00", "60,00", "0,00", "0,00", "0,00", "60,00"]
    sheet = load_workbook(io.BytesIO(grades.get("/staff/billing/receivables.xlsx").data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][1:] == [LONG, "Organisme privé", 0, 0, 60, 0, 0, 0, 60]
    assert "Rien à cette date" in text_of(grades.get("/staff/billing/receivables?on=2020-01-01"))
    for asked in ("on=x", "on=0001-01-01", "kind=x", "sort=x", "on=9999-12-31"):
        assert grades.get(f"/staff/billing/receivables?{asked}").status_code == 422
        assert grades.get(f"/staff/billing/receivables.csv?{asked}").status_code == 422
    assert grades.get(f"/staff/billing/receivables?page={'9' * 500}&q=%00").status_code == 200


def test_a_statement_is_the_same_on_the_page_on_paper_and_in_a_spreadsheet(
    application: Flask, tenant: Tenant, facility: Facility, customer: Customer, grades: Browser
) -> None:
    a_story(tenant, customer)
    mine = sign_in(application, tenant, facility.owner)
    for browser, path in ((mine, "/invoices/statement"), (grades, f"/staff/billing/customers/{customer.id}/statement")):
        text = text_of(browser.get(path)).replace("\xa0", " ")
        assert "Solde à la fin 22 novembre 2026 120,00 € 60,00 € 60,00 €" in text
        paper = PdfReader(io.BytesIO(browser.get(f"{path}.pdf").data)).pages[0].extract_text().replace("\xa0", " ")
        assert "Reste dû : 60,00 €" in " ".join(paper.split())
        assert "FR76 3000 6000 0112 3456 7890 189" in " ".join(paper.split())
        rows = table_of(browser, f"{path}.csv")
        assert [row[5] for row in rows[1:]] == ["0,00", "120,00", "60,00", "60,00"]
        for asked in ("from=x", "from=2026-11-23&to=2026-11-22", "from=0001-01-01", "to=9999-12-31"):
            assert browser.get(f"{path}?{asked}").status_code == 422
            assert browser.get(f"{path}.pdf?{asked}").status_code == 422
        assert browser.get(f"{path}?page=99999").status_code == 200


def test_a_statement_is_its_customers_and_the_gradess(
    application: Flask, tenant: Tenant, customer: Customer, grades: Browser
) -> None:
    a_story(tenant, customer)
    other = a_facility(tenant)
    stranger = sign_in(application, tenant, other.owner)
    path = f"/staff/billing/customers/{customer.id}/statement"
    for address in (path, f"{path}.pdf", f"{path}.csv", f"/invoices/statement?customer={customer.id}"):
        assert stranger.get(address).status_code == 404
    assert "Aucune facture pour l’instant" in text_of(stranger.get("/invoices/statement"))
    assert stranger.get("/invoices/statement.pdf").status_code == 404
    ars = somebody(application, tenant, "ars_manager")
    assert ars.get(path).status_code == 404
    funder = a_customer(tenant, name="ARS Bretagne", is_funder=True)
    nobody = a_customer(tenant, name="EHPAD sans compte")
    assert "ARS Bretagne" in text_of(ars.get("/invoices/statement"))
    assert ars.get(f"/staff/billing/customers/{funder.id}/statement").status_code == 200
    assert ars.get(f"/staff/billing/customers/{nobody.id}/statement").status_code in (403, 404)
    assert grades.get(f"/staff/billing/customers/{nobody.id}/statement").status_code == 200


def test_the_journal_is_searched_and_one_entry_read(tenant: Tenant, customer: Customer, grades: Browser) -> None:
    a_story(tenant, customer, 30)
    text = text_of(grades.get("/staff/billing/journal"))
    assert "60 écritures" in text.replace("\xa0", " ")
    assert "Écritures précédentes" in text
    assert "10 écritures" not in text
    assert "N° 1 ·" in text_of(grades.get("/staff/billing/journal?after=11"))
    for asked, number in (
        ("journal=VE", 30),
        ("account=512", 30),
        ("account=411", 60),
        ("q=F2026-000007", 1),
        ("q=%25", 0),
        (f"customer={customer.id}", 60),
        ("customer=x", 0),
        ("year=1999", 0),
    ):
        text = text_of(grades.get(f"/staff/billing/journal?{asked}")).replace("\xa0", " ")
        assert f"{number} écriture" in text if number else "Aucune écriture ne correspond" in text, asked
    assert grades.get("/staff/billing/journal?journal=ZZ").status_code == 422
    assert grades.get(f"/staff/billing/journal?year={'9' * 9}&after=x").status_code == 200
    with transaction(system(tenant.id, "tests")) as tx:
        entry = tx.session.query(JournalEntry).filter(JournalEntry.number == 1).one()
    text = text_of(grades.get(f"/staff/billing/journal/{entry.id}")).replace("\xa0", " ")
    assert "Facture F2026-000001" in text
    assert "411000 Clients" in text


def test_the_file_of_a_year_is_looked_at_then_taken(tenant: Tenant, customer: Customer, grades: Browser) -> None:
    a_story(tenant, customer)
    text = text_of(grades.get("/staff/billing/journal/fec?year=2026"))
    assert "Le fichier est conforme" in text
    assert "L’exercice n’est pas terminé" in text
    with grades.post("/staff/billing/journal/fec", {"year": "2026"}) as answer:
        assert answer.headers["Content-Disposition"] == "attachment; filename=130007966FEC20261231.txt"
        assert answer.headers["ETag"].strip('"') in text
        assert check_fec(answer.data.decode("iso8859-15"), 2026) == ()
    for year in ("", "x", "1999", "²", "99999999"):
        assert grades.post("/staff/billing/journal/fec", {"year": year}).status_code == 422
        assert grades.get(f"/staff/billing/journal/fec?year={year}").status_code == (422 if year else 200)


def test_a_facility_has_none_of_the_staffs_pages(application: Flask, tenant: Tenant, facility: Facility) -> None:
    browser = sign_in(application, tenant, facility.owner)
    assert {browser.get(path).status_code for path in EVERY} == {403}
    assert browser.post("/staff/billing/journal/fec", {"year": "2026"}).status_code == 403


def test_days_of_a_year_before_another(tenant: Tenant, customer: Customer, grades: Browser) -> None:
    with clock.frozen(NOON.replace(year=2025)):
        issue(tenant, customer, 5_000, date(2025, 11, 22))
    a_story(tenant, customer)
    text = text_of(grades.get(f"/staff/billing/customers/{customer.id}/statement?from=2026-01-01")).replace("\xa0", " ")
    assert "Solde au début 1er janvier 2026 50,00 €" in text
    assert "110,00 €" in text
