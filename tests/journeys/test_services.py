"""What an award becomes: booked in one click, planned, delivered, accepted, proved. And days of a shared CISO."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from bookings.service.availability import set_week
from campaigns.models import Award, Milestone
from kit.actor import operator, system
from kit.db import uuid7
from kit.transaction import transaction
from services_catalog.models import Lot
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.bookings.buying import an_award
from tests.bookings.sent import a_pdf
from tests.journeys.conftest import accessible
from tests.journeys.people import sign_in
from tests.journeys.portal import Portal
from tests.kit.crew import eventually
from tests.notifications.post import Post
from tests.services_catalog.market import Facility, Market, a_facility, a_lot, a_market, a_price, a_service

REPORT = a_pdf()
GRADES, ARS = "marc.riou@esante.test", "anne.tanguy@ars.test"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Region:
    """A portal with an exercise on sale, days of a shared CISO, an award of the exercise, and everybody."""

    tenant: Tenant
    market: Market
    facility: Facility
    award: Award
    days: str


@pytest.fixture
def region(make_tenant: Callable[..., Tenant]) -> Region:
    """A market, a facility that has just been awarded an exercise, the GRADeS and the ARS."""
    tenant = make_tenant()
    grant_role(operator("tests", tenant.id), GRADES, "grades_manager")
    grant_role(operator("tests", tenant.id), ARS, "ars_manager")
    market, facility = a_market(tenant), a_facility(tenant)
    days, _ = a_service(tenant, mode="time", half_days=1, unit="day")
    third = a_lot(tenant, market.supplier)
    a_price(tenant, third, market.supplier, days, unit="day", code="RS-01", unit_cents=78_000)
    week = [(weekday, half) for weekday in range(5) for half in ("am", "pm")]
    set_week(market.supplier.owner, market.supplier.consultant.id, week)
    award = an_award(
        tenant,
        facility,
        market.service.slug,
        state="offered",
        confirmed_at=None,
        referent=None,
        ars_share_percent=100,
    )
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Milestone(id=uuid7(), award_id=award.id, key="service", title="Prestation réalisée et acceptée"))
    return Region(tenant, market, facility, award, days.slug)


def test_an_award_is_booked_done_accepted_and_time_is_bought(
    region: Region, portal: Portal, post: Post, visitor: Callable[..., Page], tmp_path: Path
) -> None:
    """The four people, each with a browser: the director on a phone, without scripts once she orders."""
    portal.start_web()
    portal.start("worker")
    portal.start("scheduler")
    director = visitor(phone=True)
    confirm(director, post, region)
    order = book_in_one_click(director, region)
    mission = plan_and_deliver(visitor(), post, region, tmp_path)
    accept(director, region, mission)
    proved(director, region)
    follow(visitor(), post, region, order)
    buy_two_days(director, region)
    book_three_half_days(director, region)
    the_statement_agrees(director, region)
    the_ars_sees_the_proof(visitor(), post, region)


def confirm(page: Page, post: Post, region: Region) -> None:
    """The director says yes and names the person who will follow."""
    page.goto(f"/{region.tenant.slug}/awards/{region.award.id}")
    sign_in(page, post, region.facility.owner.email)
    accessible(page)
    page.get_by_role("link", name="Confirmer et nommer le référent").click()
    for label, typed in (("Nom", "Gwenaëlle Le Bihan"), ("Fonction", "Responsable qualité")):
        page.get_by_label(label, exact=False).first.fill(typed)
    page.get_by_label("Adresse électronique").fill("gwenaelle@ajoncs.test")
    page.get_by_label("Téléphone").fill("02 99 12 34 56")
    accessible(page)
    page.get_by_role("button", name="Confirmer").click()


def book_in_one_click(page: Page, region: Region) -> str:
    """Everything is filled in: who, what, the price and its sentence, who pays. Returns the order's number."""

    def right_is_open() -> bool:
        page.goto(f"/{region.tenant.slug}/orders")
        return page.get_by_role("link", name="Réserver en un clic").count() == 1

    eventually(right_is_open, seconds=30)
    accessible(page)
    page.get_by_role("link", name="Réserver en un clic").click()
    expect(page.get_by_text("Lot 2, ligne EX-02", exact=False).first).to_be_visible()
    expect(page.locator("main")).to_contain_text(re.compile(r"1\s800,00\s€"))
    accessible(page)
    page.get_by_role("button", name="Réserver cette prestation").click()
    expect(page.get_by_text(re.compile("BC-2026-")).first).to_be_visible()
    accessible(page)
    found = re.search(r"BC-\d{4}-\w{4}-\w{4}", page.content())
    assert found is not None
    return found[0]


