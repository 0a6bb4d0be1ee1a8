"""From accepted work to a balance of zero: two invoices, a transfer, an online payment, the file of the accounts."""

import csv
import io
import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from billing.models import Customer, Invoice, Matching, Payment, PaymentEvent, Receivable
from billing.rules.online import AccountForm
from billing.service.customer import open_funder, save_customer
from billing.service.payment_account import open_account, set_account
from bookings.models import Mission
from bookings.service.entitlement import order_entitlement
from kit import clock
from kit.actor import operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.billing.independent import judge
from tests.billing.rows import ARS_SIRET, BUYER_SIRET, IBAN, an_issuer
from tests.billing.stripe_side import reached
from tests.bookings.buying import CONTACT, an_entitlement
from tests.bookings.doing import Scene, deliver
from tests.journeys.conftest import accessible
from tests.journeys.people import sign_in
from tests.journeys.portal import Portal
from tests.kit.crew import eventually
from tests.notifications.post import Post
from tests.peers.stripe.server import Peer, open_peer
from tests.services_catalog.market import a_facility, a_market

GRADES = "marc.riou@esante.test"
ACCOUNT, KEY, SECRET = "acct_journey001", "rk_test_journey001", "whsec_journey001"
ARS = {
    "name": "ARS Essai", "kind": "public", "siret": ARS_SIRET, "electronic_address": ARS_SIRET[:9], "channel": "manual",
    "address": "6 place de l’Exemple", "postal_code": "35000", "town": "Rennes", "requirement": "none",
    "email": "compta@ars.test",
}  # fmt: skip
COLUMNS = [
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib"),
    *("PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate"),
    *("Montantdevise", "Idevise"),
]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass(frozen=True)
class Region:
    """A portal that invoices, and a mission that was just delivered: the ARS pays four fifths of its 1 800,00 €."""

    tenant: Tenant
    scene: Scene


@pytest.fixture
def stripe() -> Iterator[Peer]:
    """A strict Stripe: it holds its events until somebody asks, then sends each three times, in any order."""
    with open_peer() as peer:
        peer.account(ACCOUNT, KEY)
        peer.post.manners.held = True
        peer.post.manners.copies, peer.post.manners.shuffle = 3, True
        yield peer


@pytest.fixture
def region(make_tenant: Callable[..., Tenant], stripe: Peer) -> Region:
    """Everything up to the delivery, by the commands that people use."""
    tenant = make_tenant()
    grades = operator("tests", tenant.id)
    grant_role(grades, GRADES, "grades_manager")
    an_issuer(tenant)
    funder = open_funder(grades)
    save_customer(grades, funder.id, ARS, funder.revision)
    with reached(stripe):
        set_account(grades, AccountForm("own_key", ACCOUNT, KEY, SECRET, ("card",), "CONV-2026-7", date(2026, 1, 15)))
        open_account(grades)
    market, facility = a_market(tenant), a_facility(tenant)
    right = an_entitlement(tenant, market, facility, ars_share_percent=80)
    order = order_entitlement(facility.owner, right.id, {"engagement_number": "ENG-2026-0042"}, CONTACT)
    with transaction(system(tenant.id, "tests")) as tx:
        mission = tx.session.scalars(select(Mission).where(Mission.order_id == order.id)).one()
        mission.state, mission.consultant_id = "planned", market.supplier.consultant.id
        mission.starts_at = mission.ends_at = tx.now
    scene = Scene(tenant, market, facility, grades, mission)
    deliver(scene, clock.now())
    return Region(tenant, scene)


def test_accepted_work_is_invoiced_paid_and_entered(
    region: Region, portal: Portal, stripe: Peer, post: Post, visitor: Callable[..., Page], tmp_path: Path
) -> None:
    portal.environment["CRRC_STRIPE_API_BASE"] = stripe.address
    stripe.post.listen(f"{portal.address}/{region.tenant.slug}/webhooks/stripe", SECRET, ACCOUNT)
    portal.start_web()
    portal.start("worker")
    portal.start("scheduler")
    director, grades = visitor(phone=True), visitor()
    accept(director, post, region)
    two_drafts(grades, post, region)
    issue_what_is_complete(grades)
    complete_the_customer(grades)
    ars, facility = both_issued(region)
    documents(grades, region, tmp_path, ars, facility)
    the_transfer_is_matched(grades, region, tmp_path, ars)
    pay_online(director, region, stripe, facility)
    nothing_is_owed(grades, region)
    line_by_line(grades, region, tmp_path, ars, facility)


def accept(page: Page, post: Post, region: Region) -> None:
    """The director, on her phone, accepts what was delivered."""
    page.goto(f"/{region.tenant.slug}/missions/{region.scene.mission.id}")
    sign_in(page, post, region.scene.facility.owner.email)
    page.get_by_label("Votre fonction").fill("Directrice")
    page.get_by_role("button", name="Accepter la prestation").click()
    expect(page.get_by_text("Acceptée").first).to_be_visible()


