"""One sign-in, every portal: what one holds elsewhere is shown, one click away, and gives nothing here."""

from collections.abc import Callable

import pytest
from flask import Flask

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.organisation import join_organisation
from tenants.service.places import list_my_places
from tenants.service.role import grant_role
from tenants.service.session import find_signed_in
from tests.browser import Browser, text_of

pytestmark = pytest.mark.usefixtures("no_limits")
ME = "nationale@gestionnaire.fr"


@pytest.fixture
def two(tenant: Tenant, make_tenant: Callable[..., Tenant], application: Flask) -> tuple[Tenant, Tenant]:
    """Two portals: in the first one an organisation, in the second a role."""
    other = make_tenant()
    Browser(application, tenant).sign_in(ME)
    browser = Browser(application, tenant).sign_in(ME)
    me = find_signed_in(tenant.id, browser.session or "", None)
    assert me is not None
    join_organisation(me, "350000022", "LES LILAS", "Directrice")
    grant_role(operator("tests", other.id), ME, "ars_instructor")
    return tenant, other


def test_each_place_is_shown_and_nobody_elses(two: tuple[Tenant, Tenant], application: Flask) -> None:
    here, other = two
    grant_role(operator("tests", other.id), "autre@ars.fr", "ars_manager")
    browser = Browser(application, here).sign_in(ME)
    me = find_signed_in(here.id, browser.session or "", None)
    assert me is not None
    mine = {place.tenant.id: place for place in list_my_places(me)}
    places = {key: mine[key] for key in (here.id, other.id)}
    assert [organisation.name for organisation, _ in places[here.id].organisations] == ["LES LILAS"]
    assert (list(places[here.id].roles), list(places[other.id].roles)) == ([], ["ars_instructor"])
    assert places[other.id].organisations == []


def test_one_cookie_opens_both_and_roles_do_not_travel(two: tuple[Tenant, Tenant], application: Flask) -> None:
    here, other = two
    browser = Browser(application, here).sign_in(ME)
    page = browser.get("/portals")
    assert f'href="/{other.slug}/"' in page.text
    assert "Instructeur à l’ARS" in text_of(page)
    assert browser.get("/staff/campaigns").status_code == 403
    there = browser.client.get(f"/{other.slug}/staff/campaigns")
    assert there.status_code == 200
    assert browser.client.get(f"/{other.slug}/portals").status_code == 200
    members = next(one for one in page.text.split('"') if one.startswith(f"/{here.slug}/") and one.endswith("/members"))
    assert browser.client.get(members).status_code == 200
    assert browser.client.get(members.replace(f"/{here.slug}/", f"/{other.slug}/")).status_code == 404


def test_the_menu_leads_there_from_every_page(two: tuple[Tenant, Tenant], application: Flask) -> None:
    browser = Browser(application, two[0]).sign_in(ME)
    assert f'href="/{two[0].slug}/portals">Changer de portail' in browser.get("/account").text


def test_somebody_without_a_place_is_told_how_one_comes(browser: Browser) -> None:
    browser.sign_in("nouvelle@nulle-part.fr")
    assert "aucun portail" in text_of(browser.get("/portals"))
    assert browser.client.get(f"/{browser.tenant.slug}/portals").status_code == 200


def test_a_visitor_is_asked_to_sign_in(browser: Browser) -> None:
    assert browser.get("/portals").status_code == 303
