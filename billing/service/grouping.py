"""Several drafts of a customer made into one invoice: their lines move, what is emptied goes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from billing.models import Invoice, InvoiceLine
from billing.permissions import PERMISSIONS
from billing.queries import draft as drafts
from billing.queries import invoice as invoices
from billing.rules.grouping import check_group, whole_period
from billing.service.draft import chosen
from billing.service.vat import total_up
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction


def group_drafts(actor: Actor, invoice_ids: Sequence[UUID]) -> Invoice:
    """Make one draft of several, the first made keeps its identifier. Raises Conflict when they cannot be one."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.group")
        found = drafts.lock_drafts(tx.session, chosen(invoice_ids))
        return group(tx, found)


def group(tx: Tx, found: Sequence[Invoice]) -> Invoice:
    """The same as a step: `found` are locked, the first is kept."""
    by_draft = invoices.lines_by_invoice(tx.session, [one.id for one in found])
    lines = [line for draft in found for line in by_draft[draft.id]]
    check_group(found, [line.vat_category for line in lines], len(lines))
    kept, *others = found
    _keep_days(found, by_draft)
    for position, line in enumerate(lines, start=1):
        line.invoice_id, line.position = kept.id, position
    kept.period_starts_on, kept.period_ends_on, kept.delivered_on = whole_period(found)
    kept.findings = []
    total_up(kept, lines)
    tx.session.flush()
    for draft in others:
        tx.session.delete(draft)
    tx.session.flush()
    tx.audit("draft.group", kept.id, drafts=len(found), lines=len(lines))
    return kept


def _keep_days(found: Sequence[Invoice], by_draft: Mapping[UUID, Sequence[InvoiceLine]]) -> None:
    """Where drafts were delivered on several days, each line says its own: the law wants it, its VAT is of that day."""
    if len({draft.delivered_on for draft in found}) == 1:
        return
    for draft in found:
        for line in by_draft[draft.id]:
            if line.period_ends_on is None:
                line.period_starts_on = line.period_ends_on = draft.delivered_on