def two_drafts(page: Page, post: Post, region: Region) -> None:
    """The GRADeS finds one draft by payer; together they are the order, to the cent."""
    page.goto(f"/{region.tenant.slug}/staff/billing/drafts")
    sign_in(page, post, GRADES)

    def both_are_there() -> bool:
        page.goto(f"/{region.tenant.slug}/staff/billing/drafts")
        return "1 440,00" in plain(page) and "360,00" in plain(page)

    eventually(both_are_there, seconds=60)
    assert "1 800,00" in plain(page), "the total of both is the order's"
    accessible(page)


def issue_what_is_complete(page: Page) -> None:
    """The ARS's leaves; the facility's comes back: it lacks a SIRET, and the sentence says where to give it."""
    page.get_by_role("link", name=re.compile("émettre les 2 brouillons")).click()
    accessible(page)
    page.get_by_role("button", name="Émettre 2 brouillons").click()
    expect(page.get_by_role("heading", name="À corriger")).to_be_visible(timeout=90_000)
    expect(page.locator("#run")).to_contain_text("SIRET")
    accessible(page)


def complete_the_customer(page: Page) -> None:
    """The missing words, then the draft again."""
    page.get_by_role("link", name=re.compile("Corriger.*SIRET")).first.click()
    accessible(page)
    for label, typed in (
        ("SIRET", BUYER_SIRET), ("Adresse électronique de facturation", BUYER_SIRET[:9]), ("Adresse", "2 rue du Port"),
        ("Code postal", "29200"), ("Commune", "Brest"),
    ):  # fmt: skip
        page.get_by_label(label, exact=True).fill(typed)
    page.get_by_label("Adresse électronique", exact=False).last.fill("compta@ajoncs.test")
    page.get_by_role("button", name="Enregistrer la fiche").click()
    expect(page.get_by_text("Fiche complète").first).to_be_visible()
    accessible(page)
    page.goto(page.url.split("/staff/")[0] + "/staff/billing/drafts")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Émettre ce qui est coché").click()
    expect(page.get_by_role("heading", name="Émises")).to_be_visible(timeout=90_000)
    accessible(page)


def both_issued(region: Region) -> tuple[Invoice, Invoice]:
    """The invoices of the ARS and of the facility: numbers 1 and 2, 1 800,00 € together."""
    with transaction(system(region.tenant.id, "tests")) as tx:
        found = tx.session.scalars(select(Invoice).order_by(Invoice.series_number)).all()
        funder = tx.session.scalars(select(Customer).where(Customer.is_funder)).one()
    assert [(one.state, one.series_number, one.total_cents) for one in found] == [
        ("issued", 1, 144_000), ("issued", 2, 36_000)
    ]  # fmt: skip
    assert sum(one.net_cents for one in found) == 150_000
    assert found[0].customer_id == funder.id
    return found[0], found[1]


def documents(page: Page, region: Region, folder: Path, *invoices: Invoice) -> None:
    """Both files, downloaded from their page, read and judged by tools that are not ours."""
    for invoice in invoices:

        def is_made(invoice: Invoice = invoice) -> bool:
            page.goto(f"/{region.tenant.slug}/invoices/{invoice.id}")
            return page.get_by_role("link", name="Télécharger le PDF").count() == 1

        eventually(is_made, seconds=60)
        accessible(page)
        with page.expect_download() as download:
            page.get_by_role("link", name="Télécharger le PDF").click()
        file = folder / f"{invoice.number}.pdf"
        download.value.save_as(file)
        read = judge(file)
        assert read.value("DuePayableAmount") == f"{invoice.total_cents / 100:.2f}"
        assert read.value("TypeCode") in ("380", "VAT")
        assert str(invoice.number) in read.text
        assert str(invoice.number).encode() in read.xml
        assert (b"ENG-2026-0042" in read.xml) is (invoice.organisation_id is not None)


def the_transfer_is_matched(page: Page, region: Region, folder: Path, invoice: Invoice) -> None:
    """The bank's file: the ARS paid and quoted its reference; the same file again does nothing."""
    file = folder / "releve.csv"
    today = f"{clock.now():%d/%m/%Y}"
    file.write_bytes(
        (
            f"Compte;{IBAN}\r\nDate;Libellé;Payeur;Débit;Crédit\r\n"
            f"{today};FRAIS TENUE DE COMPTE;;12,40;\r\n"
            f"{today};VIR SEPA {invoice.payment_reference} MANDAT 4512;ARS ESSAI;;1 440,00\r\n"
        ).encode("cp1252")
    )
    for attempt in range(2):
        page.goto(f"/{region.tenant.slug}/staff/billing/bank")
        accessible(page)
        page.get_by_label("Fichier de la banque").set_input_files(file)
        page.get_by_role("button", name="Lire le fichier").click()
        accessible(page)
        if attempt:
            expect(page.get_by_text("Ce fichier a déjà été importé")).to_be_visible()
            return
        page.get_by_role("button", name="Importer ce relevé").click()
        expect(page.locator("main")).to_contain_text(str(invoice.number))
        accessible(page)


