"""« Payer en ligne »: one attempt at a time, whatever is interrupted; the money settles the invoice, once."""

from datetime import timedelta

import pytest

from billing.models import Checkout, JournalEntry, JournalLine, Matching, Payment
from billing.service.checkout import open_checkout, view_checkout
from billing.service.matching import match
from billing.service.payment_account import close_account
from kit import clock
from kit.actor import system
from kit.errors import Conflict, Forbidden, NotFound
from kit.transaction import transaction
from tests.billing.rows import a_payment
from tests.billing.stripe_side import Side
from tests.peers.stripe import money
from tests.services_catalog.market import a_facility, a_member


def pay_by_transfer(side: Side, invoice: object, amount: int) -> None:
    """A transfer came and was matched."""
    received = a_payment(side.tenant, side.customer, amount)
    with transaction(system(side.tenant.id, "tests")) as tx:
        match(tx, kind="payment", amount_cents=amount, reason="Virement", invoice_id=invoice.id, payment_id=received.id)  # type: ignore[attr-defined]


def test_a_card_pays_an_invoice(side: Side) -> None:
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    session = side.peer.ledger.things[page]
    assert session["client_reference_id"] == str(invoice.id)
    assert session["metadata"].keys() == {"tenant", "invoice", "checkout"}
    assert session["amount_total"] == 12_000
    side.peer.pay(page)
    side.news()
    assert side.standing(invoice) == {
        "state": "paid",
        "refunded": 0,
        "fee": 205,
        "open": 0,
        "payments": [("card", 12_000, 0)],
        "matchings": [("payment", 12_000)],
        "taken": [],
    }
    (made,) = side.rows(Matching)
    assert made.automatic
    assert f"facture {invoice.number}" in made.reason
    (entry,) = side.rows(JournalEntry, JournalEntry.subject == "payment")
    with transaction(system(side.tenant.id, "tests")) as tx:
        lines = tx.session.query(JournalLine).filter(JournalLine.entry_id == entry.id).order_by(JournalLine.position)
        assert [(one.account, one.debit_cents, one.credit_cents) for one in lines] == [
            ("511500", 12_000, 0),
            ("411000", 0, 12_000),
        ]


def test_a_debit_waits_for_the_bank_then_pays_or_fails(side: Side) -> None:
    paid, failed = side.invoice(5_000), side.invoice(7_000)
    for invoice in (paid, failed):
        side.peer.pay(side.press(invoice), "sepa_debit")
    side.news()
    assert [side.standing(one)["state"] for one in (paid, failed)] == ["pending", "pending"]
    with pytest.raises(Conflict, match="prélèvement de 50,00"):
        side.press(paid)
    for invoice, succeeded in ((paid, True), (failed, False)):
        (checkout,) = side.rows(Checkout, Checkout.invoice_id == invoice.id)
        money.settle(side.peer.ledger, checkout.session_id, succeeded)
    side.news()
    assert (side.standing(paid)["state"], side.standing(paid)["payments"]) == ("paid", [("sepa_debit", 5_000, 0)])
    assert (side.standing(failed)["state"], side.standing(failed)["open"]) == ("failed", 7_000)
    again = side.press(failed)
    side.peer.pay(again)
    side.news()
    assert side.open_cents(failed) == 0


def test_pressing_again_leads_to_the_same_page(side: Side) -> None:
    invoice = side.invoice(12_000)
    assert side.press(invoice) == side.press(invoice)
    assert len(side.rows(Checkout)) == 1


@pytest.mark.parametrize("status", [503, 500])
def test_an_answer_that_is_lost_is_asked_again_with_the_same_key(side: Side, status: int) -> None:
    invoice = side.invoice(12_000)
    side.peer.fail("/checkout/sessions", status=status, times=2)  # the SDK tries twice by itself
    with pytest.raises(Conflict, match="rien n’a été débité"):
        side.press(invoice)
    (left,) = side.rows(Checkout)
    assert (left.state, left.session_id) == ("created", None)
    page = side.press(invoice)
    assert [one["id"] for one in side.peer.sessions(side.account)] == [page], "one page, made once"
    (row,) = side.rows(Checkout)
    assert (row.id, row.state, row.attempt) == (left.id, "open", 1)


