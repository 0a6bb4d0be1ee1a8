"""How an issued invoice or credit note is entered in the accounts. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from billing.rules.content import Vat
from billing.rules.journal import Side
from billing.rules.states import OUTSIDE_SCOPE


def sale_sides(kind: str, customer_id: UUID, is_funder: bool, vat: Iterable[Vat], total_cents: int) -> tuple[Side, ...]:
    """Customers / sales and VAT, rate by rate; a credit note the other way round.

    What the funder pays outside the scope of VAT is a grant.
    """
    sides = []
    for one in vat:
        key = "grants" if is_funder and one.category == OUTSIDE_SCOPE else "sales"
        sides += [Side(key, 0, one.net_cents), Side("vat", 0, one.vat_cents)]
    owed = Side("customers", total_cents, 0, customer_id)
    if kind != "credit_note":
        return owed, *sides
    return *(_mirror(one) for one in sides), _mirror(owed)


def _mirror(side: Side) -> Side:
    return replace(side, debit_cents=side.credit_cents, credit_cents=side.debit_cents)
