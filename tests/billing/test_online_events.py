"""Events: signed, of the right account, stored once; in any order, any number of times, one end."""

import json
import logging
import random
import time
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.models import Checkout, JournalEntry, OnlineRefund, PaymentEvent, Payout
from billing.rules.online import AccountForm
from billing.service.online_refund import ask_refund
from billing.service.payment_account import set_account
from billing.service.payment_event import receive_at_platform, receive_at_portal
from kit import clock
from kit.actor import anonymous, operator
from kit.audit import AuditLine
from kit.errors import CrrcError, Forbidden, Invalid
from tenants.models import Tenant
from tests.billing.rows import an_issuer
from tests.billing.stripe_side import Side, a_side
from tests.peers.stripe import Peer, money
from tests.peers.stripe.delivery import signature


def a_paid_page(side: Side, how: str = "card", amount: int = 12_000) -> tuple[Any, str]:
    """An invoice whose page was paid; nobody was told."""
    invoice = side.invoice(amount)
    page = side.press(invoice)
    side.peer.pay(page, how)
    return invoice, page


def events_of(side: Side) -> list[dict[str, Any]]:
    """What its Stripe has to tell."""
    return [one for one in side.peer.ledger.events if side.peer.ledger.owners[one["id"]] == side.account]


def completed(side: Side) -> dict[str, Any]:
    """The event that says that a page was completed."""
    return next(one for one in events_of(side) if one["type"] == "checkout.session.completed")


def test_an_event_is_stored_once_and_processed_once(side: Side) -> None:
    invoice, _ = a_paid_page(side)
    event = completed(side)
    assert [side.tell(event), side.tell(event), side.tell(event)] == [True, False, False]
    assert side.work() == 1
    assert side.work() == 0
    (stored,) = side.rows(PaymentEvent)
    assert (stored.processed_at is not None, stored.outcome) == (True, "Paiement paid")
    assert side.open_cents(invoice) == 0


@pytest.mark.parametrize(
    ("age", "secret", "change"),
    [
        (301, "", {}),
        (0, "whsec_somebodyelse", {}),
        (0, "", {"data": {}}),
        (0, "", {"data": {"object": {"id": 7}}}),
        (0, "", {"id": None}),
        (0, "", {"created": "hier"}),
        (0, "", {"type": "x" * 300}),
    ],
)
def test_a_bad_signature_or_an_old_or_unreadable_event_is_refused(
    side: Side, age: int, secret: str, change: dict[str, Any]
) -> None:
    a_paid_page(side)
    event = completed(side)
    with pytest.raises(CrrcError) as refused:
        side.tell(event, time.time() - age, secret, **change)
    assert refused.value.status == 400
    assert side.rows(PaymentEvent) == []


@pytest.mark.parametrize("header", [None, "", "t=1", "t=x,v1=y", "v1=abc", "t=1,v1=é"])
def test_a_header_that_is_none_is_refused(side: Side, header: str | None) -> None:
    with pytest.raises(CrrcError) as refused:
        receive_at_portal(anonymous(side.tenant.id), b"{}", header)
    assert refused.value.status == 400


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"null", b'"evt"', b"{", b"[" * 50_000])
def test_a_body_that_is_no_event_is_refused(side: Side, body: bytes) -> None:
    header = signature(body.decode(errors="replace"), side.secret)
    with pytest.raises(CrrcError) as refused:
        receive_at_portal(anonymous(side.tenant.id), body, header)
    assert refused.value.status == 400


def test_an_event_of_another_account_is_refused_and_audited(side: Side) -> None:
    a_paid_page(side)
    with pytest.raises(Forbidden):
        side.tell(completed(side), account="acct_somebodyelse")
    assert side.rows(PaymentEvent) == []
    (line,) = side.rows(AuditLine, AuditLine.action == "payment_event.refuse")
    assert line.facts["account"] == "acct_somebodyelse"


def test_the_event_of_one_region_at_the_address_of_another(side: Side, make_tenant: Any) -> None:
    other = a_side(make_tenant(), side.peer)
    invoice, _ = a_paid_page(other)
    event = completed(other)
    with pytest.raises(CrrcError) as refused:
        side.tell(event, secret=other.secret)
    assert refused.value.status == 400
    side.tell(event)  # were its secret known: the thing is not on this account
    side.work()
    (stored,) = side.rows(PaymentEvent)
    assert "Inconnu de ce compte" in stored.outcome
    assert other.open_cents(invoice) == 12_000, "nothing was told to its own region"
    assert side.rows(Checkout) == []


