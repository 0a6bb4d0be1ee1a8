"""kill -9 of whoever talks to Stripe, between its answer and our commit: nothing twice, nothing lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from billing.models import Checkout, Payment
from billing.service.online_refund import ask_refund
from kit import clock
from kit.actor import system
from kit.settings import PROJECT
from kit.transaction import transaction
from tests.billing.stripe_side import Side
from tests.kit.crew import eventually
from tests.peers.stripe import money

pytestmark = pytest.mark.slow
WORKER = "import sys; from uuid import UUID; from billing.jobs.online import run; run(UUID(sys.argv[1]), lambda: False)"
PAYER = """
import sys
from uuid import UUID
from billing.service.checkout import open_checkout
from kit.actor import Actor
tenant, user, organisation, invoice = map(UUID, sys.argv[1:])
actor = Actor("person", tenant, user, "Payeur", organisations={organisation: frozenset({"owner"})})
open_checkout(actor, invoice)
"""


@contextmanager
def killed(*words: str) -> Iterator[None]:
    """A process of ours, killed when the block ends."""
    process = subprocess.Popen([sys.executable, "-c", *words], cwd=PROJECT, env=dict(os.environ))
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def test_killed_after_the_refund_was_made(side: Side) -> None:
    invoice = side.invoice(12_000)
    side.peer.pay(side.press(invoice))
    side.news()
    (checkout,) = side.rows(Checkout)
    ask_refund(side.boss, checkout.id, 5_000, "Erreur")
    side.peer.fail("/refunds", seconds=3)
    with killed(WORKER, str(side.tenant.id)):
        assert side.peer.reached.wait(20)
    assert len(side.peer.ledger.all(side.account, "refund")) == 1
    side.peer.ledger.answers.clear()  # a day later: Stripe has forgotten the key
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        side.work()
    assert len(side.peer.ledger.all(side.account, "refund")) == 1
    assert side.standing(invoice)["taken"] == [("refund", "applied", 5_000)]


def test_killed_between_the_reading_and_the_commit(side: Side) -> None:
    invoice = side.invoice(12_000)
    side.peer.pay(side.press(invoice))
    for event in side.peer.ledger.events:
        if side.peer.ledger.owners[event["id"]] == side.account:
            side.tell(event)
    (checkout,) = side.rows(Checkout)
    read = side.peer.asked("GET", "/refunds")
    with transaction(system(side.tenant.id, "tests")) as tx:
        tx.session.get_one(Checkout, (side.tenant.id, checkout.id), with_for_update=True)
        with killed(WORKER, str(side.tenant.id)):
            eventually(lambda: side.peer.asked("GET", "/refunds") > read)
    assert side.rows(Payment) == []
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        side.work()
    assert [one.amount_cents for one in side.rows(Payment)] == [12_000]
    assert side.open_cents(invoice) == 0


def test_killed_after_the_page_was_made(side: Side) -> None:
    invoice = side.invoice(12_000)
    owner = side.facility.owner
    words = [str(one) for one in (side.tenant.id, owner.user_id, side.facility.organisation.id, invoice.id)]
    side.peer.fail("/checkout/sessions", seconds=3)
    with killed(PAYER, *words):
        assert side.peer.reached.wait(20)
    (left,) = side.rows(Checkout)
    assert (left.state, left.session_id) == ("created", None)
    page = side.press(invoice)
    assert [one["id"] for one in side.peer.sessions(side.account)] == [page]
    side.peer.pay(page)
    side.news()
    assert side.standing(invoice)["open"] == 0


def test_paid_on_a_page_whose_making_was_never_recorded(side: Side) -> None:
    """The event alone says that the page exists."""
    invoice = side.invoice(12_000)
    owner = side.facility.owner
    words = [str(one) for one in (side.tenant.id, owner.user_id, side.facility.organisation.id, invoice.id)]
    side.peer.fail("/checkout/sessions", seconds=3)
    with killed(PAYER, *words):
        assert side.peer.reached.wait(20)
    money.pay(side.peer.ledger, side.peer.sessions(side.account)[0]["id"], "card")
    side.news()
    assert (side.standing(invoice)["state"], side.standing(invoice)["open"]) == ("paid", 0)
