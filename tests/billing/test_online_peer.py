"""The strict Stripe is strict: what stripe-python may not say to the real one, it may not say to this one."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import stripe

from tests.peers.stripe import Peer, money, open_peer

LINE = {"quantity": 1, "price_data": {"currency": "eur", "unit_amount": 12_000, "product_data": {"name": "Facture"}}}
PAGE: dict[str, Any] = {"mode": "payment", "line_items": [LINE], "success_url": "https://portail.example/retour"}


@pytest.fixture(scope="module")
def server() -> Iterator[Peer]:
    """A Stripe with two accounts and a platform."""
    with open_peer() as opened:
        opened.account("acct_one", "rk_test_one")
        opened.account("acct_two", "rk_test_two", connected=True)
        opened.account("acct_platform", "sk_test_platform", platform=True)
        yield opened


def client(server: Peer, key: str = "rk_test_one", **options: Any) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": server.address}, max_network_retries=0, **options)


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"payment_method_types": ["card"]}, "payment_method_types"),
        ({"mode": "nope"}, "mode"),
        ({"allowed_payment_method_types": ["carte"]}, "allowed_payment_method_types[0]"),
        ({"line_items": [{"pricee": "x"}]}, "line_items[0][pricee]"),
        ({"line_items": [LINE | {"quantity": "deux"}]}, "line_items[0][quantity]"),
        ({"line_items": []}, "line_items"),
        ({"success_url": "retour"}, "success_url"),
        ({"expires_at": int(time.time()) + 60}, "expires_at"),
        ({"expires_at": int(time.time()) + 90_000}, "expires_at"),
        ({"locale": "breton"}, "locale"),
        ({"metadata": {"k" * 41: "v"}}, f"metadata[{'k' * 41}]"),
    ],
)
def test_a_wrong_parameter_is_named(server: Peer, change: dict[str, Any], param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client(server).v1.checkout.sessions.create(PAGE | change)
    assert refused.value.param == param


def test_keys_accounts_and_versions(server: Peer) -> None:
    with pytest.raises(stripe.AuthenticationError) as refused:
        client(server, "rk_test_unknown_key").v1.accounts.retrieve_current()
    assert "rk_test_unknown_key" not in str(refused.value)
    made = client(server).v1.checkout.sessions.create(PAGE)
    with pytest.raises(stripe.InvalidRequestError):
        client(server, "rk_test_two").v1.checkout.sessions.retrieve(made.id)
    with pytest.raises(stripe.PermissionError):
        client(server, "sk_test_platform", stripe_account="acct_one").v1.checkout.sessions.list()
    theirs = client(server, "sk_test_platform", stripe_account="acct_two").v1.checkout.sessions.create(PAGE)
    assert client(server, "rk_test_two").v1.checkout.sessions.retrieve(theirs.id).id == theirs.id
    with pytest.raises(stripe.InvalidRequestError):
        client(server, stripe_version="2020-08-27").v1.accounts.retrieve_current()


def test_the_same_key_is_the_same_answer_and_other_words_are_refused(server: Peer) -> None:
    sessions = client(server).v1.checkout.sessions
    first = sessions.create(PAGE, {"idempotency_key": "invoice:1:attempt:1"})
    assert sessions.create(PAGE, {"idempotency_key": "invoice:1:attempt:1"}).id == first.id
    with pytest.raises(stripe.IdempotencyError):
        sessions.create(PAGE | {"locale": "fr"}, {"idempotency_key": "invoice:1:attempt:1"})
    other = client(server, "rk_test_two").v1.checkout.sessions
    assert other.create(PAGE, {"idempotency_key": "invoice:1:attempt:1"}).id != first.id


def test_a_life_of_a_payment_as_the_library_reads_it(server: Peer) -> None:
    v1 = client(server).v1
    made = v1.checkout.sessions.create(PAGE)
    assert requests.get(made.url or "", timeout=5).status_code == 200
    assert "refusée" in requests.post(made.url or "", {"how": "declined"}, timeout=5).text
    paid = requests.post(made.url or "", {"how": "card"}, timeout=5, allow_redirects=False)
    assert (paid.status_code, paid.headers["Location"]) == (303, PAGE["success_url"])
    expanded = {"expand": ["payment_intent.latest_charge.balance_transaction"]}
    seen: Any = v1.checkout.sessions.retrieve(made.id, expanded)
    assert seen.payment_intent.latest_charge.balance_transaction.fee == 205
    refund = v1.refunds.create({"payment_intent": seen.payment_intent.id, "amount": 2_000})
    with pytest.raises(stripe.InvalidRequestError, match="greater than"):
        v1.refunds.create({"payment_intent": seen.payment_intent.id, "amount": 10_001})
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        v1.checkout.sessions.expire(made.id)
    disputed = money.dispute(server.ledger, made.id)
    payout = money.pay_out(server.ledger, "acct_one")
    moves = v1.balance_transactions.list({"payout": payout["id"], "limit": 100}).data
    assert sum(one.net for one in moves) == 0, "the payout itself closes its list"
    assert {one.source for one in moves} >= {refund.id, disputed["id"]}
    types = [one.type for one in v1.events.list({"limit": 100}).data]
    assert {"checkout.session.completed", "charge.refunded", "charge.dispute.created", "payout.paid"} <= set(types)


def test_what_cannot_be_expanded_is_said(server: Peer) -> None:
    v1 = client(server).v1
    made = v1.checkout.sessions.create(PAGE)
    for path in ("nothing", "a.b.c.d.e", "currency"):
        with pytest.raises(stripe.InvalidRequestError):
            v1.checkout.sessions.retrieve(made.id, {"expand": [path]})
