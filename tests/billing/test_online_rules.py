"""What is read of a payment page, as states; where Stripe may be; which line of the bank is a payout."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from billing.gateway.stripe import base_address
from billing.models import BankLine, BankStatement, Payout
from billing.rules.online import Seen, Taken, check_mandate, checkout_path, next_read, pause, payout_path, standing
from billing.rules.states import CHECKOUT, PAYOUT
from billing.service.payout import reconcile_payouts
from kit.actor import system
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.transaction import transaction
from tests.billing.stripe_side import Side
from tests.billing.test_online_events import a_paid_page
from tests.peers.stripe import money


def seen(status: str, payment: str = "unpaid", intent: str = "", *taken: Taken) -> Seen:
    return Seen("cs_1", status, payment, 10_000, "t", "i", "c", "pi_1", intent, taken=taken)


def taken(kind: str, state: str, amount: int = 10_000) -> Taken:
    return Taken(kind, f"{kind}_{state}_{amount}", amount, state)


@pytest.mark.parametrize(
    ("read", "state"),
    [
        (seen("open"), "open"),
        (seen("open", intent="requires_payment_method"), "open"),
        (seen("expired"), "expired"),
        (seen("complete", "unpaid", "processing"), "pending"),
        (seen("complete", "unpaid", "requires_payment_method"), "failed"),
        (seen("complete", "paid", "succeeded"), "paid"),
        (seen("complete", "paid", "succeeded", taken("refund", "applied", 4_000)), "paid"),
        (seen("complete", "paid", "succeeded", taken("refund", "sent")), "paid"),
        (seen("complete", "paid", "succeeded", taken("refund", "failed")), "paid"),
        (seen("complete", "paid", "succeeded", taken("refund", "applied")), "refunded"),
        (seen("complete", "paid", "succeeded", taken("dispute", "sent")), "disputed"),
        (seen("complete", "paid", "succeeded", taken("dispute", "failed")), "paid"),
        (seen("complete", "paid", "succeeded", taken("dispute", "applied")), "lost"),
        (seen("complete", "paid", "succeeded", taken("refund", "applied"), taken("dispute", "sent")), "disputed"),
    ],
)
def test_a_reading_is_a_state(read: Seen, state: str) -> None:
    assert standing(read) == state


def test_no_road_leads_back_to_before_the_money_came() -> None:
    """A reading that is too old finds no road: what is known stays."""
    for late, early in product(("paid", "disputed", "lost", "refunded"), ("created", "open", "pending", "expired")):
        assert checkout_path(late, early) == ()
    for late, early in product(("paid", "failed", "canceled"), ("pending", "in_transit")):
        assert payout_path(late, early) == ()


def test_every_end_is_reached_from_the_beginning() -> None:
    for state in CHECKOUT.states[1:]:
        moves, here = checkout_path("created", state), "created"
        for word in moves:
            here = CHECKOUT.target(here, word)
        assert here == state
    assert all(payout_path("pending", state) for state in PAYOUT.states[1:])


def test_what_nobody_speaks_of_is_read_again() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert next_read("open", now, now + timedelta(hours=4)) == now + timedelta(hours=4, minutes=1)
    assert next_read("open", now, now - timedelta(days=1)) == now + timedelta(minutes=1)
    assert next_read("pending", now, None) == now + timedelta(days=1)
    assert [next_read(state, now, None) for state in ("paid", "failed", "expired", "refunded", "lost")] == [None] * 5
    assert [pause(count) for count in (0, 1, 500)] == [timedelta(seconds=10), timedelta(seconds=20), timedelta(hours=1)]


def test_the_agreement_of_public_accounting() -> None:
    today = date(2026, 11, 22)
    check_mandate(True, "CONV", today, today)
    check_mandate(False, "", None, today)
    for reference, on in (("", today), ("CONV", None), ("CONV", today + timedelta(days=1))):
        with pytest.raises(Invalid):
            check_mandate(True, reference, on, today)


@pytest.mark.parametrize("named", ["http://stripe.example", "http://127.0.0.1.evil.example", "ftp://127.0.0.1", "x"])
def test_stripe_is_not_anywhere(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("CRRC_STRIPE_API_BASE", named)
    with pytest.raises(Conflict):
        base_address()


@pytest.mark.parametrize("named", ["", "https://api.stripe.example", "http://localhost:1", "http://[::1]:2"])
def test_stripe_is_there(monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("CRRC_STRIPE_API_BASE", named)
    assert base_address() == named


def test_a_payout_finds_the_line_that_names_it_and_no_customers(side: Side) -> None:
    a_paid_page(side)
    side.news()
    money.pay_out(side.peer.ledger, side.account)
    side.news()
    with transaction(system(side.tenant.id, "tests")) as tx:
        statement = tx.add(
            BankStatement(
                id=uuid7(),
                file_name="r",
                format="csv",
                sha256="0" * 64,
                iban="",
                lines=2,
                known=0,
                movements_cents=0,
                imported_at=tx.now,
            )
        )
        tx.session.flush()
        lines = {}
        for position, counterpart in enumerate(("EHPAD LES TILLEULS", "STRIPE TECHNOLOGY EUROPE LTD")):
            row = BankLine(id=uuid7(), statement_id=statement.id, position=position, fingerprint=counterpart)
            row.booked_on, row.amount_cents, row.counterpart = tx.now.date(), 11_795, counterpart
            lines[counterpart] = tx.add(row).id
        tx.session.flush()
        assert reconcile_payouts(tx) == 1
        assert reconcile_payouts(tx) == 0
    (payout,) = side.rows(Payout)
    assert payout.bank_line_id == lines["STRIPE TECHNOLOGY EUROPE LTD"]
