"""An adherent without an account owes money too: neither the ARS nor another facility reads its invoices."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from flask import Flask

from kit.actor import operator
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.billing.rows import a_customer, an_invoice, an_issuer
from tests.browser import Browser
from tests.services_catalog.market import a_facility

pytestmark = pytest.mark.usefixtures("no_limits")
ADDRESSES = (
    "/invoices/{}",
    "/invoices/{}.pdf",
    "/invoices/{}.xml",
    "/invoices/{}/contest",
)
# The customer's: they do not tell by 403 that an invoice is there.
ACTS = ("/invoices/{}/contest", "/invoices/{}/pay")
# The GRADeS's own: refused before any invoice is looked for, so that they tell nothing either.
CLOSED, CLOSED_ACT = "/invoices/{}/transmission", "/invoices/{}/resume"


@pytest.fixture
def browsers(application: Flask, tenant: Tenant) -> Callable[[str], Browser]:
    def sign_in(email: str) -> Browser:
        return Browser(application, tenant).sign_in(email)

    return sign_in


@pytest.mark.parametrize("role", ["ars_manager", "ars_instructor"])
def test_the_ars_reads_what_it_pays_and_nothing_else(
    tenant: Tenant, browsers: Callable[[str], Browser], role: str
) -> None:
    an_issuer(tenant)
    stranger = an_invoice(tenant, a_customer(tenant, name="Association sans compte", finess_ej="350000000"))
    own = an_invoice(tenant, a_customer(tenant, is_funder=True, kind="public", name="ARS Essai"))
    grant_role(operator("tests", tenant.id), f"{role}@ars.test", role)
    browser = browsers(f"{role}@ars.test")
    assert browser.get(ADDRESSES[0].format(own.id)).status_code == 200
    for address in ADDRESSES:
        assert browser.get(address.format(stranger.id)).status_code == 404, address
    assert [browser.get(CLOSED.format(one)).status_code for one in (stranger.id, uuid4())] == [403, 403]
    assert "Association sans compte" not in browser.get("/invoices").text


def test_a_facility_reads_neither_the_ars_nor_the_stranger(tenant: Tenant, browsers: Callable[[str], Browser]) -> None:
    an_issuer(tenant)
    facility = a_facility(tenant)
    mine = an_invoice(tenant, a_customer(tenant, facility))
    others = (
        an_invoice(tenant, a_customer(tenant, name="Association sans compte")),
        an_invoice(tenant, a_customer(tenant, is_funder=True, kind="public", name="ARS Essai")),
    )
    browser = browsers(facility.owner.email)
    assert browser.get(ADDRESSES[0].format(mine.id)).status_code == 200
    for other in others:
        for address in ADDRESSES:
            assert browser.get(address.format(other.id)).status_code == 404, address
        assert [browser.get(CLOSED.format(one)).status_code for one in (other.id, uuid4())] == [403, 403]
        for act in ACTS:
            answers = [browser.post(act.format(one)).status_code for one in (other.id, uuid4())]
            assert answers == [404, 404], act
        assert [browser.post(CLOSED_ACT.format(one)).status_code for one in (other.id, uuid4())] == [403, 403]
