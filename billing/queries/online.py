"""Online payment: the account, checkouts and what was taken back, events, payouts; what is due of each."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Row, Select, and_, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from billing.models import (
    BankLine,
    Checkout,
    ConnectedAccount,
    Customer,
    Invoice,
    Matching,
    OnlineRefund,
    Payment,
    PaymentAccount,
    PaymentEvent,
    Payout,
    Receivable,
)
from billing.rules.online import UNDER_WAY
from kit.errors import NotFound

PAGE = 25
# Around the day a payout was announced for: banks take their time, and week-ends.
EARLY, LATE = timedelta(days=3), timedelta(days=10)
NO_CHECKOUT = "Ce paiement n’existe pas, ou vous n’y avez pas accès."


def find_account(session: Session, tenant_id: UUID, lock: bool = False) -> PaymentAccount | None:
    """The tenant's account at the provider, None while nothing was set."""
    return session.get(PaymentAccount, (tenant_id,), with_for_update=lock or None)


def claim_account(session: Session, account_id: str, tenant_id: UUID) -> bool:
    """Make an account the tenant's for ever; False when it is another's."""
    taken = insert(ConnectedAccount).values(account_id=account_id, tenant_id=tenant_id)
    session.execute(taken.on_conflict_do_nothing())
    return owner_of(session, account_id) == tenant_id


def owner_of(session: Session, account_id: str) -> UUID | None:
    """The tenant that an account of the provider belongs to."""
    query = select(ConnectedAccount.tenant_id).where(ConnectedAccount.account_id == account_id)
    return session.scalar(query)


