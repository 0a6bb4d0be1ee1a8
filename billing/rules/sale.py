"""How an issued invoice or credit note is entered in the accounts. Pure."""

from collections.abc import Iterable
from uuid import UUID

from billing.rules.content import Vat
from billing.rules.journal import Side

OUTSIDE_SCOPE = "O"


def sale_sides(kind: str, customer_id: UUID, is_funder: bool, vat: Iterable[Vat], total_cents: int) -> tuple[Side, ...]:
    """Customers / sales and VAT; a credit note the other way round.

    What the funder pays outside the scope of VAT is a grant.
    """
    groups = tuple(vat)
    taxes = sum(one.vat_cents for one in groups)
    grants = sum(one.net_cents for one in groups if is_funder and one.category == OUTSIDE_SCOPE)
    sales = sum(one.net_cents for one in groups) - grants
    if kind == "credit_note":
        return (
            Side("sales", debit_cents=sales),
            Side("grants", debit_cents=grants),
            Side("vat", debit_cents=taxes),
            Side("customers", credit_cents=total_cents, customer_id=customer_id),
        )
    return (
        Side("customers", debit_cents=total_cents, customer_id=customer_id),
        Side("sales", credit_cents=sales),
        Side("grants", credit_cents=grants),
        Side("vat", credit_cents=taxes),
    )
