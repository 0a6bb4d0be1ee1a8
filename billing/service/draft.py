"""Drafts as the GRADeS works on them: listed with what they lack, written on, discarded, taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from billing.models import Customer, Invoice, InvoiceLine, Issuer
from billing.permissions import PERMISSIONS
from billing.queries import draft as drafts
from billing.queries import invoice as invoices
from billing.queries.customer import get_customer
from billing.queries.draft import DraftFilter, Sum
from billing.rules.amounts import write_cents
from billing.rules.draft_words import DATES, LONGEST, MOST_AT_ONCE, DraftWords, LineWords, read_words
from billing.rules.readiness import Facts, Finding, findings
from billing.rules.states import INVOICE
from billing.rules.vat import Regime
from billing.service.credit import check_restorable
from billing.service.issuer import find_issuer
from billing.service.vat import Measure, of_net, refresh_vat, total_up
from kit.actor import Actor
from kit.errors import Conflict, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction

CHANGED = (
    "Ce brouillon a changé depuis l’ouverture de la page. "
    "Rien n’est enregistré\N{NO-BREAK SPACE}: relisez-le, puis recommencez."
)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list: whose, of which month, what it lacks by our own rules."""

    draft: Invoice
    customer: Customer
    month: date
    lines: Sequence[InvoiceLine]
    lacks: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DraftList:
    """A page of drafts, the sums of its customers' months, of everything, and what the filters offer."""

    lines: Sequence[DraftLine]
    months: Mapping[tuple[UUID, date], Sum]
    whole: Sum
    customers: Sequence[Customer]
    known_months: Sequence[date]


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft with its lines.

    `priced` are the lines whose amounts may be written; `reference` the invoice that it credits or replaces; `orders`
    the numbers of purchase orders; `companions` the drafts to be issued with it (queries.draft).
    """

    draft: Invoice
    customer: Customer
    lines: Sequence[InvoiceLine]
    lacks: tuple[Finding, ...]
    priced: frozenset[UUID]
    reference: Invoice | None
    orders: Mapping[UUID, str]
    companions: Sequence[Invoice]


def list_drafts(actor: Actor, wanted: DraftFilter, page: int = 1) -> DraftList:
    """A page of drafts, by customer and month; as many queries for fifty as for one."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.view")
        found = drafts.list_drafts(tx.session, wanted, page)
        issuer = find_issuer(tx)
        lines = invoices.lines_by_invoice(tx.session, [draft.id for draft, _, _ in found])
        return DraftList(
            [
                DraftLine(
                    draft, customer, month, lines[draft.id], findings(Facts(issuer, customer, draft, lines[draft.id]))
                )
                for draft, customer, month in found
            ],
            drafts.sum_by_month(tx.session, wanted, [customer.id for _, customer, _ in found]),
            drafts.sum_drafts(tx.session, wanted),
            drafts.list_customers(tx.session),
            drafts.list_months(tx.session),
        )


def page_of_drafts(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[DraftLine], UUID | None]:
    """Drafts for programs, the first made first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.view")
        found = drafts.page_of_drafts(tx.session, after, limit + 1)
        shown, issuer = found[:limit], find_issuer(tx)
        lines = invoices.lines_by_invoice(tx.session, [draft.id for draft, _ in shown])
        items = [
            DraftLine(
                draft, customer, date.min, lines[draft.id], findings(Facts(issuer, customer, draft, lines[draft.id]))
            )
            for draft, customer in shown
        ]
        return items, shown[-1][0].id if len(found) > limit else None


def view_draft(actor: Actor, invoice_id: UUID) -> DraftPage:
    """A draft, whatever its state. Raises NotFound once it is issued."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.view")
        return _page(tx, drafts.get_draft(tx.session, invoice_id), find_issuer(tx))


def typed_of(found: DraftPage) -> dict[str, str]:
    """A draft as the fields of a form hold it."""
    kept: dict[str, str] = {name: getattr(found.draft, name) for name in LONGEST}
    for name in DATES:
        on = getattr(found.draft, name)
        kept[name] = on.isoformat() if on else ""
    for line in found.lines:
        kept[f"line-{line.id}-designation"], kept[f"line-{line.id}-detail"] = line.designation, line.detail
        kept[f"line-{line.id}-quantity"] = str(line.quantity)
        kept[f"line-{line.id}-unit"] = write_cents(line.unit_cents)
    return kept