def test_a_page_that_claims_another_regions_checkout_changes_nothing(side: Side, make_tenant: Any) -> None:
    """Somebody writes, on a page of their own account, the names of another region's checkout."""
    other = a_side(make_tenant(), side.peer)
    target = other.invoice(12_000)
    other.press(target)
    (wanted,) = other.rows(Checkout)
    mine, page = a_paid_page(side)
    side.peer.ledger.things[page]["metadata"] = {
        "tenant": str(other.tenant.id),
        "invoice": str(target.id),
        "checkout": str(wanted.id),
    }
    side.tell(completed(side))
    side.work()
    assert other.open_cents(target) == 12_000
    assert side.open_cents(mine) == 12_000, "it is not the page we made any more"
    assert [one.state for one in other.rows(Checkout)] == ["open"]


def test_an_event_for_an_invoice_already_paid_changes_nothing(side: Side) -> None:
    invoice, _ = a_paid_page(side)
    side.news()
    before = side.standing(invoice)
    for event in events_of(side):
        side.tell({**event, "id": event["id"] + "x"})
    side.work()
    assert side.standing(invoice) == before


def test_events_of_no_interest_are_answered_and_forgotten(side: Side) -> None:
    a_paid_page(side)
    event = next(one for one in events_of(side) if one["type"] == "charge.succeeded")
    assert side.tell(event) is False
    assert side.rows(PaymentEvent) == []


def test_money_that_came_by_another_way_is_none_of_ours(side: Side) -> None:
    """A payment made in Stripe's own pages, then refunded."""
    _, page = a_paid_page(side)
    book = side.peer.ledger
    intent = book.things[book.things[page]["payment_intent"]]
    money.refund(book, intent, 100, {}, None)
    event = events_of(side)[-2]
    del book.things[page]
    side.tell(event)
    side.work()
    assert [one.outcome for one in side.rows(PaymentEvent)] == ["Sans rapport avec une facture"]


def test_an_event_waits_while_stripe_is_away_or_refuses_the_key(side: Side) -> None:
    invoice, _ = a_paid_page(side)
    side.tell(completed(side))
    side.peer.fail("/checkout/sessions", method="GET", when="before", times=2)
    side.work()
    (stored,) = side.rows(PaymentEvent)
    assert (stored.processed_at, stored.attempts) == (None, 1)
    account = side.peer.ledger.accounts[side.account]
    keys, account.keys = account.keys, set()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        side.work()
    (stored,) = side.rows(PaymentEvent)
    assert "Clé refusée" in stored.outcome
    account.keys = keys
    with clock.frozen(clock.now() + timedelta(hours=2)):
        side.work()
    assert side.open_cents(invoice) == 0


def test_the_platform_finds_the_region_by_the_account(tenant: Tenant, peer: Peer, monkeypatch: Any) -> None:
    monkeypatch.setenv("CRRC_STRIPE_SECRET_KEY", "sk_test_platform")
    monkeypatch.setenv("CRRC_STRIPE_WEBHOOK_SECRET", "whsec_platform")
    peer.account("acct_platform", "sk_test_platform", platform=True)
    side = a_side(tenant, peer)
    peer.account(side.account, connected=True)
    set_account(side.boss, AccountForm("connected", side.account, "", "", ("card",), "CONV", date(2026, 1, 15)))
    invoice, _ = a_paid_page(side)
    body = json.dumps({**completed(side), "account": side.account})
    assert receive_at_platform(body.encode(), signature(body, "whsec_platform"))
    side.work()
    assert side.open_cents(invoice) == 0
    for account in ("acct_nobody", ""):
        body = json.dumps({**completed(side), "account": account})
        with pytest.raises(Forbidden):
            receive_at_platform(body.encode(), signature(body, "whsec_platform"))
    with pytest.raises(CrrcError):
        receive_at_platform(body.encode(), signature(body, side.secret))


def test_an_account_belongs_to_one_region_for_ever(side: Side, make_tenant: Any) -> None:
    tenant = make_tenant()
    an_issuer(tenant)
    key = next(iter(side.peer.ledger.accounts[side.account].keys))
    form = AccountForm("own_key", side.account, key, "whsec_other000", ("card",), "CONV", date(2026, 1, 15))
    with pytest.raises(Invalid) as refused:
        set_account(operator("grades", tenant.id), form)
    assert refused.value.fields == {"account_id": "Ce compte ne peut pas être utilisé ici."}
    assert side.tenant.slug not in str(refused.value)


