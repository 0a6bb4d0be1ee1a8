"""The people of a customer learn that an invoice is there, that it is contested, that the contest is over."""

from billing.queries.dunning import find_owed
from billing.service.invoice_news import has_page, tell_customer, tell_grades
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def tell_document(tx: Tx, message: OutboxMessage) -> None:
    """An invoice's document is there (invoice.document). Whoever gets it by e-mail as the channel is not told twice,
    nor a customer that has no page here: the document comes to it.
    """
    owed = find_owed(tx.session, message.subject_id)
    if owed is None or not has_page(owed.invoice):
        return
    by_mail = {owed.customer.email} if owed.customer.channel == "email" else set()
    what = "credit_note_issued" if owed.receivable.is_credit else "invoice_issued"
    words = {"action_text": "Voir l’avoir"} if owed.receivable.is_credit else {}
    tell_customer(tx, what, owed.invoice.id, owed.invoice, owed.customer, by_mail, **words)


def tell_contest(tx: Tx, message: OutboxMessage) -> None:
    """An invoice is contested (receivable.contest): both sides have it in writing."""
    owed = find_owed(tx.session, message.subject_id)
    if owed is not None and owed.receivable.state == "contested":
        motive = owed.receivable.contest_motive
        tell_grades(tx, "invoice_contested", message.id, owed.invoice, customer=owed.customer, motive=motive)
        tell_customer(tx, "contest_received", message.id, owed.invoice, owed.customer, motive=motive)


def tell_answer(tx: Tx, message: OutboxMessage) -> None:
    """The GRADeS has answered (receivable.resume): the payment is expected again."""
    owed = find_owed(tx.session, message.subject_id)
    if owed is not None and owed.receivable.state == "due":
        tell_customer(
            tx,
            "contest_answered",
            message.id,
            owed.invoice,
            owed.customer,
            answer=owed.receivable.contest_answer,
            open_cents=owed.receivable.open_cents,
        )
