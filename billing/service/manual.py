"""An invoice typed by hand: for what no order, subscription or fee charges by itself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from billing.models import Customer, Invoice
from billing.permissions import PERMISSIONS
from billing.queries import draft as drafts
from billing.queries.customer import get_customer
from billing.rules.draft_words import LineWords
from billing.rules.manual import Manual, read_manual
from billing.service.charge import Charge, charge
from billing.service.grouping import group
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.permissions import permit
from kit.transaction import transaction

ALREADY = "Cette facture vient d’être préparée\N{NO-BREAK SPACE}: vous la trouverez dans la liste."


def create_draft(actor: Actor, customer_id: UUID | None, key: UUID, typed: Mapping[str, Any]) -> Invoice:
    """Make a draft of what was typed; VAT comes on top by the rules of the day. Twice under one `key` is refused.

    Raises Invalid (customer_id, subject, `line-1-…`, references, dates), Conflict.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.create")
        if customer_id is None:
            raise Invalid("La facture n’est pas préparée.", {"customer_id": "Choisissez le client."})
        customer = get_customer(tx.session, customer_id)
        manual = read_manual(typed)
        made = [
            charge(tx, _charge(customer, manual, line, f"{key}-{rank}"))
            for rank, line in enumerate(manual.lines, start=1)
        ]
        found = [one for one in made if one is not None]
        if len(found) < len(manual.lines):
            raise Conflict(ALREADY)
        return group(tx, found) if len(found) > 1 else found[0]


def choose_customers(actor: Actor, words: str) -> list[Customer]:
    """The customers that a search finds, for the form: all of them, by name, when nothing is asked."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "draft.create")
        return list(drafts.find_customers(tx.session, words))


def _charge(customer: Customer, manual: Manual, line: LineWords, key: str) -> Charge:
    quantity, unit = line.quantity or 1, line.unit_cents or 0
    return Charge(
        source="manual",
        source_key=key,
        customer=customer,
        subject=manual.subject,
        designation=line.designation,
        detail=line.detail,
        net_cents=quantity * unit,
        quantity=quantity,
        starts_on=manual.words.period_starts_on,
        ends_on=manual.words.period_ends_on,
        delivered_on=manual.words.delivered_on,
        engagement_number=manual.words.engagement_number,
        service_code=manual.words.service_code,
        purchaser_reference=manual.words.purchaser_reference,
    )
