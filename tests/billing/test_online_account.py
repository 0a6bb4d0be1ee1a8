"""The account at Stripe when it changes or cannot be opened any more, and payouts that it does not tell of yet."""

from dataclasses import replace
from datetime import date

import pytest
from cryptography.fernet import Fernet

from billing.models import Checkout, OnlineRefund, PaymentAccount, PaymentEvent, Payout
from billing.rules.online import AccountForm
from billing.service.online_refund import ask_refund
from billing.service.payment_account import set_account
from kit.actor import operator
from kit.errors import Conflict, CrrcError, Invalid
from kit.transaction import transaction
from kit.vault import lock_away, take_out
from tests.billing.stripe_side import Side
from tests.billing.test_online_events import a_paid_page, completed, events_of
from tests.peers.stripe import money


def account_of(side: Side) -> PaymentAccount:
    """The settings' row."""
    with transaction(operator("tests", side.tenant.id)) as tx:
        return tx.session.get_one(PaymentAccount, (side.tenant.id,))


def test_a_payout_waits_until_stripe_says_what_it_is_made_of(side: Side) -> None:
    """Its movements come after it: entered without them, its fees would be nothing for ever."""
    a_paid_page(side)
    side.news()
    made = money.pay_out(side.peer.ledger, side.account)
    moves, made["reconciliation_status"] = side.peer.ledger.payouts.pop(made["id"]), "in_progress"
    side.news()
    assert side.rows(Payout) == []
    assert side.rows(PaymentEvent)[-1].outcome == "Stripe n’a pas répondu (reconciliation)"
    side.peer.ledger.payouts[made["id"]], made["reconciliation_status"] = moves, "completed"
    side.news()
    side.tell({**events_of(side)[-1], "id": "evt_reconciled"})
    side.work()
    (row,) = side.rows(Payout)
    assert (row.state, row.gross_cents, row.fee_cents) == ("paid", 12_000, 205)


def test_a_key_that_opens_nothing_is_not_the_payers_business(side: Side) -> None:
    """The installation lost the key of its secrets: the payer reads nothing of it, the workers go on, bells wait."""
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    side.peer.pay(page)
    row = account_of(side)
    side.change_account(secret_key=Fernet(Fernet.generate_key()).encrypt(b"rk").decode())
    with pytest.raises(Conflict, match="ne fonctionne pas"):
        side.press(invoice)
    side.tell(completed(side))
    assert side.work() == 1
    (event,) = side.rows(PaymentEvent)
    assert (event.processed_at, event.outcome) == (None, "Clé refusée par Stripe (no_key)")
    side.change_account(secret_key=row.secret_key, webhook_secret=lock_away("x")[:-8])
    with pytest.raises(CrrcError) as refused:
        side.tell(completed(side))
    assert "scellé" not in refused.value.sentence


def test_another_account_signs_with_its_own_secret_and_waits_for_what_moves(side: Side) -> None:
    a_paid_page(side)
    side.news()
    (checkout,) = side.rows(Checkout)
    side.peer.account("acct_next000001", "rk_test_next000001")
    form = AccountForm("own_key", "acct_next000001", "rk_test_next000001", "", ("card",), "CONV", date(2026, 1, 15))
    refund = ask_refund(side.boss, checkout.id, 1_000, "Journée annulée")
    with pytest.raises(Conflict, match="remboursements"):
        set_account(side.boss, form)
    side.news()
    side.news()
    assert side.rows(OnlineRefund, OnlineRefund.id == refund.id)[0].state == "applied"
    with pytest.raises(Invalid) as missing:
        set_account(side.boss, form)
    assert list(missing.value.fields) == ["webhook_secret"]
    set_account(side.boss, replace(form, webhook_secret="whsec_next000001"))
    assert take_out(account_of(side).webhook_secret) == "whsec_next000001"