def get_checkout(session: Session, checkout_id: UUID, lock: bool = False) -> Checkout:
    """A checkout; `lock` reads it anew. Raises NotFound."""
    query = select(Checkout).where(Checkout.id == checkout_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound(NO_CHECKOUT)
    return found


def exists_checkout(session: Session, checkout_id: UUID) -> bool:
    """Whether it is one of this tenant's."""
    return session.scalar(select(Checkout.id).where(Checkout.id == checkout_id)) is not None


def find_under_way(session: Session, invoice_id: UUID) -> Checkout | None:
    """The one attempt that may still pay an invoice."""
    query = select(Checkout).where(Checkout.invoice_id == invoice_id, Checkout.state.in_(UNDER_WAY))
    return session.scalar(query)


def find_of_session(session: Session, session_id: str) -> Checkout | None:
    """The checkout of a payment page."""
    return session.scalar(select(Checkout).where(Checkout.session_id == session_id))


def count_attempts(session: Session, invoice_id: UUID) -> int:
    """The number of the last attempt to pay an invoice."""
    return session.scalar(select(func.max(Checkout.attempt)).where(Checkout.invoice_id == invoice_id)) or 0


def list_of_invoice(session: Session, invoice_id: UUID, limit: int = PAGE) -> Sequence[Checkout]:
    """The attempts to pay an invoice, the last first."""
    query = select(Checkout).where(Checkout.invoice_id == invoice_id).order_by(Checkout.attempt.desc())
    return session.scalars(query.limit(limit)).all()


def is_busy(session: Session, account_id: str) -> bool:
    """Whether something may still be paid, or taken back, on an account."""
    ours = Checkout.account_id == account_id
    of_checkout = and_(Checkout.tenant_id == OnlineRefund.tenant_id, Checkout.id == OnlineRefund.checkout_id)
    paying = exists().where(ours, Checkout.state.in_(UNDER_WAY))
    taking = exists().where(ours, of_checkout, OnlineRefund.state.in_(("asked", "sent")))
    return bool(session.scalar(select(or_(paying, taking))))


def find_payment(session: Session, checkout_id: UUID) -> Payment | None:
    """The money that a checkout brought."""
    return session.scalar(select(Payment).where(Payment.checkout_id == checkout_id))


def list_paid_by(session: Session, payment_id: UUID) -> Sequence[Matching]:
    """The matchings of a payment with invoices that are not undone, the last made first."""
    query = select(Matching).where(
        Matching.payment_id == payment_id, Matching.kind == "payment", Matching.undone_at.is_(None)
    )
    return session.scalars(query.order_by(Matching.id.desc())).all()


def list_given_back(session: Session, payment_id: UUID) -> Sequence[Matching]:
    """The matchings that gave money of a payment back, and are not undone."""
    live = and_(Matching.kind == "refund", Matching.undone_at.is_(None))
    return session.scalars(select(Matching).where(Matching.payment_id == payment_id, live)).all()


def list_refunds(session: Session, checkout_ids: Collection[UUID]) -> Sequence[OnlineRefund]:
    """What was taken back of some checkouts, or is being, the first first."""
    query = select(OnlineRefund).where(OnlineRefund.checkout_id.in_(checkout_ids))
    return session.scalars(query.order_by(OnlineRefund.id)).all()


def get_refund(session: Session, refund_id: UUID, lock: bool = False) -> OnlineRefund:
    """One refund. Raises NotFound."""
    query = select(OnlineRefund).where(OnlineRefund.id == refund_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound()
    return found


def keep_event(session: Session, row: dict[str, object]) -> bool:
    """Store an event; False when it was stored already."""
    once = insert(PaymentEvent).values(**row).on_conflict_do_nothing().returning(PaymentEvent.id)
    return session.scalar(once) is not None


def due_events(now: datetime) -> Select[PaymentEvent]:
    """The events to process now, the first received first."""
    due = and_(PaymentEvent.processed_at.is_(None), PaymentEvent.next_attempt_at <= now)
    return select(PaymentEvent).where(due).order_by(PaymentEvent.next_attempt_at)


def due_checkouts(now: datetime) -> Select[Checkout]:
    """The checkouts to read again now."""
    return select(Checkout).where(Checkout.next_read_at <= now).order_by(Checkout.next_read_at)


def look_again(session: Session, invoice_id: UUID, now: datetime) -> None:
    """Let the open payment page of an invoice be read again now."""
    pages = update(Checkout).where(Checkout.invoice_id == invoice_id, Checkout.state == "open")
    session.execute(pages.values(next_read_at=now))


def due_refunds(now: datetime) -> Select[OnlineRefund]:
    """The refunds that were asked here, to be sent now."""
    due = and_(OnlineRefund.state == "asked", OnlineRefund.next_attempt_at <= now)
    return select(OnlineRefund).where(due).order_by(OnlineRefund.next_attempt_at)


def has_work(session: Session, now: datetime) -> bool:
    """Whether anything is due."""
    return any(
        session.scalar(query.limit(1)) is not None for query in (due_events(now), due_checkouts(now), due_refunds(now))
    )


def find_payout(session: Session, external_id: str, lock: bool = False) -> Payout | None:
    """A payout, by the provider's name."""
    query = select(Payout).where(Payout.external_id == external_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def list_unreconciled(session: Session, limit: int = 100) -> Sequence[Payout]:
    """Payouts that arrived, and whose bank line is not known, the oldest first, under lock."""
    query = select(Payout).where(Payout.state == "paid", Payout.bank_line_id.is_(None))
    return session.scalars(query.order_by(Payout.arrives_on, Payout.id).limit(limit).with_for_update()).all()


def find_bank_line(session: Session, payout: Payout) -> BankLine | None:
    """The movement of the bank that a payout is: same amount, about that day, naming the provider, nobody's yet."""
    distance = func.abs(BankLine.booked_on - payout.arrives_on)
    named = or_(BankLine.wording.icontains("stripe"), BankLine.counterpart.icontains("stripe"))
    query = select(BankLine).where(
        named,
        BankLine.amount_cents == payout.amount_cents,
        BankLine.booked_on.between(payout.arrives_on - EARLY, payout.arrives_on + LATE),
        ~exists().where(Payout.tenant_id == BankLine.tenant_id, Payout.bank_line_id == BankLine.id),
        ~exists().where(Payment.tenant_id == BankLine.tenant_id, Payment.bank_line_id == BankLine.id),
    )
    return session.scalars(query.order_by(distance, BankLine.id).limit(1)).first()


def list_payouts(session: Session, page: int, limit: int = PAGE) -> Sequence[Payout]:
    """A page of payouts, the last first."""
    query = select(Payout).order_by(Payout.arrives_on.desc(), Payout.id.desc())
    return session.scalars(query.limit(limit).offset((page - 1) * limit)).all()


def page_of_payouts(session: Session, after: UUID | None, limit: int) -> Sequence[Payout]:
    """A page of payouts, the last recorded first."""
    query = select(Payout).order_by(Payout.id.desc()).limit(limit)
    return session.scalars(query.where(Payout.id < after) if after else query).all()


def count_payouts(session: Session) -> int:
    """How many payouts there are."""
    return session.scalar(select(func.count()).select_from(Payout)) or 0


Payer = Row[Checkout, Invoice, Customer]


def list_recent(session: Session, limit: int = PAGE) -> Sequence[Payer]:
    """The last attempts to pay, with their invoices and customers."""
    return session.execute(_with_payers().order_by(Checkout.id.desc()).limit(limit)).all()


def get_with_payer(session: Session, checkout_id: UUID) -> Payer:
    """A checkout, its invoice and its customer. Raises NotFound."""
    found = session.execute(_with_payers().where(Checkout.id == checkout_id)).first()
    if found is None:
        raise NotFound(NO_CHECKOUT)
    return found


Dispute = Row[OnlineRefund, Checkout, Invoice, Customer]


def list_disputes(session: Session, limit: int = PAGE) -> Sequence[Dispute]:
    """Disputes, those to answer first, then the last."""
    query = (
        select(OnlineRefund, Checkout, Invoice, Customer)
        .join(Checkout, and_(Checkout.tenant_id == OnlineRefund.tenant_id, Checkout.id == OnlineRefund.checkout_id))
        .join(Invoice, and_(Invoice.tenant_id == Checkout.tenant_id, Invoice.id == Checkout.invoice_id))
        .join(Customer, and_(Customer.tenant_id == Invoice.tenant_id, Customer.id == Invoice.customer_id))
        .where(OnlineRefund.kind == "dispute")
        .order_by((OnlineRefund.state == "sent").desc(), OnlineRefund.id.desc())
    )
    return session.execute(query.limit(limit)).all()


def stuck_events(session: Session, now: datetime) -> tuple[int, str]:
    """How many events were tried in vain and wait, and what the last received of them met."""
    stuck = and_(PaymentEvent.processed_at.is_(None), PaymentEvent.outcome != "", PaymentEvent.next_attempt_at > now)
    met = select(PaymentEvent.outcome).where(stuck).order_by(PaymentEvent.id.desc()).limit(1)
    count = session.scalar(select(func.count()).select_from(PaymentEvent).where(stuck)) or 0
    return count, session.scalar(met) or ""


def is_still_asked(session: Session, checkout: Checkout) -> bool:
    """Whether exactly this amount is still to be paid on its invoice."""
    query = select(Receivable).where(Receivable.id == checkout.invoice_id)
    owed = session.scalars(query).one()
    return owed.state == "due" and owed.open_cents == checkout.amount_cents


def _with_payers() -> Select[Checkout, Invoice, Customer]:
    return (
        select(Checkout, Invoice, Customer)
        .join(Invoice, and_(Invoice.tenant_id == Checkout.tenant_id, Invoice.id == Checkout.invoice_id))
        .join(Customer, and_(Customer.tenant_id == Invoice.tenant_id, Customer.id == Invoice.customer_id))
    )
