"""Credit notes and corrected invoices: what is issued is never changed, it is credited, in full or in part."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from billing.models import Invoice, InvoiceLine
from billing.permissions import PERMISSIONS
from billing.queries import invoice as invoices
from billing.rules import credit as rules
from billing.rules.credit import Left, Taken
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import Tx, transaction

ALREADY_CORRECTED = "Cette facture a déjà une facture rectificative."
CREDITED_KINDS = ("invoice", "corrected")
WORDS = ("engagement_number", "service_code", "purchaser_reference")
DATES = ("period_starts_on", "period_ends_on", "delivered_on")
LINE_WORDS = (
    *("subject", "share", "order_id", "service_id", "campaign_id", "designation", "detail", "unit_code"),
    *("vat_category", "rate", "exemption_text", "exemption_code", "period_starts_on", "period_ends_on"),
)
AMOUNTS = ("quantity", "unit_cents", "net_cents", "vat_cents", "total_cents")


def view_left(actor: Actor, invoice_id: UUID) -> tuple[Invoice, list[Left]]:
    """An issued invoice, and what may still be credited of each line."""
    with transaction(actor) as tx:
        invoice = _credited(tx, invoice_id, "invoice.credit")
        return invoice, invoices.left_of(tx.session, invoice.id)


def credit(actor: Actor, invoice_id: UUID, amounts: Mapping[UUID, int] | None, reason: str) -> Invoice:
    """Make the draft of a credit note: `amounts` in cents, VAT included, by line; None for all that is left.

    Credit notes that are not issued yet count: together they never exceed a line. Raises Invalid, Conflict.
    """
    with transaction(actor) as tx:
        invoice = _credited(tx, invoice_id, "invoice.credit", lock=True)
        note = _credit_note(tx, invoice, amounts, reason)
        tx.audit("invoice.credit", invoice.id, credit_note=str(note.id), total_cents=note.total_cents)
        return note


def correct(actor: Actor, invoice_id: UUID, reason: str) -> tuple[Invoice, Invoice]:
    """Make two drafts: the credit note of all that is left, and the corrected invoice that replaces the first.

    The corrected one is issued once the first is credited in full. Raises Invalid, Conflict.
    """
    with transaction(actor) as tx:
        invoice = _credited(tx, invoice_id, "invoice.correct", lock=True)
        if any(one.kind == "corrected" for one in invoices.list_following(tx.session, invoice.id)):
            raise Conflict(ALREADY_CORRECTED)
        note = _credit_note(tx, invoice, None, reason)
        corrected = _draft(tx, invoice, "corrected", note.reason)
        for position, line in enumerate(invoices.lines_of(tx.session, invoice.id), start=1):
            amounts = {name: getattr(line, name) for name in AMOUNTS}
            # The same work, invoiced again: its source is still invoiced once, under this invoice's name.
            key = f"{line.source_key.partition('/')[0]}/{corrected.id}"
            _line(tx, corrected, line, position, amounts, source_key=key)
        _total(corrected, invoice.net_cents, invoice.vat_cents)
        tx.audit("invoice.correct", invoice.id, credit_note=str(note.id), corrected=str(corrected.id))
        return note, corrected


def check_restorable(tx: Tx, draft: Invoice) -> None:
    """Raises Conflict when another draft has taken the place of a discarded one. Locks the invoice it is about."""
    if draft.reference_id is None:
        return
    invoices.get_invoice(tx.session, draft.reference_id, lock=True)
    if draft.kind == "credit_note":
        _check_still_left(tx, draft, draft.reference_id)
    elif any(one.kind == "corrected" for one in invoices.list_following(tx.session, draft.reference_id)):
        raise Conflict(ALREADY_CORRECTED)


def _check_still_left(tx: Tx, note: Invoice, reference_id: UUID) -> None:
    left = {line.line_id: line for line in invoices.left_of(tx.session, reference_id)}
    for line in invoices.lines_of(tx.session, note.id):
        rest = left.get(line.credits_id) if line.credits_id else None
        if rest is None or line.net_cents > rest.net_cents or line.vat_cents > rest.vat_cents:
            raise Conflict(
                "La facture a été créditée entre-temps\N{NO-BREAK SPACE}: refaites l’avoir sur ce qu’il en reste."
            )


def _credited(tx: Tx, invoice_id: UUID, action: str, lock: bool = False) -> Invoice:
    invoice = invoices.get_issued(tx.session, invoice_id, lock)
    permit(PERMISSIONS, tx.actor, action, invoice)
    if invoice.kind not in CREDITED_KINDS:
        raise Conflict("Un avoir ne se crédite pas.")
    return invoice


def _credit_note(tx: Tx, invoice: Invoice, amounts: Mapping[UUID, int] | None, reason: str) -> Invoice:
    taken, why = rules.read_credit(invoices.left_of(tx.session, invoice.id), amounts, reason)
    lines = {line.id: line for line in invoices.lines_of(tx.session, invoice.id)}
    note = _draft(tx, invoice, "credit_note", why)
    for position, part in enumerate(taken, start=1):
        line = lines[part.line_id]
        _line(tx, note, line, position, _amounts(line, part), source_key=line.source_key, credits_id=line.id)
    _total(note, *_sums(taken))
    return note


def _draft(tx: Tx, invoice: Invoice, kind: str, reason: str) -> Invoice:
    words = {name: getattr(invoice, name) for name in (*WORDS, *DATES)}
    draft: Invoice = tx.add(
        Invoice(
            id=uuid7(),
            kind=kind,
            customer_id=invoice.customer_id,
            organisation_id=invoice.organisation_id,
            is_funder=invoice.is_funder,
            reference_id=invoice.id,
            reason=reason,
            created_by=tx.actor.user_id,
            created_at=tx.now,
            **words,
        )
    )
    tx.session.flush()
    return draft


def _line(tx: Tx, draft: Invoice, line: InvoiceLine, position: int, amounts: Mapping[str, int], **more: object) -> None:
    words = {name: getattr(line, name) for name in LINE_WORDS}
    tx.add(InvoiceLine(invoice_id=draft.id, position=position, source=line.source, **words, **amounts, **more))


def _amounts(line: InvoiceLine, part: Taken) -> dict[str, int]:
    """A whole line is credited as it was written; a part of one is one of its net."""
    if (part.net_cents, part.vat_cents) == (line.net_cents, line.vat_cents):
        return {name: getattr(line, name) for name in AMOUNTS}
    figures = {"net_cents": part.net_cents, "vat_cents": part.vat_cents, "total_cents": part.total_cents}
    return {"quantity": 1, "unit_cents": part.net_cents, **figures}


def _sums(taken: Sequence[Taken]) -> tuple[int, int]:
    return sum(one.net_cents for one in taken), sum(one.vat_cents for one in taken)


def _total(draft: Invoice, net: int, vat: int) -> None:
    draft.net_cents, draft.vat_cents, draft.total_cents = net, vat, net + vat