STORIES = ("card", "sepa paid", "sepa failed", "refunded", "partly refunded", "disputed", "dispute won", "dispute lost")


def play(side: Side, story: str) -> Any:
    """Let a story happen at Stripe's; nothing is told. The invoice it is about."""
    invoice, page = a_paid_page(side, "sepa_debit" if story.startswith("sepa") else "card")
    book = side.peer.ledger
    if story.startswith("sepa"):
        money.settle(book, page, story == "sepa paid")
    intent = book.things[book.things[page]["payment_intent"]]
    if story in ("refunded", "partly refunded"):
        money.refund(book, intent, 4_000, {}, None)
    if story == "refunded":
        money.refund(book, intent, None, {}, "duplicate")
    if story.startswith("dispute"):
        made = money.dispute(book, page)
        if story != "disputed":
            money.close_dispute(book, made["id"], won=story == "dispute won")
    return invoice


ENDS: dict[str, tuple[str, int, list[tuple[str, int]]]] = {
    "card": ("paid", 0, [("payment", 12_000)]),
    "sepa paid": ("paid", 0, [("payment", 12_000)]),
    "sepa failed": ("failed", 12_000, []),
    "refunded": ("refunded", 12_000, [("refund", 4_000), ("refund", 8_000)]),
    "partly refunded": ("paid", 4_000, [("payment", 8_000), ("refund", 4_000)]),
    "disputed": ("disputed", 0, [("payment", 12_000)]),
    "dispute won": ("paid", 0, [("payment", 12_000)]),
    "dispute lost": ("lost", 12_000, [("refund", 12_000)]),
}


@settings(max_examples=30, suppress_health_check=list(HealthCheck))
@given(story=st.sampled_from(STORIES), seed=st.integers(0, 10**6), copies=st.integers(1, 3), batch=st.integers(1, 4))
def test_any_order_and_any_number_of_times_ends_the_same(
    side: Side, story: str, seed: int, copies: int, batch: int
) -> None:
    """Events permuted and repeated, some told while the story still goes on, the worker passing now and then."""
    chance = random.Random(seed)
    begun = len(side.peer.ledger.events)
    invoice = play(side, story)
    told = [one for one in side.peer.ledger.events[begun:] for _ in range(copies)]
    chance.shuffle(told)
    for place, event in enumerate(told):
        # A repeated delivery has its name; a redelivery made by hand in the dashboard has another.
        side.tell({**event, "id": event["id"] + chance.choice(["", "_again"])})
        if place % batch == 0:
            side.work()
    side.work()
    found = side.standing(invoice)
    assert (found["state"], found["open"], found["matchings"]) == ENDS[story]
    assert len(found["payments"]) == (0 if story == "sepa failed" else 1)


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(story=st.sampled_from(STORIES), seed=st.integers(0, 10**6))
def test_events_told_while_the_story_goes_on(side: Side, story: str, seed: int) -> None:
    """Each step of the story is told late, by chance: what is known only ever moves forward."""
    chance = random.Random(seed)
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    book = side.peer.ledger
    steps = {
        "sepa paid": [lambda: side.peer.pay(page, "sepa_debit"), lambda: money.settle(book, page)],
        "sepa failed": [lambda: side.peer.pay(page, "sepa_debit"), lambda: money.settle(book, page, False)],
    }.get(story, [lambda: side.peer.pay(page)])
    intent = lambda: book.things[book.things[page]["payment_intent"]]  # noqa: E731
    if "refunded" in story:
        steps.append(lambda: money.refund(book, intent(), 4_000, {}, None))
    if story == "refunded":
        steps.append(lambda: money.refund(book, intent(), None, {}, None))
    if story.startswith("dispute"):
        steps.append(lambda: money.dispute(book, page))
    if story in ("dispute won", "dispute lost"):
        steps.append(lambda: money.close_dispute(book, book.all(side.account, "dispute")[0]["id"], "won" in story))
    begun, waiting = len(book.events), []
    for step in steps:
        step()
        waiting += book.events[begun:]
        begun = len(book.events)
        chance.shuffle(waiting)
        for _ in range(chance.randint(0, len(waiting))):
            side.tell(waiting.pop())
        side.work()
    for event in waiting:
        side.tell(event)
    side.work()
    found = side.standing(invoice)
    assert (found["state"], found["open"], found["matchings"]) == ENDS[story]