def edit_draft(actor: Actor, invoice_id: UUID, revision: int, typed: Mapping[str, Any]) -> Invoice:
    """Write the words of a draft, and the amounts that nobody agreed to yet. Raises Stale, Conflict, Invalid."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.edit")
        draft = drafts.get_draft(tx.session, invoice_id, lock=True)
        if draft.revision != revision:
            raise Stale(CHANGED)
        if draft.state != "draft":
            raise Conflict("Seul un brouillon qui n’est ni écarté ni en cours d’émission se modifie.")
        lines = invoices.lines_of(tx.session, draft.id)
        priced = priced_lines(draft, lines)
        _write(draft, lines, read_words(typed, [line.id for line in lines], priced))
        draft.findings = []
        total_up(draft, lines)
        tx.session.flush()
        refresh_vat(tx, [draft])
        tx.audit("draft.edit", draft.id, revision=draft.revision)
        return draft


def discard_drafts(actor: Actor, invoice_ids: Sequence[UUID]) -> int:
    """Set drafts aside; they are kept, and may be taken back. Returns how many."""
    return _move_all(actor, invoice_ids, "discard")


def restore_drafts(actor: Actor, invoice_ids: Sequence[UUID]) -> int:
    """Take discarded drafts back. A credit note whose invoice has been credited meanwhile is refused."""
    return _move_all(actor, invoice_ids, "restore")


def priced_lines(draft: Invoice, lines: Sequence[InvoiceLine]) -> frozenset[UUID]:
    """The lines whose amounts may be written: typed by hand, or those of an invoice that replaces a wrong one."""
    if draft.kind == "credit_note":
        return frozenset()
    return frozenset(line.id for line in lines if line.source == "manual" or draft.kind == "corrected")


def _move_all(actor: Actor, invoice_ids: Sequence[UUID], move: str) -> int:
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, f"invoice.{move}")
        found = drafts.lock_drafts(tx.session, chosen(invoice_ids))
        for draft in found:
            if move == "restore":
                check_restorable(tx, draft)
            draft.findings, draft.run_id = [], None
            draft.revision += 1
            tx.advance(draft, INVOICE, move)
        if move == "restore":  # the rules may have changed while they were aside
            refresh_vat(tx, found)
        return len(found)


def chosen(invoice_ids: Sequence[UUID]) -> list[UUID]:
    """What was ticked, each once. Raises Conflict for nothing, or for too many at once."""
    found = list(dict.fromkeys(invoice_ids))
    if not found:
        raise Conflict("Cochez au moins un brouillon.")
    if len(found) > MOST_AT_ONCE:
        raise Conflict(f"{MOST_AT_ONCE} brouillons au plus à la fois.")
    return found


def _page(tx: Tx, draft: Invoice, issuer: Issuer | None) -> DraftPage:
    customer = get_customer(tx.session, draft.customer_id)
    lines = invoices.lines_of(tx.session, draft.id)
    reference = invoices.get_invoice(tx.session, draft.reference_id) if draft.reference_id else None
    return DraftPage(
        draft,
        customer,
        lines,
        findings(Facts(issuer, customer, draft, lines)),
        priced_lines(draft, lines),
        reference,
        invoices.order_numbers(tx.session, [line.order_id for line in lines]),
        drafts.list_companions(tx.session, draft),
    )


def _write(draft: Invoice, lines: Sequence[InvoiceLine], words: DraftWords) -> None:
    draft.engagement_number, draft.service_code = words.engagement_number, words.service_code
    draft.purchaser_reference = words.purchaser_reference
    before = draft.period_starts_on, draft.period_ends_on
    draft.period_starts_on, draft.period_ends_on = words.period_starts_on, words.period_ends_on
    draft.delivered_on = words.delivered_on
    for line in lines:
        if line.period_ends_on and (line.period_starts_on, line.period_ends_on) == before:  # not its own, in a group
            line.period_starts_on, line.period_ends_on = words.period_starts_on, words.period_ends_on
        _write_line(line, words.lines[line.id])


def _write_line(line: InvoiceLine, words: LineWords) -> None:
    line.designation, line.detail = words.designation, words.detail
    if words.quantity is None or words.unit_cents is None:
        return
    if (line.quantity, line.unit_cents) == (words.quantity, words.unit_cents):
        return  # untouched: a total agreed VAT included is not worked out again
    regime = Regime(line.vat_category, line.rate) if line.vat_category else None
    amounts = of_net(words.quantity * words.unit_cents, regime, Measure(words.quantity, line.unit_code))
    for name in ("quantity", "unit_cents", "net_cents", "vat_cents", "total_cents"):
        setattr(line, name, getattr(amounts, name))
