"""The main job, end to end: a call from the register to the notification, with a worker killed in the middle."""

import subprocess
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Page, expect

from app.demo.calls import around, document
from campaigns.models import Campaign
from campaigns.queries.campaign import get_campaign
from campaigns.service.decision import decide
from eligibility.queries.audience import list_audience
from eligibility.rules import read_rule
from finess.gateway.synthetic import writer
from finess.service.register import import_register
from kit import queue
from kit.actor import operator, system
from kit.document.source import read_yaml
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.campaigns.files import a_file, a_person
from tests.journeys.conftest import accessible
from tests.journeys.people import fill_section, sign_in
from tests.journeys.portal import Portal
from tests.kit.crew import eventually
from tests.notifications.post import Post

MANAGER, ARS = "claire.legoff@ehpad-les-ajoncs.fr", "yann.kervella@ars-bretagne.fr"
FILES = 60
SLUG = "bretagne-2026-exercice"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def region(make_tenant: Callable[..., Tenant]) -> Tenant:
    """A region with somebody at the ARS."""
    tenant = make_tenant()
    grant_role(operator("tests", tenant.id), ARS, "ars_manager")
    return tenant


@pytest.fixture
def applicant_number(region: Tenant, tmp_path: Path) -> str:
    """The FINESS number of an entity that satisfies the rule of Bretagne, in a register imported now."""
    path = tmp_path / "register.json.gz"
    writer.write(path, 3, 0.01, datetime.now(UTC) - timedelta(hours=1))
    edition = import_register(operator("tests"), [path]).edition
    rule = read_rule(read_yaml(document("exercice")).data["rule"])
    with transaction(system(region.id, "tests")) as tx:
        return list_audience(tx.session, edition.id, rule, limit=1)[0].finess_ej


def call_text() -> str:
    """The real call of Bretagne, open since yesterday."""
    calendar = around(datetime.now(ZoneInfo("Europe/Paris")).date(), opened=1)
    return document("exercice", calendar, {"bretagne-2025": "bretagne-2026"})


def test_from_the_register_to_the_notification(
    region: Tenant,
    applicant_number: str,
    own: str,
    portal: Portal,
    post: Post,
    visitor: Callable[..., Page],
) -> None:
    """Publish, check, apply, receive, verify, close, instruct, decide, release: every mail once, none missing."""
    portal.start_web()
    worker = portal.start("worker")
    portal.start("scheduler")
    ars = publish(visitor(), post, region)
    receipt = apply(visitor(script=False, phone=True), post, region, applicant_number)
    verify(visitor(), region, receipt)
    the_window_ends(own, region)
    call = a_crowd_submitted(region)
    decide_in_the_browser(ars, region, applicant_number)
    decide_the_others(region, call)
    look_at_the_preview(ars, region)
    before = len(post.taken)
    queue.redis().flushall()
    the_instant_comes(own, region)
    eventually(lambda: len(post.taken) >= before + 8, seconds=90)
    kill_in_the_middle_of_a_mail(portal, worker, post)
    portal.start("worker")
    eventually(lambda: told(post) >= FILES + 1, seconds=120)
    assert told(post) == FILES + 1
    assert len(set(post.ids)) == len(post.ids), "a mail came twice"
    read_the_decision(visitor(), post, region)


def kill_in_the_middle_of_a_mail(portal: Portal, worker: "subprocess.Popen[bytes]", post: Post) -> None:
    """kill -9 after the worker said DATA and before the server has the text.

    (Between the server's 250 and our commit a copy could leave, under the same Message-ID: ADR 7, and its own test.)
    """
    post.before_text = threading.Event()
    post.text_asked.clear()
    eventually(post.text_asked.is_set)
    portal.kill(worker)
    post.before_text.set()


def publish(page: Page, post: Post, region: Tenant) -> Page:
    """The ARS pastes the document, reads the warnings, looks at the audience, publishes."""
    page.goto(f"/{region.slug}/staff/campaigns")
    sign_in(page, post, ARS)
    page.get_by_role("link", name="Écrire la première").click()
    page.get_by_label("Document").fill(call_text())
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("retirée de la nomenclature").first).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Enregistrer").click()
    accessible(page)
    page.goto(f"/{region.slug}/staff/campaigns/{SLUG}/audience")
    expect(page.get_by_text("organismes éligibles", exact=True)).to_be_visible()
    accessible(page)
    page.goto(f"/{region.slug}/staff/campaigns/{SLUG}/publish")
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_text("Ouvert", exact=True)).to_be_visible()
    return page