def test_a_refund_asked_here_goes_once_and_comes_back_in_the_accounts(side: Side) -> None:
    invoice, _ = a_paid_page(side)
    side.news()
    (checkout,) = side.rows(Checkout)
    ask_refund(side.boss, checkout.id, 5_000, "Deux jours en moins")
    side.peer.fail("/refunds", times=2)  # done at Stripe's, the answer lost
    side.work()
    with clock.frozen(clock.now() + timedelta(minutes=5)):
        side.work()
    side.news()
    found = side.standing(invoice)
    assert found["taken"] == [("refund", "applied", 5_000)]
    assert (found["state"], found["open"], found["refunded"]) == ("paid", 5_000, 5_000)
    assert len(side.peer.ledger.all(side.account, "refund")) == 1
    with pytest.raises(Invalid) as refused:
        ask_refund(side.boss, checkout.id, 7_001, "Trop")
    assert "70,00" in refused.value.fields["amount"]
    ask_refund(side.boss, checkout.id, 7_000, "Le reste")
    side.work()
    assert side.standing(invoice)["state"] == "refunded"


def test_a_refund_that_fails_gives_the_money_its_place_again(side: Side) -> None:
    invoice, _ = a_paid_page(side)
    side.news()
    (checkout,) = side.rows(Checkout)
    ask_refund(side.boss, checkout.id, 12_000, "Erreur")
    side.work()
    assert side.standing(invoice)["state"] == "refunded"
    money.fail_refund(side.peer.ledger, side.peer.ledger.all(side.account, "refund")[0]["id"])
    side.news()
    found = side.standing(invoice)
    assert (found["state"], found["open"], found["matchings"]) == ("paid", 0, [("payment", 12_000)])
    assert found["taken"] == [("refund", "failed", 12_000)]


def test_a_refund_that_stripe_refuses_says_so(side: Side) -> None:
    a_paid_page(side)
    side.news()
    (checkout,) = side.rows(Checkout)
    made = money.dispute(side.peer.ledger, checkout.session_id)
    ask_refund(side.boss, checkout.id, 12_000, "Erreur")
    money.close_dispute(side.peer.ledger, made["id"], won=False)
    side.work()
    refund = side.rows(OnlineRefund, OnlineRefund.kind == "refund")[0]
    assert (refund.state, refund.last_error) == ("failed", "charge_disputed")


def test_a_payout_is_in_the_accounts_with_its_fees_and_goes_back_when_it_fails(side: Side) -> None:
    a_paid_page(side)
    side.news()
    made = money.pay_out(side.peer.ledger, side.account)
    side.news()
    (row,) = side.rows(Payout)
    assert (row.state, row.gross_cents, row.fee_cents, row.amount_cents) == ("paid", 12_000, 205, 11_795)
    (entry,) = side.rows(JournalEntry, JournalEntry.subject == "payout")
    assert (entry.journal, entry.lines, entry.piece) == ("BQ", 3, made["id"])
    money.fail_payout(side.peer.ledger, made["id"])
    side.news()
    (row,) = side.rows(Payout)
    assert row.state == "failed"
    assert len(side.rows(JournalEntry, JournalEntry.subject == "payout_failure")) == 1
    for event in events_of(side):  # an old bell rings again
        side.tell({**event, "id": event["id"] + "_again"})
    side.work()
    assert [one.state for one in side.rows(Payout)] == ["failed"]


def test_no_secret_reaches_a_log_an_audit_line_or_a_page(side: Side, caplog: Any, capsys: Any) -> None:
    with caplog.at_level(logging.DEBUG):
        invoice, _ = a_paid_page(side)
        side.news()
        account = side.peer.ledger.accounts[side.account]
        (key,) = account.keys
        account.keys = set()
        with pytest.raises(Exception, match="ne fonctionne pas"):
            side.press(side.invoice(9_000))
        account.keys = {key}
        with pytest.raises(CrrcError):
            side.tell(completed(side), secret="whsec_somebodyelse")
    said = caplog.text + "".join(capsys.readouterr())
    said += "".join(f"{one.action} {one.facts}" for one in side.rows(AuditLine))
    assert caplog.text, "something was logged"
    for secret in (key, side.secret):
        assert secret not in said
    assert side.open_cents(invoice) == 0
