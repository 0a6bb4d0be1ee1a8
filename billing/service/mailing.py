"""Invoices by mail: the notice is written with its file, and the invoice is sent once the mail server has taken it."""

from datetime import timedelta

from billing.models import Transmission
from billing.queries import invoice as invoices
from billing.queries import transmission as queries
from billing.rules.portal_words import MAILED
from billing.rules.routing import file_name
from billing.rules.states import INVOICE_LABELS, TRANSMISSION
from billing.service import document
from billing.service.hearing import mark_deposited
from billing.service.invoice_news import has_page
from kit.db import uuid7
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify

LOOK_AGAIN = timedelta(minutes=1)
NO_ADDRESS = "Ce client n’a plus d’adresse électronique."


def send_by_mail(tx: Tx, row: Transmission) -> None:
    """One round: write the mail; then look at what the server said of it. The row is locked, and all is in one
    transaction: there is one mail, whatever happens."""
    if not row.external_reference:
        _write(tx, row)
        return
    mail = queries.find_mail(tx.session, row.external_reference)
    if mail is None or mail.state == "pending":
        row.last_error = (mail.last_error or "") if mail else ""
        row.next_attempt_at = tx.now + LOOK_AGAIN
    elif mail.state == "sent":
        mark_deposited(tx, row, row.external_reference, MAILED, mail.sent_at, mail.email)
    else:
        _fail(tx, row, mail.last_error or "")


def _write(tx: Tx, row: Transmission) -> None:
    invoice = invoices.get_issued(tx.session, row.invoice_id)
    customer = queries.customer_of_invoice(tx.session, invoice)
    made = queries.find_document(tx.session, invoice.id)
    if not customer.email or made is None or made.sha256 is None:
        _fail(tx, row, NO_ADDRESS)
        return
    row.external_reference = f"invoice.mail:{uuid7()}"
    row.attempts += 1
    row.next_attempt_at = tx.now + LOOK_AGAIN
    notify(
        tx,
        NewNotice(
            key=row.external_reference,
            template="billing/invoice",
            subject_id=invoice.id,
            email=customer.email,
            path=f"/invoices/{invoice.id}" if has_page(invoice) else "",
            context={
                "invoice": invoice,
                "kind": INVOICE_LABELS[invoice.kind],
                "content": invoice.content,
                "why": "Vous recevez ce message parce que cette adresse est celle de votre service de facturation.",
            },
            file=(document.place(tx.tenant_id, made.sha256, "pdf"), file_name(str(invoice.number))),
        ),
    )


def _fail(tx: Tx, row: Transmission, sentence: str) -> None:
    row.last_error, row.next_attempt_at = sentence, None
    tx.advance(row, TRANSMISSION, "fail", channel=row.channel)
