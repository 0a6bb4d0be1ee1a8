"""Who is told of an online payment: its customer when money came or goes back, the GRADeS of a dispute."""

from billing.models import Checkout, OnlineRefund
from billing.queries import online as queries
from billing.service.invoice_news import tell_customer, tell_grades
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def tell_paid(tx: Tx, message: OutboxMessage) -> None:
    """An online payment arrived (checkout.pay)."""
    _customer(tx, message, "online_paid")


def tell_failed(tx: Tx, message: OutboxMessage) -> None:
    """A bank refused a debit (checkout.fail). A page that could not even be made concerns nobody."""
    row = tx.session.get(Checkout, (tx.tenant_id, message.subject_id))
    if row is not None and row.payment_intent_id is not None:
        _customer(tx, message, "online_failed")


def tell_disputed(tx: Tx, message: OutboxMessage) -> None:
    """A payer disputes (checkout.dispute): the GRADeS has days to answer."""
    checkout, invoice, customer = queries.get_with_payer(tx.session, message.subject_id)
    open_ones = [one for one in queries.list_refunds(tx.session, [checkout.id]) if one.state == "sent"]
    dispute = next((one for one in open_ones if one.kind == "dispute"), None)
    words = {"reason": dispute.reason if dispute else "", "answer_by": dispute.answer_by if dispute else None}
    tell_grades(tx, "online_disputed", message.id, invoice, customer=customer, checkout=checkout, **words)


def tell_lost(tx: Tx, message: OutboxMessage) -> None:
    """A dispute is lost (checkout.lose): the invoice is to be paid again."""
    checkout, invoice, customer = queries.get_with_payer(tx.session, message.subject_id)
    tell_grades(tx, "online_lost", message.id, invoice, customer=customer, checkout=checkout)


def tell_refunded(tx: Tx, message: OutboxMessage) -> None:
    """A refund is done (online_refund.apply)."""
    refund = tx.session.get(OnlineRefund, (tx.tenant_id, message.subject_id))
    if refund is not None and refund.kind == "refund":
        _, invoice, customer = queries.get_with_payer(tx.session, refund.checkout_id)
        tell_customer(tx, "online_refunded", message.id, invoice, customer, refund=refund)


def _customer(tx: Tx, message: OutboxMessage, what: str) -> None:
    checkout, invoice, customer = queries.get_with_payer(tx.session, message.subject_id)
    tell_customer(tx, what, message.id, invoice, customer, checkout=checkout)
