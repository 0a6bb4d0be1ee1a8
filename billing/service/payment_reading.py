"""Payments as they are read: the list, one with what it may pay, and what paid an invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.models import BankLine, Customer, Payment, Receivable
from billing.permissions import PERMISSIONS
from billing.queries import payment as queries
from billing.queries.customer import CustomerFilter, list_customers
from billing.queries.payment import MatchingShown, PaymentFilter, PaymentShown, Totals
from billing.queries.receivable import get_receivable
from billing.rules.matching import Proposal, Transfer, propose
from billing.rules.matching_rank import Ranked, rank
from billing.service.bank_posting import candidates_for
from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction

PAGE = 50
MOST_CANDIDATES = 12
MOST_CUSTOMERS = 8


@dataclass(frozen=True, slots=True)
class Payments:
    """A page of payments; `waiting` and `unknown` are what is left of all that wait, and of those of nobody."""

    rows: Sequence[PaymentShown]
    found: Totals
    waiting: Totals
    unknown: Totals


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """A payment: whose it is, what it pays and paid, what it may pay. `customers` are those who may have paid."""

    payment: Payment
    customer: Customer | None
    line: BankLine | None
    matchings: Sequence[MatchingShown]
    proposal: Proposal | None
    candidates: Sequence[Ranked]
    names: dict[UUID, str]
    customers: Sequence[Customer]


@dataclass(frozen=True, slots=True)
class Settlements:
    """What an invoice's page shows: what is left, and what settled it (or what a credit note settled)."""

    receivable: Receivable
    matchings: Sequence[MatchingShown]


def list_payments(actor: Actor, wanted: PaymentFilter, page: int = 1) -> Payments:
    """A page of payments, the last received first. Raises NotFound past the end."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment.list")
        found = queries.sum_payments(tx.session, wanted)
        if page < 1 or (page > 1 and (page - 1) * PAGE >= found.count):
            raise NotFound()
        return Payments(
            queries.list_payments(tx.session, wanted, page, PAGE),
            found,
            queries.sum_payments(tx.session, PaymentFilter("open")),
            queries.sum_payments(tx.session, PaymentFilter("unknown")),
        )


def page_of_payments(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[Payment], UUID | None]:
    """A page of payments for programs, and where the next one begins."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment.list")
        rows = queries.list_after(tx.session, after, limit + 1)
        return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def read_payment(actor: Actor, payment_id: UUID) -> tuple[Payment, Sequence[MatchingShown]]:
    """A payment and its matchings, undone ones too. Raises NotFound."""
    with transaction(actor) as tx:
        payment = queries.get_payment(tx.session, payment_id)
        permit(PERMISSIONS, actor, "payment.view", payment)
        return payment, queries.matchings_of(tx.session, payment_id=payment_id)


def view_payment(actor: Actor, payment_id: UUID, words: str = "") -> PaymentPage:
    """A payment and what it may pay; `words` look for other invoices and customers. Raises NotFound."""
    with transaction(actor) as tx:
        payment = queries.get_payment(tx.session, payment_id)
        permit(PERMISSIONS, actor, "payment.view", payment)
        line = queries.find_line(tx.session, payment)
        customer = tx.session.get(Customer, (tx.tenant_id, payment.customer_id)) if payment.customer_id else None
        matchings = queries.matchings_of(tx.session, payment_id=payment_id)
        if not payment.open_cents:
            return PaymentPage(payment, customer, line, matchings, None, (), {}, ())
        proposal, ranked = _suggest(tx, payment, line, words)
        owners = {one.invoice.customer_id for one in ranked}
        people = queries.customers_by_id(tx.session, owners)
        for one in list_customers(tx.session, CustomerFilter(words=words), limit=MOST_CUSTOMERS) if words else ():
            people[one.id] = one
        likely = [people[one.invoice.customer_id] for one in ranked if one.score] + list(people.values())
        return PaymentPage(
            payment,
            customer,
            line,
            matchings,
            proposal,
            ranked,
            {one: found.name for one, found in people.items()},
            list({one.id: one for one in likely if one.id != payment.customer_id}.values())[:MOST_CUSTOMERS],
        )


def view_settlements(actor: Actor, invoice_id: UUID) -> Settlements:
    """What settled an issued invoice. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        receivable = get_receivable(tx.session, invoice_id)
        permit(PERMISSIONS, actor, "receivable.view", receivable)
        return Settlements(receivable, queries.matchings_of(tx.session, invoice_id=invoice_id))


def _suggest(tx: Tx, payment: Payment, line: BankLine | None, words: str) -> tuple[Proposal, Sequence[Ranked]]:
    """What it pays, and the invoices it may pay: those with a reason, or those that were looked for."""
    said = line.wording if line else payment.reference
    transfer = Transfer(
        payment.open_cents,
        said,
        line.counterpart if line else payment.payer,
        line.counterpart_iban if line else "",
        payment.customer_id,
    )
    candidates = candidates_for(tx, [transfer])
    proposal = propose(transfer, candidates)
    ranked = rank(transfer, candidates, limit=len(candidates.invoices))
    if not words:
        return proposal, ranked[:MOST_CANDIDATES]
    sought = words.casefold()
    named = {one for one, name in candidates.called.items() if sought in name.casefold()}
    found = [one for one in ranked if sought in one.invoice.number.casefold() or one.invoice.customer_id in named]
    return proposal, found[: 2 * MOST_CANDIDATES]
