"""The pages of the shared CISO's time, as each person sees them; the figures of the page, of the PDF and of the CSV."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from pypdf import PdfReader

from bookings.gateway.time_statement_file import write_csv
from bookings.models import Mission
from bookings.rules.time_statement import Balance, Line, Statement
from bookings.service import time_ledger
from bookings.service.time_booking import TimeBooking, book_time
from kit import clock
from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.time_of import a_mission_of_time, balances, grades, half_days_of, last_movement, siblings
from tests.browser import Browser, text_of
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_member

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
SURE = {"sure": "yes"}


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant, establishments=2)


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="time")


@pytest.fixture
def sign_in(application: Flask, tenant: Tenant) -> Callable[[Actor], Browser]:
    return lambda actor: Browser(application, tenant).sign_in(actor.email)


@pytest.fixture
def busy(tenant: Tenant, facility: Facility, market: Market) -> Mission:
    """An account with a grant, a purchase, a booking, a consumption."""
    half_days_of(tenant, facility, 6, date(2026, 12, 10))
    half_days_of(tenant, facility, 4, source="order", finess_et=facility.finess_et[0])
    asked = TimeBooking(facility.organisation.id, market.service.slug, 3, None, "=2+2")
    first = book_time(facility.owner, asked)
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.consume(tx, tx.session.get_one(Mission, (tenant.id, first.id)), 2)
    return first


def figures(html: str) -> list[list[str]]:
    """The lines of the statement as the page shows them, without the words: date, changes, balances."""
    body = re.search(r'<table class="crrc-table crrc-table--stacks crrc-statement".*?</table>', html, re.DOTALL)
    assert body is not None
    rows = re.findall(r"<tr role=\"row\"[^>]*>(.*?)</tr>", body[0], re.DOTALL)[1:]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>.*?</td>", row)] for row in rows]


def test_what_the_page_the_pdf_and_the_csv_say_is_the_same(
    facility: Facility, busy: Mission, sign_in: Callable[[Actor], Browser]
) -> None:
    here = f"/time/{facility.organisation.id}"
    browser = sign_in(facility.owner)
    page = browser.get(here)
    text = text_of(page)
    assert "Disponibles 8 Réservées 0 Consommées 2 Expirées 0" in text
    assert "4 demi-journées expirent après le 10 décembre 2026" in text
    shown = figures(page.get_data(as_text=True))
    rows = list(
        csv.reader(io.StringIO(browser.get(f"{here}/statement.csv").get_data().decode("utf-8-sig")), delimiter=";")
    )
    assert [row[-2:] for row in rows[1:]] == [row[3:5] for row in shown[:-1]]
    assert rows[-1][-2:] == shown[-1][3:5] == ["8", "0"]
    assert [row[1] for row in rows[2:]] == ["Dotation", "Achat", "Réservation", "Consommation", "Libération"]
    pdf = browser.get(f"{here}/statement.pdf")
    assert pdf.content_type == "application/pdf"
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.get_data())).pages)
    for row in rows[2:]:
        assert f"{row[-2]} {row[-1]}" in re.sub(r"\s+", " ", words)


@pytest.mark.parametrize("sign", "=+-@'\t\r")
def test_what_somebody_wrote_is_no_formula(sign: str) -> None:
    on, detail = date(2026, 11, 22), f"{sign}HYPERLINK()"
    line = Line(uuid7(), "grant", on, "Dotation", detail, None, False, -2, 0, Balance(4, 0))
    content = write_csv(Statement(line.on, line.on, Balance(6, 0), [line]))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[2] == ["2026-11-22", "Dotation", f"'{sign}HYPERLINK()", "-2", "0", "4", "0"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=hier", "from"),
        ("to=31/02/2026", "to"),
        ("from=2026-12-01&to=2026-11-01", "from"),
        ("from=1999-01-01", "from"),
    ],
)
def test_a_period_that_cannot_be_is_named(
    facility: Facility, busy: Mission, sign_in: Callable[[Actor], Browser], query: str, field: str
) -> None:
    browser = sign_in(facility.owner)
    answer = browser.get(f"/time/{facility.organisation.id}?{query}")
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.get_data(as_text=True)
    for kind in ("csv", "pdf"):
        assert browser.get(f"/time/{facility.organisation.id}/statement.{kind}?{query}").status_code == 422


def test_ones_only_account_opens_at_once(
    tenant: Tenant, facility: Facility, market: Market, sign_in: Callable[[Actor], Browser]
) -> None:
    assert sign_in(facility.owner).get("/time").location.endswith(f"/time/{facility.organisation.id}")
    assert "Aucun organisme à votre compte" in text_of(sign_in(grades(tenant)).get("/time"))
    assert sign_in(market.supplier.owner).get("/time").status_code == 403
    assert "Aucune demi-journée pour l’instant" in text_of(
        sign_in(facility.owner).get(f"/time/{facility.organisation.id}")
    )


def test_booking_is_read_then_done(
    tenant: Tenant, facility: Facility, market: Market, sign_in: Callable[[Actor], Browser]
) -> None:
    half_days_of(tenant, facility, 6)
    browser, here = sign_in(facility.owner), f"/time/{facility.organisation.id}/book"
    assert "Tout l’organisme (6\u00a0utilisables)" in browser.get(here).get_data(as_text=True)
    asked = {"service": market.service.slug, "half_days": "4", "finess_et": "", "wish": "Le lundi"}
    confirm = text_of(browser.post(here, asked))
    assert "disponible 6 2" in confirm
    assert "Le lundi" in confirm
    assert balances(tenant) == {"granted": -6, "available": 6}, "nothing is done by reading"
    assert 'value="4"' in browser.post(here, asked | {"again": "yes"}).get_data(as_text=True)
    done = browser.post(here, asked | SURE)
    assert done.status_code == 303
    assert balances(tenant) == {"granted": -6, "available": 2, "reserved": 4}
    for wrong, field in (
        ({"half_days": "quatre"}, "half_days"),
        ({"half_days": "3"}, "half_days"),
        ({"service": "x"}, "service"),
    ):
        refused = browser.post(here, asked | wrong)
        assert refused.status_code in (409, 422)
        assert f'id="{field}' in refused.get_data(as_text=True) or field == "service"


def test_transfer_is_read_then_done(tenant: Tenant, facility: Facility, sign_in: Callable[[Actor], Browser]) -> None:
    sister = a_facility(tenant, establishments=1)
    siblings(tenant, facility, sister)
    half_days_of(tenant, facility, 6)
    browser, here = sign_in(facility.owner), f"/time/{facility.organisation.id}/transfer"
    assert sister.organisation.name in text_of(browser.get(here))
    asked = {"finess_et": "", "to_finess_et": f"{sister.organisation.id}:", "half_days": "2", "note": "Audit"}
    half_days_of(tenant, sister, 57)
    shown = text_of(browser.post(here, asked))
    assert "6 4" in shown
    assert f"À {sister.organisation.name}" in shown
    assert "57 59" not in shown, "a balance is read by the people of its organisation alone"
    assert browser.post(here, asked | SURE).status_code == 303
    assert "Transfert" in text_of(sign_in(sister.owner).get(f"/time/{sister.organisation.id}"))
    for wrong in ({"to_finess_et": ""}, {"to_finess_et": "x:"}, {"to_finess_et": f"{facility.organisation.id}:"}):
        answer = browser.post(here, asked | wrong)
        assert answer.status_code == 422
        assert 'href="#to_finess_et"' in answer.get_data(as_text=True)
    stranger = a_facility(tenant)
    answer = browser.post(here, asked | {"to_finess_et": f"{stranger.organisation.id}:"})
    assert answer.status_code == 422
    assert stranger.organisation.name not in text_of(answer)


def test_the_grades_grants_carries_over_and_corrects(
    tenant: Tenant, facility: Facility, sign_in: Callable[[Actor], Browser]
) -> None:
    browser, owner = sign_in(grades(tenant)), facility.organisation.id
    assert facility.organisation.name in text_of(browser.get(f"/staff/time?q={facility.finess_ej}"))
    asked = {"half_days": "6", "finess_et": "", "expires_on": "30/06/2027", "starts_on": "", "note": "Dotation 2027"}
    assert "disponible 0 6" in text_of(browser.post(f"/staff/time/{owner}/grant", asked))
    assert browser.post(f"/staff/time/{owner}/grant", asked | SURE).status_code == 303
    answer = browser.post(f"/staff/time/{owner}/grant", asked | {"expires_on": "demain"})
    assert (answer.status_code, 'href="#expires_on"' in answer.get_data(as_text=True)) == (422, True)
    view = browser.get(f"/time/{owner}").get_data(as_text=True)
    carry = re.search(r"/staff/time/packets/[0-9a-f-]+/carry-over", view)
    assert carry is not None
    later = {"half_days": "6", "expires_on": "2027-12-31", "note": ""}
    assert "31 décembre 2027, au lieu du 30 juin 2027" in text_of(browser.post(carry[0], later))
    assert browser.post(carry[0], later | SURE).status_code == 303
    wrong = last_movement(tenant, "carry_over").id
    here = f"/staff/time/movements/{wrong}/correct"
    assert browser.post(here, {"note": ""}).status_code == 422
    assert browser.post(here, {"note": "Erreur"} | SURE).status_code == 303
    assert browser.post(here, {"note": "Erreur"} | SURE).status_code == 409
    view = text_of(browser.get(f"/time/{owner}"))
    assert "Corrigée" in view
    assert "Correction : report" in view


def test_a_time_sheet_is_sent_read_and_corrected(
    tenant: Tenant, facility: Facility, market: Market, sign_in: Callable[[Actor], Browser]
) -> None:
    half_days_of(tenant, facility, 4)
    mission = a_mission_of_time(tenant, facility, market.version, market.supplier)
    browser, here = sign_in(market.supplier.owner), f"/missions/{mission.id}/time-sheets"
    form = {"on": "2026-11-20", "half": "am", "what": "Plan de sauvegarde"}
    assert browser.post(here, form).status_code == 303
    page = browser.get(here).get_data(as_text=True)
    assert 'value="Plan de sauvegarde"' in page
    assert "disponible" not in text_of(browser.get(here))
    assert browser.post(here, form | {"more": "yes"}).status_code == 200
    late = browser.post(here, form | {"on": "2026-12-20"})
    assert (late.status_code, 'href="#lines-0-on"' in late.get_data(as_text=True)) == (422, True)
    empty = browser.post(here, {"on": "", "half": "", "what": ""})
    assert (empty.status_code, 'href="#lines"' in empty.get_data(as_text=True)) == (422, True)
    read = text_of(sign_in(facility.owner).get(here))
    assert "Accepter ce relevé consomme 1 demi-journée" in read
    assert "Il restera ensuite 3 demi-journées disponibles" in read


def test_pages_cost_the_same_with_one_and_with_three(
    tenant: Tenant, facility: Facility, market: Market, statements: list[str], sign_in: Callable[[Actor], Browser]
) -> None:
    reader = a_member(tenant, facility.organisation.id, "reader")
    half_days_of(tenant, facility, 6)
    mission = a_mission_of_time(tenant, facility, market.version, market.supplier)
    sheets = [{"on": f"2026-11-2{day}", "half": "am", "what": "Audit"} for day in range(3)]
    doer, manager, mine = sign_in(market.supplier.owner), sign_in(grades(tenant)), sign_in(reader)
    here = f"/time/{facility.organisation.id}"
    paths = [(mine, here), (manager, "/staff/time"), (doer, f"/missions/{mission.id}/time-sheets"), (manager, here)]
    doer.post(f"/missions/{mission.id}/time-sheets", sheets[0])

    def costs() -> list[int]:
        found = []
        for browser, path in paths:
            statements.clear()
            assert browser.get(path).status_code == 200
            found.append(len(statements))
        return found

    before = costs()
    for number in range(2):
        half_days_of(tenant, facility, 2, date(2027, 3, 1) + timedelta(days=number), facility.finess_et[0])
        half_days_of(tenant, a_facility(tenant), 2)
        doer.post(f"/missions/{mission.id}/time-sheets", sheets[number + 1])
    assert costs() == before


def test_what_accepting_consumes_is_read_where_one_accepts(
    tenant: Tenant, facility: Facility, market: Market, sign_in: Callable[[Actor], Browser]
) -> None:
    half_days_of(tenant, facility, 4)
    mission = a_mission_of_time(tenant, facility, market.version, market.supplier)
    with transaction(system(tenant.id, "tests")) as tx:
        time_ledger.reserve(tx, mission, 2)
    here = f"/missions/{mission.id}"
    doer = sign_in(market.supplier.owner)
    doer.post(f"{here}/time-sheets", {"on": "2026-11-20", "half": "am", "what": "Plan de sauvegarde"})
    assert doer.post(f"{here}/deliver", {"revision": "2"}).status_code == 303
    read = text_of(sign_in(facility.owner).get(here))
    assert "Il restera ensuite 3 demi-journées disponibles" in read
    assert "Il restera" not in text_of(doer.get(here))
    page = sign_in(facility.owner).get(here).get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    signed = {"name": "Anne Le Goff", "function": "Directrice", "seen": seen[1]}
    assert sign_in(facility.owner).post(f"{here}/accept", signed).status_code == 303
    assert balances(tenant) == {"granted": -4, "available": 3, "consumed": 1}
