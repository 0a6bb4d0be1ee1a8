"""What the provider says of a checkout, applied: readings in their order, each once, whatever bell rang for them."""

from uuid import UUID

from billing.gateway import stripe as gateway
from billing.gateway.provider import Away, Refused
from billing.models import Checkout, Invoice, Payment
from billing.queries import online as queries
from billing.queries.customer import get_customer
from billing.queries.invoice import get_invoice
from billing.rules.online import METHOD_WORDS, RECEIVED, Seen, checkout_path, next_read, standing
from billing.rules.states import CHECKOUT, PAYMENT_LABELS
from billing.service.matching import hold
from billing.service.online_refund import follow_taken, settle
from billing.service.payment import receive
from billing.service.payment_account import access_to
from kit.actor import Actor, system
from kit.transaction import Tx, transaction
from services_catalog.service.today import zone_of

READINGS = 6


def reading_actor(tenant_id: UUID) -> Actor:
    """Who applies what the provider says."""
    return system(tenant_id, "paiement en ligne")


def refresh(actor: Actor, checkout_id: UUID, session_id: str = "", give_up: bool = False) -> str:
    """Read a checkout at the provider's, outside any transaction, then apply it under its lock; returns its state.

    Somebody else may have applied a later reading meanwhile: ours is then dropped and made again. A page for an amount
    that is no longer due is closed. `session_id` names a page that the row does not know yet; `give_up` an attempt
    that has none and that nobody resumes. Raises Away, Refused.
    """
    for _ in range(READINGS):
        with transaction(actor) as tx:
            row = queries.get_checkout(tx.session, checkout_id)
            revision, page = row.revision, row.session_id or session_id
            if not page:
                return _end_unmade(tx, checkout_id, give_up)
            access = access_to(tx, row.account_id)
        try:
            seen = gateway.read_payment(access, page)
        except Refused as refusal:
            if refusal.is_key:
                raise
            return _lose(actor, checkout_id, revision, refusal.code)
        with transaction(actor) as tx:
            row = queries.get_checkout(tx.session, checkout_id, lock=True)
            if row.revision != revision:
                continue
            apply(tx, row, seen)
            state = row.state
            outdated = state == "open" and not queries.is_still_asked(tx.session, row)
        if not outdated:
            return state
        gateway.close_page(access, page)
    raise Away("contended")


def apply(tx: Tx, row: Checkout, seen: Seen) -> None:
    """Make a checkout (under lock) what was just read of it: its state, its payment, what was taken back.

    A reading of something else (another portal's page, another page than ours) changes nothing.
    """
    ours = seen.tenant == str(tx.tenant_id) and seen.checkout == str(row.id) and seen.invoice == str(row.invoice_id)
    if not ours or row.session_id not in (None, seen.session_id):
        tx.audit("checkout.mismatch", row.id, session_id=seen.session_id)
        return
    row.revision += 1
    row.session_id, row.payment_intent_id = seen.session_id, seen.intent_id or row.payment_intent_id
    row.session_url, row.method = row.session_url or seen.url, seen.method or row.method
    row.fee_cents = seen.fee_cents if seen.fee_cents is not None else row.fee_cents
    row.last_error = seen.fault
    wanted = standing(seen)
    payment = queries.find_payment(tx.session, row.id)
    if payment is not None:
        used = [one.invoice_id for one in queries.list_paid_by(tx.session, payment.id) if one.invoice_id]
        hold(tx, {row.invoice_id, *used}, payment.id)
    elif wanted in RECEIVED:
        payment = _receive(tx, row, seen)
    for word in checkout_path(row.state, wanted):
        tx.advance(row, CHECKOUT, word, amount_cents=row.amount_cents)
    if payment is not None:
        follow_taken(tx, row, payment, seen.taken)
        row.refunded_cents = min(seen.back_cents, row.amount_cents)
    row.next_read_at = next_read(row.state, tx.now, row.expires_at)


def _receive(tx: Tx, row: Checkout, seen: Seen) -> Payment:
    """The money came: it settles its invoice; what the invoice no longer wants stays the customer's credit."""
    invoice: Invoice = get_invoice(tx.session, row.invoice_id)
    customer = get_customer(tx.session, invoice.customer_id)
    kind = seen.method if seen.method in PAYMENT_LABELS else "other"
    paid_at = seen.paid_at or tx.now
    payment = receive(
        tx,
        kind=kind,
        amount_cents=seen.amount_cents,
        received_on=paid_at.astimezone(zone_of(tx)).date(),
        customer_id=customer.id,
        reference=seen.intent_id,
        payer=customer.name,
        checkout_id=row.id,
    )
    settle(
        tx,
        payment,
        row.invoice_id,
        f"Payé en ligne pour la facture {invoice.number} ({METHOD_WORDS.get(kind, 'autre moyen')})",
    )
    return payment


def _lose(actor: Actor, checkout_id: UUID, revision: int, code: str) -> str:
    """The provider does not know this page (a key of its tests was replaced): nobody pays on it."""
    with transaction(actor) as tx:
        row = queries.get_checkout(tx.session, checkout_id, lock=True)
        if row.revision == revision:
            row.last_error, row.next_read_at = code, None
            if CHECKOUT.can(row.state, "fail"):
                tx.advance(row, CHECKOUT, "fail", error=code)
        return row.state


def _end_unmade(tx: Tx, checkout_id: UUID, give_up: bool) -> str:
    """An attempt whose page was never handed out: nobody can pay it, it ends with its time."""
    row = queries.get_checkout(tx.session, checkout_id, lock=True)
    over = give_up or (row.expires_at is not None and tx.now >= row.expires_at)
    if row.session_id is None and row.state == "created" and over:
        row.next_read_at = None
        tx.advance(row, CHECKOUT, "expire")
    elif row.session_id is None:
        row.next_read_at = next_read(row.state, tx.now, row.expires_at)
    return row.state