def test_an_attempt_that_nobody_resumed_ends_with_its_time(side: Side) -> None:
    invoice = side.invoice(12_000)
    side.peer.fail("/checkout/sessions", when="before", times=2)
    with pytest.raises(Conflict):
        side.press(invoice)
    with clock.frozen(clock.now() + timedelta(hours=5)):
        side.work()
        assert [one.state for one in side.rows(Checkout)] == ["expired"]
    assert side.press(invoice).startswith("cs_")
    assert [one.attempt for one in side.rows(Checkout)] == [1, 2]


def test_a_page_for_another_amount_is_closed_and_another_made(side: Side) -> None:
    invoice = side.invoice(12_000)
    first = side.press(invoice)
    pay_by_transfer(side, invoice, 2_000)
    second = side.press(invoice)
    assert side.peer.ledger.things[first]["status"] == "expired"
    assert side.peer.ledger.things[second]["amount_total"] == 10_000
    assert [one.state for one in side.rows(Checkout)] == ["expired", "open"]


def test_what_is_no_longer_due_closes_its_page_without_anybody_pressing(side: Side) -> None:
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    pay_by_transfer(side, invoice, 12_000)
    with transaction(system(side.tenant.id, "tests")) as tx:
        row = tx.session.query(Checkout).one()
        row.next_read_at = tx.now  # what the reaction to matching.make does
    side.work()
    assert side.peer.ledger.things[page]["status"] == "expired"
    assert side.standing(invoice)["state"] == "expired"
    with pytest.raises(Conflict, match="déjà réglée"):
        side.press(invoice)


def test_money_for_an_invoice_already_paid_stays_its_customers(side: Side) -> None:
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    side.peer.pay(page)
    pay_by_transfer(side, invoice, 11_000)
    side.news()
    found = side.standing(invoice)
    assert (found["state"], found["open"]) == ("paid", 0)
    assert found["payments"] == [("card", 12_000, 11_000)], "1 000 settle, 11 000 are the customer's credit"
    side.news()
    assert side.standing(invoice) == found
    assert len(side.rows(Payment, Payment.kind == "card")) == 1


def test_a_page_left_open_is_read_again_even_if_no_event_came(side: Side) -> None:
    lost, left = side.invoice(12_000), side.invoice(9_000)
    side.peer.pay(side.press(lost))  # and Stripe's events are lost
    page = side.press(left)
    side.peer.ledger.things[page]["expires_at"] = 0
    assert side.work() == 0, "nothing is due yet"
    with clock.frozen(clock.now() + timedelta(hours=4, minutes=2)):
        assert side.work() == 2
    assert (side.standing(lost)["state"], side.open_cents(lost)) == ("paid", 0)
    assert side.standing(left)["state"] == "expired"


def test_whoever_comes_back_from_the_page_is_not_told_paid_before_it_is(side: Side) -> None:
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    (row,) = side.rows(Checkout)
    assert view_checkout(side.facility.owner, row.id, look_again=True).checkout.state == "open"
    side.peer.pay(page)
    side.work()
    assert view_checkout(side.facility.owner, row.id).checkout.state == "paid"


def test_who_may_pay(side: Side) -> None:
    invoice = side.invoice(12_000)
    with pytest.raises(NotFound):
        open_checkout(a_facility(side.tenant).owner, invoice.id)
    with pytest.raises(Forbidden):
        open_checkout(a_member(side.tenant, side.facility.organisation.id, "reader"), invoice.id)
    close_account(side.boss)
    with pytest.raises(Conflict, match="par virement"):
        side.press(invoice)
    assert side.rows(Checkout) == []


def test_what_cannot_be_paid_online(side: Side) -> None:
    small, large = side.invoice(49), side.invoice(100_000_000)
    for invoice in (small, large):
        with pytest.raises(Conflict, match="par virement"):
            side.press(invoice)
    with pytest.raises(Conflict, match="avoir"):
        side.press(side.invoice(5_000, kind="credit_note", reference_id=small.id))
    assert side.rows(Checkout) == []


def test_a_declined_card_leaves_the_page_open(side: Side) -> None:
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    side.peer.pay(page, "declined")
    side.news()
    assert side.standing(invoice)["state"] == "open"
    side.peer.pay(page)
    side.news()
    assert side.open_cents(invoice) == 0


def test_a_page_that_the_account_no_longer_knows_is_given_up(side: Side) -> None:
    """A key of tests was replaced by the real one: what was open is on neither."""
    invoice = side.invoice(12_000)
    page = side.press(invoice)
    del side.peer.ledger.things[page]
    with clock.frozen(clock.now() + timedelta(hours=4, minutes=2)):
        side.work()
    assert side.standing(invoice)["state"] == "failed"
    assert side.press(invoice) != page
