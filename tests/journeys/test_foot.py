"""From the foot of any page, by keyboard or finger: the pages a public site owes are reached, and accessible."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from app.legal import links
from tenants.models import Tenant
from tests.journeys.conftest import accessible
from tests.journeys.portal import Portal

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [False, True], ids=["screen", "phone"])
def test_the_pages_of_the_foot(portal: Portal, visitor: Callable[..., Page], tenant: Tenant, phone: bool) -> None:
    portal.start_web()
    page = visitor(phone=phone)
    page.goto(f"/{tenant.slug}/")
    for words, _ in links(tenant.accessibility_state):
        page.get_by_role("contentinfo").get_by_role("link", name=words, exact=True).click()
        page.get_by_role("heading", level=1, name=words).wait_for()
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), words
