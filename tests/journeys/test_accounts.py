"""Claiming an organisation, in a real browser: found by keyboard, asked with a letter, answered from the mail."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.bookings.sent import a_pdf
from tests.campaigns.applying import a_legal_entity
from tests.journeys.conftest import accessible
from tests.journeys.people import sign_in
from tests.journeys.portal import Portal
from tests.kit.crew import eventually
from tests.notifications.post import Post
from tests.tenants.claiming import want_proof

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OWNER, ASKER, GRADES = "directrice@genets.fr", "comptable@genets.fr", "gestion@esante.fr"
NAME = "Association des Genêts"
CLAIM = re.compile(r"http://\S+/claims/[0-9a-f-]{36}")


def mailed(post: Post, email: str, words: str) -> str:
    """The address of a request in the mail that somebody got about it."""
    found: list[str] = []

    def look() -> bool:
        for mail in post.mails:
            if email in str(mail["To"]) and words in str(mail["Subject"]):
                text = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
                found.extend(CLAIM.findall(text) or [text])
        return bool(found)

    eventually(look, seconds=60)
    return found[-1]


def test_from_the_register_to_a_place_in_the_account(
    make_tenant: Callable[..., Tenant], portal: Portal, post: Post, visitor: Callable[..., Page], tmp_path: Path
) -> None:
    """The GRADeS opens after a proof; then a colleague asks, and the owner answers. One sign-in each."""
    tenant = make_tenant()
    grant_role(operator("tests", tenant.id), GRADES, "grades_manager")
    want_proof(tenant)
    number, _ = a_legal_entity(name=NAME)
    letter = tmp_path / "attestation.pdf"
    letter.write_bytes(a_pdf())
    portal.start_web()
    portal.start("worker")
    portal.start("scheduler")
    owner, asker = visitor(), visitor(script=False, phone=True)
    find(owner, tenant, post, OWNER)
    expect(owner.get_by_text("après avoir vérifié")).to_be_visible()
    send(owner, "Directrice", letter)
    expect(owner.get_by_text("attend une réponse").first).to_be_visible()
    accessible(owner)
    the_grades_accepts(visitor(), post, letter)
    mailed(post, OWNER, "Vous avez accès")
    find(asker, tenant, post, ASKER)
    expect(asker.get_by_text("Cet organisme a déjà un compte")).to_be_visible()
    asker.get_by_label("Facturation", exact=True).check()
    send(asker, "Comptable", letter)
    owner.goto(mailed(post, OWNER, "demande à rejoindre"))
    owner.get_by_role("button", name="Accepter la demande").click()
    expect(owner.get_by_text("La demande est acceptée")).to_be_visible()
    mailed(post, ASKER, "Vous avez accès")
    asker.goto(f"/{tenant.slug}/account")
    expect(asker.get_by_role("link", name=NAME).first).to_be_visible()
    asker.goto(f"/{tenant.slug}/portals")
    expect(asker.get_by_text(f"FINESS {number} – Facturation")).to_be_visible()


def the_grades_accepts(page: Page, post: Post, letter: Path) -> None:
    """From its mail: reads the letter, then says yes."""
    page.goto(mailed(post, GRADES, "demande à ouvrir"))
    sign_in(page, post, GRADES)
    expect(page.get_by_role("heading", name="Ouvrir le compte")).to_be_visible()
    accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="attestation.pdf").click()
    assert download.value.path().read_bytes() == letter.read_bytes()
    page.get_by_role("button", name="Accepter la demande").click()
    expect(page.get_by_text("La demande est acceptée")).to_be_visible()


def find(page: Page, tenant: Tenant, post: Post, email: str) -> None:
    """Sign in where one was going, and choose the organisation by keyboard alone."""
    page.goto(f"/{tenant.slug}/claims/new")
    sign_in(page, post, email)
    page.get_by_role("textbox", name="Numéro FINESS ou SIRET").focus()
    page.keyboard.type("genets rennes")
    page.keyboard.press("Enter")
    link = page.get_by_role("main").get_by_role("link", name=NAME).first
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()


def send(page: Page, function: str, letter: Path) -> None:
    """Say who one is, and send the letter."""
    page.get_by_label("Votre fonction").fill(function)
    page.get_by_label("Ce qui permet de le vérifier").fill("Ma directrice le confirme au 02 99 12 34 56.")
    page.get_by_label("Document").set_input_files(letter)
    page.get_by_role("button", name="Envoyer ma demande").click()
