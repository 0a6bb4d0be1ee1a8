"""Somebody of the GRADeS reads the log of what was done, checks it, takes it away; then somebody edits the database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.role import grant_role
from tenants.service.sign_in import make_sign_in_link
from tests.journeys.conftest import accessible
from tests.journeys.portal import Portal
from tests.tenants.tampering import by_hand
from tests.tenants.test_audit_pages import LONG, act, somebody

pytestmark = pytest.mark.browser


def fits(page: Page) -> None:
    """axe finds nothing, and the page is as wide as the screen."""
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("phone", [False, True], ids=["screen", "phone"])
def test_the_log_read_checked_and_taken_away(
    portal: Portal, visitor: Callable[..., Page], tenant: Tenant, own: str, tmp_path: Path, phone: bool
) -> None:
    boss = operator("tests", tenant.id)
    grant_role(boss, "marc@grades.fr", "grades_manager")
    act(tenant, "invoice.issue", who=somebody(tenant, LONG), amount_cents=12_000)
    act(tenant, "campaign.publish")
    secret = make_sign_in_link(boss, "marc@grades.fr", f"/{tenant.slug}/staff/audit")
    portal.start_web()
    page = visitor(phone=phone)
    page.goto(f"/{tenant.slug}/sign-in/{secret}")
    page.get_by_role("button", name="Se connecter", exact=True).click()
    page.get_by_role("heading", level=1, name="Journal des actions").wait_for()
    fits(page)
    page.get_by_label("Action", exact=True).select_option("invoice.issue")
    page.get_by_role("button", name="Filtrer").click()
    row = page.get_by_role("row").filter(has_text="Facture émise")
    row.get_by_text("Ligne").click()
    row.get_by_text("12000").wait_for()
    fits(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Lignes vérifiables").click()
    download.value.save_as(tmp_path / "log.jsonl")
    (line,) = (tmp_path / "log.jsonl").read_bytes().splitlines()
    assert json.loads(json.loads(line)["text"])[4] == "invoice.issue"
    page.get_by_role("button", name="Vérifier le journal").click()
    page.get_by_text("Le journal est intact").wait_for()
    fits(page)
    with by_hand(own, tenant) as hand:
        hand.do("update audit_line set facts = '{}' where tenant_id = %(tenant)s and action = 'invoice.issue'")
    page.get_by_role("link", name="Revenir au journal").click()
    page.get_by_role("button", name="Vérifier le journal").click()
    page.get_by_text("Le journal a été modifié hors du portail").wait_for()
    page.get_by_role("row").filter(has_text="Facture émise").wait_for()
    fits(page)