def pay_online(page: Page, region: Region, stripe: Peer, invoice: Invoice) -> None:
    """The director pays by card; she comes back before any news, which then comes three times, in disorder."""
    page.goto(f"/{region.tenant.slug}/invoices")
    expect(page.locator("main")).to_contain_text(re.compile(r"360,00\s€"))
    accessible(page)
    page.goto(f"/{region.tenant.slug}/invoices/{invoice.id}")
    accessible(page)
    page.get_by_role("button", name=re.compile("Payer .* en ligne")).click()
    expect(page.get_by_role("heading", name="Paiement (serveur d’essai)")).to_be_visible()
    page.get_by_role("button", name="Payer par carte").click()
    page.wait_for_url("**/checkouts/*")
    accessible(page)
    news = threading.Thread(target=lambda: [stripe.post.flush(), time.sleep(1), _replay(stripe)])
    news.start()
    expect(page.get_by_text(re.compile("(payé|reçu)", re.IGNORECASE)).first).to_be_visible(timeout=90_000)
    news.join()
    accessible(page)
    assert {status for _, _, status in stripe.post.sent} == {200}


def nothing_is_owed(page: Page, region: Region) -> None:
    """Whatever came twice was stored once, and paid once."""

    def is_settled() -> bool:
        with transaction(system(region.tenant.id, "tests")) as tx:
            waiting = tx.session.scalars(select(PaymentEvent).where(PaymentEvent.processed_at.is_(None))).all()
            return not waiting

    eventually(is_settled, seconds=60)
    with transaction(system(region.tenant.id, "tests")) as tx:
        assert [one.open_cents for one in tx.session.scalars(select(Receivable))] == [0, 0]
        assert sorted(one.amount_cents for one in tx.session.scalars(select(Payment))) == [36_000, 144_000]
        assert all(one.automatic and one.undone_at is None for one in tx.session.scalars(select(Matching)))
        events = list(tx.session.scalars(select(PaymentEvent.external_id)))
        assert len(events) == len(set(events)) > 0
    page.goto(f"/{region.tenant.slug}/staff/billing/receivables")
    accessible(page)
    page.goto(f"/{region.tenant.slug}/staff/billing")
    accessible(page)


def line_by_line(page: Page, region: Region, folder: Path, ars: Invoice, facility: Invoice) -> None:
    """The file of the accounts: two sales, a transfer, a card payment; nothing else, and it balances."""
    page.goto(f"/{region.tenant.slug}/staff/billing/journal/fec")
    page.get_by_role("button", name="Vérifier cet exercice").click()
    expect(page.get_by_text("Le fichier est conforme")).to_be_visible()
    accessible(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("Télécharger le FEC")).click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    assert re.fullmatch(r"\d{9}FEC\d{8}\.txt", file.name)
    rows = list(csv.DictReader(io.StringIO(file.read_text("iso8859-15")), delimiter="\t"))
    assert list(rows[0]) == COLUMNS
    seen = [
        (row["JournalCode"], row["CompteNum"][:3], row["PieceRef"], cents(row["Debit"]), cents(row["Credit"]))
        for row in rows
    ]
    assert sorted(seen[:6]) == sorted(
        (("VE", "411", one.number, one.total_cents, 0), ("VE", "706", one.number, 0, one.net_cents),
         ("VE", "445", one.number, 0, one.vat_cents))[rank]
        for one in (ars, facility) for rank in range(3)
    )  # fmt: skip
    assert [(row[0], row[1], row[3], row[4]) for row in seen[6:]] == [
        ("BQ", "512", 144_000, 0), ("BQ", "411", 0, 144_000), ("BQ", "511", 36_000, 0), ("BQ", "411", 0, 36_000)
    ]  # fmt: skip
    assert sum(cents(row["Debit"]) - cents(row["Credit"]) for row in rows) == 0
    letters: dict[str, int] = {}
    for row in rows:
        if row["CompteNum"].startswith("411"):
            assert row["CompAuxNum"]
            assert row["EcritureLet"], "both are paid: each is lettered with its payment"
            letters[row["EcritureLet"]] = (
                letters.get(row["EcritureLet"], 0) + cents(row["Debit"]) - cents(row["Credit"])
            )
    assert letters == dict.fromkeys(letters, 0)
    assert len(letters) == 2
    numbers = [int(row["EcritureNum"]) for row in rows]
    assert sorted(set(numbers)) == list(range(1, 5))


def cents(text: str) -> int:
    """« 1440,00 » in cents."""
    return round(float(text.replace(",", ".") or 0) * 100)


def plain(page: Page) -> str:
    """The words of the page, its blanks made equal."""
    return re.sub(r"\s+", " ", page.locator("main").inner_text())


def _replay(stripe: Peer) -> None:
    """Stripe sends everything once more."""
    request = urllib.request.Request(
        f"{stripe.address}/_control/replay", json.dumps({"type": ""}).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=20).read()
