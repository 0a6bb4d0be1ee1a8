"""The pages of online payment, and the address that Stripe tells its events to."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from billing.models import Checkout, OnlineRefund, PaymentAccount, PaymentEvent
from billing.service.payment_account import close_account
from kit.actor import operator, system
from kit.audit import AuditLine
from kit.transaction import transaction
from kit.vault import take_out
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.billing.rows import an_issuer
from tests.billing.stripe_side import Side, a_side
from tests.billing.test_online_events import a_paid_page, completed
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.peers.stripe import Peer, money
from tests.peers.stripe.delivery import signature

FORM = {
    "mode": "own_key",
    "secret_key": "rk_test_pages0001",
    "webhook_secret": "whsec_pages0001",
    "methods": "card",
    "mandate_reference": "CONV-2026-7",
    "mandate_on": "15/01/2026",
}


@pytest.fixture
def grades(application: Flask, tenant: Tenant) -> Browser:
    """Somebody of the GRADeS."""
    return staff_of(application, tenant)


def staff_of(application: Flask, tenant: Tenant) -> Browser:
    person = a_person(tenant)
    grant_role(operator("tests", tenant.id), person.email, "grades_manager")
    return Browser(application, tenant).sign_in(person.email)


def payer_of(application: Flask, side: Side) -> Browser:
    return Browser(application, side.tenant).sign_in(side.facility.owner.email)


def deliver(application: Flask, side: Side, event: dict[str, Any], path: str = "", **options: Any) -> int:
    """What Stripe is answered."""
    body = json.dumps(event)
    header = signature(body, options.pop("secret", side.secret), options.pop("at", None))
    address = path or f"/{side.tenant.slug}/webhooks/stripe"
    return (
        application.test_client()
        .post(address, data=body.encode(), content_type="application/json", headers={"Stripe-Signature": header})
        .status_code
    )


def test_the_account_is_set_then_opened_and_its_secrets_never_come_back(
    application: Flask, tenant: Tenant, peer: Peer, grades: Browser
) -> None:
    an_issuer(tenant)
    peer.account("acct_pages0001", "rk_test_pages0001")
    assert "n’est pas proposé" in text_of(grades.get("/staff/billing/online"))
    assert "convention de mandat" in text_of(grades.get("/staff/billing/online/account"))
    refused = grades.post("/staff/billing/online/open")
    assert refused.status_code == 422
    assert grades.post("/staff/billing/online/account", FORM | {"account_id": "acct_pages0001"}).status_code == 303
    page = grades.get("/staff/billing/online/account")
    assert "Une clé est enregistrée" in text_of(page)
    for secret in ("rk_test_pages0001", "whsec_pages0001"):
        assert secret not in page.text
    assert grades.post("/staff/billing/online/open").status_code == 303
    assert "Ouvert" in text_of(grades.get("/staff/billing/online"))
    kept = FORM | {"account_id": "acct_pages0001", "secret_key": "", "webhook_secret": ""}
    assert grades.post("/staff/billing/online/account", kept).status_code == 303
    (row,) = _rows(tenant, PaymentAccount)
    assert (take_out(row.secret_key), take_out(row.webhook_secret)) == (FORM["secret_key"], FORM["webhook_secret"])
    assert FORM["secret_key"] not in row.secret_key
    assert grades.post("/staff/billing/online/close").status_code == 303


def _rows(tenant: Tenant, kind: Any) -> Any:
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.query(kind).all()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mode": "guess"}, "mode"),
        ({"account_id": "compte"}, "account_id"),
        ({"secret_key": "sk_live_whole0001"}, "secret_key"),
        ({"secret_key": "rk_test_unknown01"}, "secret_key"),
        ({"secret_key": ""}, "secret_key"),
        ({"webhook_secret": "secret"}, "webhook_secret"),
        ({"methods": "bitcoin"}, "methods"),
        ({"mandate_on": "hier"}, "mandate_on"),
        ({"mandate_reference": "x" * 201}, "mandate_reference"),
        ({"mode": "connected"}, "mode"),
        ({"account_id": "acct_pages0002"}, "secret_key"),
    ],
)
def test_a_setting_that_is_wrong_is_named(
    application: Flask, tenant: Tenant, peer: Peer, grades: Browser, change: dict[str, str], field: str
) -> None:
    an_issuer(tenant)
    peer.account("acct_pages0001", "rk_test_pages0001")
    answer = grades.post("/staff/billing/online/account", FORM | {"account_id": "acct_pages0001"} | change)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    for secret in ("rk_test_pages0001", "sk_live_whole0001", "rk_test_unknown01", "whsec_pages0001"):
        assert secret not in answer.text


@pytest.mark.parametrize("missing", ["mandate_reference", "mandate_on"])
def test_under_public_accounting_nothing_opens_without_the_agreement(
    application: Flask, tenant: Tenant, peer: Peer, grades: Browser, missing: str
) -> None:
    an_issuer(tenant, public_accounting=True)
    name = missing.replace("_", "")
    peer.account(f"acct_{name}", f"rk_test_{name}")
    form = FORM | {"account_id": f"acct_{name}", "secret_key": f"rk_test_{name}", missing: ""}
    assert grades.post("/staff/billing/online/account", form).status_code == 303
    answer = grades.post("/staff/billing/online/open")
    assert answer.status_code == 422
    assert f'href="#{missing}"' in answer.text
    assert "2016-544" in answer.text


def test_elsewhere_no_agreement_is_asked(application: Flask, tenant: Tenant, peer: Peer, grades: Browser) -> None:
    an_issuer(tenant, public_accounting=False)
    peer.account("acct_private01", "rk_test_private01")
    form = FORM | {"account_id": "acct_private01", "secret_key": "rk_test_private01", "mandate_reference": ""}
    assert grades.post("/staff/billing/online/account", form | {"mandate_on": ""}).status_code == 303
    assert grades.post("/staff/billing/online/open").status_code == 303


def test_pressing_leads_to_the_payment_page_and_back(application: Flask, side: Side) -> None:
    invoice, payer = side.invoice(12_000), payer_of(application, side)
    gone = payer.post(f"/invoices/{invoice.id}/pay")
    assert gone.status_code == 303
    assert gone.location.startswith(f"{side.peer.address}/c/pay/cs_")
    (checkout,) = side.rows(Checkout)
    waits = payer.get(f"/checkouts/{checkout.id}?back=1")
    assert "Nous attendons la confirmation" in text_of(waits)
    assert "hx-get" in waits.text
    assert "n’est pas fait" in text_of(payer.get(f"/checkouts/{checkout.id}"))
    side.peer.pay(gone.location.rpartition("/")[2])
    side.work()
    page = payer.get(f"/checkouts/{checkout.id}?back=1")
    assert "Payé" in text_of(page)
    assert "hx-get" not in page.text
    assert "Frais" not in text_of(page), "what Stripe keeps is the GRADeS's business"


def test_a_press_that_leads_nowhere_says_why_on_the_invoice(application: Flask, side: Side) -> None:
    invoice, payer = side.invoice(12_000), payer_of(application, side)
    close_account(side.boss)
    answer = payer.post(f"/invoices/{invoice.id}/pay")
    assert answer.status_code == 303
    assert str(invoice.id) in answer.location or answer.location.endswith("/invoices")


def test_the_grades_refunds_from_the_page(application: Flask, side: Side) -> None:
    a_paid_page(side)
    side.news()
    (checkout,) = side.rows(Checkout)
    staff = staff_of(application, side.tenant)
    assert "Rembourser" in text_of(staff.get(f"/checkouts/{checkout.id}"))
    for amount, reason, field in [
        ("10,005", "x", "amount"),
        ("", "x", "amount"),
        ("121", "x", "amount"),
        ("1", "", "reason"),
    ]:
        answer = staff.post(f"/checkouts/{checkout.id}/refund", {"amount": amount, "reason": reason})
        assert answer.status_code == 422
        assert f'id="{field}-error"' in answer.text
    assert staff.post(f"/checkouts/{checkout.id}/refund", {"amount": "20,00", "reason": "Geste"}).status_code == 303
    side.work()
    assert "20,00" in text_of(staff.get(f"/checkouts/{checkout.id}"))
    assert [one.state for one in side.rows(OnlineRefund)] == ["applied"]
    payer = payer_of(application, side)
    assert "Rembourser en ligne" not in text_of(payer.get(f"/checkouts/{checkout.id}"))
    assert payer.post(f"/checkouts/{checkout.id}/refund", {"amount": "1", "reason": "x"}).status_code == 403


def test_the_overview_shows_payments_disputes_and_payouts_in_as_many_queries(
    application: Flask, side: Side, statements: list[str]
) -> None:
    staff = staff_of(application, side.tenant)

    def story() -> None:
        _, page = a_paid_page(side)
        side.news()
        money.pay_out(side.peer.ledger, side.account)
        money.dispute(side.peer.ledger, page)
        side.news()

    def queries() -> int:
        statements.clear()
        shown = text_of(staff.get("/staff/billing/online"))
        assert "Contestations" in shown
        assert "Versé" in shown
        return len(statements)

    story()
    one = queries()
    story()
    story()
    assert queries() == one


def test_stripe_is_answered_at_once_without_a_seal(application: Flask, side: Side) -> None:
    invoice, _ = a_paid_page(side)
    event = completed(side)
    assert [deliver(application, side, event) for _ in range(3)] == [200, 200, 200]
    assert len(side.rows(PaymentEvent)) == 1
    side.work()
    assert side.open_cents(invoice) == 0


def test_what_is_not_stripe_is_refused(application: Flask, side: Side, make_tenant: Callable[[], Tenant]) -> None:
    a_paid_page(side)
    event = completed(side)
    assert deliver(application, side, event, secret="whsec_forged000") == 400
    assert deliver(application, side, event, at=time.time() - 301) == 400
    assert deliver(application, side, event | {"account": "acct_other00"}) == 403
    assert deliver(application, side, event | {"more": "x" * 600_000}) == 413
    assert deliver(application, side, event, path="/webhooks/stripe") == 400
    other = a_side(make_tenant(), side.peer)
    assert deliver(application, side, event, path=f"/{other.tenant.slug}/webhooks/stripe") == 400
    unset = make_tenant()
    assert deliver(application, side, event, path=f"/{unset.slug}/webhooks/stripe") == 400
    assert application.test_client().get(f"/{side.tenant.slug}/webhooks/stripe").status_code == 405
    assert side.rows(PaymentEvent) == other.rows(PaymentEvent) == []
    assert len(side.rows(AuditLine, AuditLine.action == "payment_event.refuse")) == 1


def test_nobody_else_sees_a_payment(application: Flask, side: Side, make_tenant: Callable[[], Tenant]) -> None:
    invoice = side.invoice(12_000)
    side.press(invoice)
    (checkout,) = side.rows(Checkout)
    stranger = Browser(application, side.tenant).sign_in(a_person(side.tenant).email)
    for path in (f"/checkouts/{checkout.id}", "/staff/billing/online", "/staff/billing/online/account"):
        assert stranger.get(path).status_code in (403, 404)
    elsewhere = staff_of(application, make_tenant())
    assert elsewhere.get(f"/checkouts/{checkout.id}").status_code == 404