def plan_and_deliver(page: Page, post: Post, region: Region, folder: Path) -> str:
    """The provider finds the mission, takes the first date, sends its report. Returns the mission's address."""
    page.goto(f"/{region.tenant.slug}/missions")
    sign_in(page, post, region.market.supplier.owner.email)
    accessible(page)
    page.get_by_role("link", name=region.market.version.title).first.click()
    accessible(page)
    page.get_by_role("link", name="Choisir une date").click()
    page.locator("input[name=chosen]").first.check()
    accessible(page)
    page.get_by_role("button", name="Retenir cette date").click()
    report = folder / "retour.pdf"
    report.write_bytes(REPORT)
    page.get_by_label("Fichier").set_input_files(report)
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_role("button", name="Déclarer la livraison").click()
    expect(page.locator("main")).to_contain_text("La prestation est livrée")
    accessible(page)
    return page.url


def accept(page: Page, region: Region, mission: str) -> None:
    """The director reads the report, accepts, and says what she thinks of it."""
    page.goto(mission)
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("retour")).first.click()
    assert Path(download.value.path()).read_bytes() == REPORT
    accessible(page)
    page.get_by_label("Votre fonction").fill("Directrice")
    page.get_by_role("button", name="Accepter la prestation").click()
    expect(page.get_by_text("Acceptée").first).to_be_visible()
    for name in dict.fromkeys(radio.get_attribute("name") for radio in page.locator("input[type=radio]").all()):
        page.locator(f"input[type=radio][name='{name}']").first.check()
    accessible(page)
    page.get_by_role("button", name="Envoyer mon avis").click()


def proved(page: Page, region: Region) -> None:
    """The path of the award shows its proof."""

    def is_proved() -> bool:
        with transaction(system(region.tenant.id, "tests")) as tx:
            return tx.session.scalars(select(Milestone)).one().proved_at is not None

    eventually(is_proved, seconds=30)
    page.goto(f"/{region.tenant.slug}/awards/{region.award.id}")
    expect(page.locator("main")).to_contain_text("rouvé")
    accessible(page)


def follow(page: Page, post: Post, region: Region, order: str) -> None:
    """The GRADeS sees the order, the lot it counts against, and nothing left to do."""
    page.goto(f"/{region.tenant.slug}/staff/orders")
    sign_in(page, post, GRADES)
    expect(page.get_by_text(order).first).to_be_visible()
    accessible(page)
    page.goto(f"/{region.tenant.slug}/staff/missions")
    accessible(page)
    with transaction(system(region.tenant.id, "tests")) as tx:
        lot = tx.session.get_one(Lot, (region.tenant.id, region.market.lot.id))
        assert lot.ordered_cents == 150_000


def buy_two_days(page: Page, region: Region) -> None:
    """Without an award: a quote, an order, four half-days on the account."""
    page.goto(f"/{region.tenant.slug}/services/{region.days}")
    page.get_by_role("link", name="Demander un devis").click()
    page.get_by_label("Combien").fill("2")
    accessible(page)
    page.get_by_role("button", name="Voir le prix").click()
    expect(page.locator("main")).to_contain_text(re.compile(r"1\s872,00\s€"))
    accessible(page)
    page.get_by_label("Téléphone").fill("02 99 12 34 56")
    page.get_by_role("button", name=re.compile("^Commander")).click()
    expect(page.get_by_text(re.compile("BC-2026-")).first).to_be_visible()


def book_three_half_days(page: Page, region: Region) -> None:
    """The director sets three half-days aside; what it does to the balance is shown first."""
    page.goto(f"/{region.tenant.slug}/time")
    accessible(page)
    page.get_by_role("link", name="Réserver des demi-journées").click()
    page.get_by_label("Nombre de demi-journées").fill("3")
    service = page.get_by_label("Prestation")
    if service.count():
        service.select_option(region.days)
    accessible(page)
    page.get_by_role("button", name="Continuer").click()
    accessible(page)
    page.locator("button[name=sure]").click()
    page.wait_for_url("**/missions/*")
    accessible(page)


def the_statement_agrees(page: Page, region: Region) -> None:
    """The page, the balance and the file say the same."""
    page.goto(f"/{region.tenant.slug}/time")
    expect(page.locator("main")).to_contain_text("1 disponible et 3 réservées sur 4", use_inner_text=True)
    with page.expect_download() as download:
        page.get_by_role("link", name="Relevé pour tableur (CSV)").click()
    rows = list(csv.reader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig")), delimiter=";"))
    assert rows[-1][-2:] == ["1", "3"], rows
    with page.expect_download() as download:
        page.get_by_role("link", name="Relevé en PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def the_ars_sees_the_proof(page: Page, post: Post, region: Region) -> None:
    """The ARS follows its awards: this one is proved. It does not read the report."""
    page.goto(f"/{region.tenant.slug}/awards/{region.award.id}")
    sign_in(page, post, ARS)
    accessible(page)
    assert page.request.get(f"/{region.tenant.slug}/missions").status in (403, 404)
