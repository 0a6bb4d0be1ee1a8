"""Who hears of an online payment; and the same acts for programs."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.rooms import permissions
from app.subscriptions import SUBSCRIPTIONS
from billing.models import Checkout, OnlineRefund
from billing.service.online_refund import ask_refund
from kit.actor import operator, system
from kit.errors import Conflict
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from notifications.models import Notification
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.billing.stripe_side import Side
from tests.billing.test_online_events import a_paid_page, play
from tests.campaigns.files import a_person
from tests.peers.stripe import money


def hear(side: Side) -> list[tuple[str, str]]:
    """Deliver the news, twice; the mails that came of it (which, to whom)."""
    for _ in range(2):
        with transaction(system(side.tenant.id, "tests")) as tx:
            for message in tx.session.scalars(select(OutboxMessage)).all():
                for reaction in SUBSCRIPTIONS.get(message.topic, ()):
                    reaction(tx, message)
    return sorted((one.template.removeprefix("billing/"), one.email) for one in side.rows(Notification))


def test_each_is_told_what_concerns_them_once(side: Side) -> None:
    boss = a_person(side.tenant)
    grant_role(operator("tests", side.tenant.id), boss.email, "grades_manager")
    for story in ("card", "sepa failed", "dispute lost"):
        play(side, story)
        side.news()
    (first, *_) = side.rows(Checkout)
    ask_refund(side.boss, first.id, 1_000, "Geste")
    side.work()
    told = hear(side)
    payers = {side.facility.owner.email, side.customer.email}
    assert {to for what, to in told if what == "online_paid"} == payers
    assert {to for what, to in told if what == "online_failed"} == payers
    assert {to for what, to in told if what == "online_refunded"} == payers
    assert [to for what, to in told if what == "online_lost"] == [boss.email]
    assert len([what for what, _ in told if what == "online_paid"]) == 4, "two payments, two addresses"


def test_a_dispute_says_until_when_to_answer(side: Side) -> None:
    boss = a_person(side.tenant)
    grant_role(operator("tests", side.tenant.id), boss.email, "grades_manager")
    play(side, "disputed")
    side.news()
    assert ("online_disputed", boss.email) in hear(side)


def test_a_page_that_could_not_be_made_concerns_nobody(side: Side) -> None:
    invoice = side.invoice(12_000)
    side.change_account(methods=["carte"])  # Stripe refuses what it does not know
    with pytest.raises(Conflict, match="ne fonctionne pas"):
        side.press(invoice)
    assert [one.state for one in side.rows(Checkout)] == ["failed"]
    assert hear(side) == []


def test_what_changes_on_an_invoice_makes_its_page_read_again(side: Side) -> None:
    from tests.billing.test_online_checkout import pay_by_transfer

    invoice = side.invoice(12_000)
    page = side.press(invoice)
    pay_by_transfer(side, invoice, 12_000)
    hear(side)
    side.work()
    assert side.peer.ledger.things[page]["status"] == "expired"


def test_programs_pay_read_and_refund(application: Flask, side: Side) -> None:
    client = application.test_client()
    scopes = sorted({action.partition(".")[0] for action in permissions()})
    boss = operator("tests", side.tenant.id)

    def token(**where: Any) -> dict[str, str]:
        made = create_token(boss, "essai", scopes, known_scopes=list(permissions()), **where)[1]
        return {"Authorization": f"Bearer {made}"}

    payer = token(roles=["owner"], finess_ej=side.facility.finess_ej)
    staff = token(roles=["grades_manager"])
    base, invoice = f"/api/v1/{side.tenant.slug}", side.invoice(12_000)
    opened = client.post(f"{base}/invoices/{invoice.id}/checkouts", headers=payer, json={})
    assert opened.status_code == 201
    side.peer.pay(opened.get_json()["url"].rpartition("/")[2])
    side.news()
    again = client.post(f"{base}/invoices/{invoice.id}/checkouts", headers=payer, json={})
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict")
    (checkout,) = side.rows(Checkout)
    seen = client.get(f"{base}/checkouts/{checkout.id}", headers=payer).get_json()
    assert (seen["state"], seen["credit_cents"], seen["refunds"]) == ("paid", 0, [])
    body = {"amount_cents": 12_001, "reason": "x"}
    wrong = client.post(f"{base}/checkouts/{checkout.id}/refunds", headers=staff, json=body)
    assert (wrong.status_code, list(wrong.get_json()["fields"])) == (422, ["amount"])
    body["amount_cents"] = 12_000
    assert client.post(f"{base}/checkouts/{checkout.id}/refunds", headers=payer, json=body).status_code == 403
    assert client.post(f"{base}/checkouts/{checkout.id}/refunds", headers=staff, json=body).status_code == 202
    side.work()
    assert [one.state for one in side.rows(OnlineRefund)] == ["applied"]
    a_paid_page(side)
    side.news()
    money.pay_out(side.peer.ledger, side.account)
    side.news()
    (payout,) = client.get(f"{base}/payouts", headers=staff).get_json()["items"]
    assert payout["gross_cents"] - payout["fee_cents"] == payout["amount_cents"]
    assert client.get(f"{base}/payouts", headers=payer).status_code == 403
