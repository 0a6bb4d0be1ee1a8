"""A region that is paid online: its account at a strict Stripe, a facility with an invoice, and the worker's turn."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from billing.jobs.online import run
from billing.models import Checkout, Customer, Invoice, Matching, OnlineRefund, Payment, PaymentAccount, Receivable
from billing.rules.online import AccountForm
from billing.service.checkout import open_checkout
from billing.service.payment_account import open_account, set_account
from billing.service.payment_event import receive_at_portal
from kit.actor import Actor, anonymous, operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.rows import a_customer, an_invoice, an_issuer
from tests.peers.stripe import Peer
from tests.peers.stripe.delivery import signature
from tests.peers.stripe.ledger import Thing
from tests.services_catalog.market import Facility, a_facility

accounts = count(1)


@dataclass
class Side:
    """The region; `boss` is of its GRADeS, `facility.owner` pays."""

    tenant: Tenant
    peer: Peer
    account: str
    secret: str
    boss: Actor
    facility: Facility
    customer: Customer
    told: list[Thing] = field(default_factory=list)

    def invoice(self, *totals: int, **columns: Any) -> Invoice:
        """An issued invoice of the facility."""
        return an_invoice(self.tenant, self.customer, *totals, **columns)

    def press(self, invoice: Invoice, actor: Actor | None = None) -> str:
        """« Payer en ligne »: the payment page's identifier at Stripe."""
        return open_checkout(actor or self.facility.owner, invoice.id).rpartition("/")[2]

    def tell(self, event: Thing, at: float | None = None, secret: str = "", **more: Any) -> bool:
        """Deliver an event to the portal's address, as its view does."""
        body = json.dumps({**event, **more})
        header = signature(body, secret or self.secret, at)
        return receive_at_portal(anonymous(self.tenant.id), body.encode(), header)

    def news(self, *more: Thing) -> None:
        """Deliver whatever this account's Stripe has not told yet, and let the worker work."""
        for event in self.peer.ledger.events:
            if event not in self.told and self.peer.ledger.owners[event["id"]] == self.account:
                self.tell(event)
                self.told.append(event)
        self.work()

    def work(self) -> int:
        """The worker's turn."""
        return run(self.tenant.id, lambda: False)

    def rows(self, kind: Any, *conditions: Any) -> Any:
        """The region's rows, the first made first."""
        with transaction(system(self.tenant.id, "tests")) as tx:
            return tx.session.scalars(select(kind).where(*conditions).order_by(kind.id)).all()

    def open_cents(self, invoice: Invoice) -> int:
        """What is left to pay."""
        (found,) = self.rows(Receivable, Receivable.id == invoice.id)
        cents: int = found.open_cents
        return cents

    def standing(self, invoice: Invoice) -> dict[str, Any]:
        """All that online payment made of an invoice, as plain values: what two stories are compared by."""
        (checkout,) = self.rows(Checkout, Checkout.invoice_id == invoice.id)[-1:]
        payments = self.rows(Payment, Payment.checkout_id == checkout.id)
        ids = [one.id for one in payments]
        live = self.rows(Matching, Matching.payment_id.in_(ids), Matching.undone_at.is_(None))
        taken = self.rows(OnlineRefund, OnlineRefund.checkout_id == checkout.id)
        return {
            "state": checkout.state,
            "refunded": checkout.refunded_cents,
            "fee": checkout.fee_cents,
            "open": self.open_cents(invoice),
            "payments": [(one.kind, one.amount_cents, one.open_cents) for one in payments],
            "matchings": sorted((one.kind, one.amount_cents) for one in live),
            "taken": sorted((one.kind, one.state, one.amount_cents) for one in taken),
        }

    def change_account(self, **columns: Any) -> None:
        """Change the settings' row itself."""
        with transaction(system(self.tenant.id, "tests")) as tx:
            row = tx.session.get_one(PaymentAccount, (self.tenant.id,))
            for name, value in columns.items():
                setattr(row, name, value)


def a_side(tenant: Tenant, peer: Peer, **issuer: Any) -> Side:
    """A region whose online payment is open, with its own key."""
    number = next(accounts)
    account, key, secret = f"acct_test{number:06}", f"rk_test_key{number:06}", f"whsec_test{number:06}"
    peer.account(account, key)
    an_issuer(tenant, **issuer)
    boss = operator("grades", tenant.id)
    set_account(
        boss, AccountForm("own_key", account, key, secret, ("card", "sepa_debit"), "CONV-2026-7", date(2026, 1, 15))
    )
    open_account(boss)
    facility = a_facility(tenant)
    return Side(tenant, peer, account, secret, boss, facility, a_customer(tenant, facility))


@contextmanager
def reached(peer: Peer) -> Iterator[None]:
    """The product's Stripe is this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRRC_STRIPE_API_BASE", peer.address)
        yield


def a_checkout(tenant: Tenant, invoice: Invoice, **columns: Any) -> Checkout:
    """An attempt to pay, straight in the table; open unless told."""
    with transaction(system(tenant.id, "tests")) as tx:
        row: dict[str, Any] = {
            "attempt": 1,
            "state": "open",
            "account_id": "acct_rows",
            "amount_cents": invoice.total_cents,
            "created_at": tx.now,
        }
        made: Checkout = tx.add(
            Checkout(invoice_id=invoice.id, organisation_id=invoice.organisation_id, **(row | columns))
        )
    return made
