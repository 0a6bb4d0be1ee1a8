"""What frames a page: where the menu says one is, for whom, and how much is unread."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from kit.actor import Actor, operator, system
from kit.db import uuid7
from kit.transaction import transaction
from notifications.service.notices import NewNotice, notify
from tenants.models import Tenant
from tenants.service.organisation import join_organisation
from tenants.service.role import grant_role
from tests.browser import Browser, text_of

pytestmark = pytest.mark.usefixtures("no_limits")
NAV = re.compile(r'<nav class="crrc-nav".*?</nav>', re.DOTALL)
ITEM = re.compile(r'<a href="[^"]+"(?: aria-current="(\w+)")?>([^<]+)<')


def menu(browser: Browser, path: str) -> dict[str, str]:
    """Words of the main menu → how each is marked."""
    found = NAV.search(browser.get(path).text)
    assert found is not None
    return {words: mark for mark, words in ITEM.findall(found[0])}


def test_who_works_for_the_ars_and_for_an_applicant_sees_both(
    browser: Browser, tenant: Tenant, person: Callable[..., Actor]
) -> None:
    grant_role(operator("root", tenant.id), "double@x.fr", "ars_manager")
    join_organisation(person("double@x.fr"), "560002511", "Les Ajoncs", "Directrice")
    browser.sign_in("double@x.fr")
    assert list(menu(browser, "/contact")) == [
        "Appels à candidatures",
        "Catalogue",
        "Mes dossiers",
        "Mes prestations",
        "Factures",
        "Campagnes",
        "Agenda",
        "Portail",
    ]


def test_the_current_page_is_marked_and_the_part_it_belongs_to(browser: Browser, tenant: Tenant) -> None:
    grant_role(operator("root", tenant.id), "menu@x.fr", "ars_manager")
    browser.sign_in("menu@x.fr")
    for path, words, mark in (
        ("/", "Appels à candidatures", "page"),
        ("", "Appels à candidatures", "page"),
        ("/campaigns/inconnu", "Appels à candidatures", "true"),
        ("/staff/campaigns", "Campagnes", "page"),
        ("/staff/campaigns/inconnu", "Campagnes", "true"),
        ("/staff/settings", "Portail", "page"),
        ("/pulse", "Portail", "true"),
        ("/account", "", ""),
    ):
        marked = {words: mark for words, mark in menu(browser, path).items() if mark}
        assert marked == ({words: mark} if words else {}), path


def test_unread_notices_are_counted_in_the_header(
    browser: Browser, tenant: Tenant, person: Callable[..., Actor]
) -> None:
    me = person("avis@x.fr")
    browser.sign_in("avis@x.fr")
    assert "non lue" not in text_of(browser.get("/account"))
    with transaction(system(tenant.id, "tests")) as tx:
        for number in range(2):
            context = {"organisation": {"name": "Les Ajoncs", "finess_ej": "560002511"}, "role": "Lecteur"}
            notice = NewNotice(f"essai:{number}", "tenants/member_added", uuid7(), me.email, me.user_id, "/", context)
            assert notify(tx, notice)
    said = text_of(browser.get("/account"))
    assert "2 notifications non lues" in said
    assert "Mes notifications (2 non lues)" in said


def test_the_page_of_a_fault_asks_nothing_more(
    application: Flask, browser: Browser, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(**values: object) -> None:
        raise ZeroDivisionError

    browser.sign_in("panne@x.fr")
    raising.permission = "public.view"  # type: ignore[attr-defined]
    monkeypatch.setitem(application.view_functions, "account.view", raising)
    assert browser.get("/account").status_code == 500
    assert not [statement for statement in statements if "FROM notification" in statement and "count" in statement]


def test_a_page_says_what_a_search_shows_of_it(browser: Browser) -> None:
    said = browser.get("/").text
    assert '<meta name="description" content="Appels, diagnostics' in said
    assert said.count('name="description"') == 1