def apply(page: Page, post: Post, region: Tenant, number: str) -> str:
    """On a phone, without JavaScript: check, sign in, fill, submit. Returns the receipt's address."""
    page.goto(f"/{region.slug}/")
    page.get_by_role("link", name="Exercice de gestion de crise cyber").click()
    page.get_by_role("textbox", name="Vérifier mon éligibilité").fill(number)
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_role("heading", name="Cet organisme est éligible")).to_be_visible()
    page.get_by_role("link", name="Commencer ma candidature").click()
    sign_in(page, post, MANAGER)
    page.get_by_label("Votre fonction dans cet organisme").fill("Directrice")
    page.get_by_role("button", name="Commencer le dossier").click()
    expect(page.get_by_text("Votre dossier n’est pas encore déposé")).to_be_visible()
    page.get_by_role("link", name="Autorisation et périmètre").click()
    for _ in range(5):
        fill_section(page)
    page.goto(page.url.split("/sections/")[0].removesuffix("/submit") + "/submit")
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_role("heading", name="Votre candidature est déposée")).to_be_visible()
    address = page.locator("a[href*='/receipts/']").first.get_attribute("href")
    assert address
    return address


def verify(page: Page, region: Tenant, receipt: str) -> None:
    """Anybody, without an account, sees that the receipt is valid; a code that was never given is not found."""
    page.goto(receipt.removesuffix(".pdf"))
    expect(page.get_by_text("Cet accusé de réception est valable")).to_be_visible()
    accessible(page)
    answer = page.goto(f"/{region.slug}/receipts/AAAA-BBBB-CCCC-DDDD-EEEE")
    assert answer is not None
    assert answer.status == 404


def the_window_ends(database: str, region: Tenant) -> None:
    """Two weeks pass: the window closed a minute ago, the notification is set for tomorrow."""
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as server:
        server.execute(
            "update campaign_window set closes_at = date_trunc('second', now()) - interval '1 minute' "
            "where tenant_id = %s",
            [region.id],
        )


def the_instant_comes(database: str, region: Tenant) -> None:
    """The notification instant is now."""
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as server:
        server.execute("update campaign set notify_at = now() where tenant_id = %s", [region.id])
        server.execute(
            "update deadline set due_at = now() where tenant_id = %s and topic = 'campaign.release_due'", [region.id]
        )


def a_crowd_submitted(region: Tenant) -> Campaign:
    """Sixty other organisms had submitted."""
    with transaction(system(region.id, "tests")) as tx:
        call = get_campaign(tx.session, SLUG)
    for _ in range(FILES):
        a_file(region, call)
    return call


def decide_in_the_browser(page: Page, region: Tenant, number: str) -> None:
    """Claire's file: found by its filter, reviewed, decided."""
    page.goto(f"/{region.slug}/staff/campaigns/{SLUG}/candidacies?eligibility=eligible")
    accessible(page)
    page.get_by_label("Nom, référence ou FINESS").fill(number)
    page.get_by_role("button", name="Filtrer").click()
    page.locator("main tbody th a").click()
    page.get_by_label("Complet", exact=True).check()
    page.get_by_label("Note sur 100").fill("82")
    page.get_by_role("button", name="Enregistrer l’instruction").click()
    expect(page.get_by_text("Votre instruction est enregistrée.")).to_be_visible()
    page.get_by_label("Ne pas retenir").check()
    page.get_by_role("button", name="Enregistrer la décision").click()
    expect(page.get_by_text("Indiquez le motif du refus").first).to_be_visible()
    page.get_by_label("Retenir", exact=True).check()
    page.get_by_role("button", name="Enregistrer la décision").click()
    expect(page.get_by_text("Personne n’en est informé avant la notification")).to_be_visible()
    accessible(page)


def decide_the_others(region: Tenant, call: Campaign) -> None:
    """The others, by the same command."""
    from campaigns.queries.review import Filters
    from campaigns.service.review import list_files

    boss = a_person(region, "ars_manager")
    rows = list_files(boss, call.slug, Filters(decision="none"), limit=100).rows
    for rank, row in enumerate(rows):
        outcome = ("accepted", "refused", "waitlisted")[rank % 3]
        decide(boss, row.id, outcome, "Hors du périmètre" if outcome == "refused" else "")


def look_at_the_preview(page: Page, region: Tenant) -> None:
    """What would be told; nothing has left."""
    page.goto(f"/{region.slug}/staff/campaigns/{SLUG}/release")
    expect(page.get_by_text("Ce que chacun lira")).to_be_visible()
    accessible(page)


def told(post: Post) -> int:
    """How many people have been told a decision, counting each mail."""
    return sum("candidature" in mail["Subject"] and "Notification" not in mail["Subject"] for mail in post.mails)


def read_the_decision(page: Page, post: Post, region: Tenant) -> None:
    """Claire reads hers in her space, confirms with the contact of her file, and sees her path begin."""
    page.goto(f"/{region.slug}/candidacies")
    sign_in(page, post, MANAGER)
    expect(page.get_by_text("À confirmer", exact=True)).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Exercice de gestion de crise cyber").click()
    page.get_by_role("link", name="Confirmer et nommer le référent").click()
    accessible(page)
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("C’est confirmé")).to_be_visible()
    expect(page.get_by_text("Prestation réalisée et acceptée").first).to_be_visible()
    accessible(page)
