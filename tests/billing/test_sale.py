"""The entry of an invoice: the customer owes all, sales and VAT are said rate by rate; a credit note mirrors it."""

from uuid import uuid4

from billing.rules.content import Vat
from billing.rules.journal import balanced
from billing.rules.sale import sale_sides

WHO = uuid4()
NORMAL, REDUCED = Vat("S", 2000, 10_000, 2_000, "", ""), Vat("S", 550, 1_000, 55, "", "")
EXEMPT, OUTSIDE = Vat("E", 0, 700, 0, "261 B", ""), Vat("O", 0, 900, 0, "Subvention", "")


def test_each_rate_has_its_sales_and_its_vat() -> None:
    sides = balanced(sale_sides("invoice", WHO, False, (NORMAL, REDUCED, EXEMPT), 13_755))
    assert [(one.account_key, one.debit_cents, one.credit_cents) for one in sides] == [
        ("customers", 13_755, 0),
        ("sales", 0, 10_000),
        ("vat", 0, 2_000),
        ("sales", 0, 1_000),
        ("vat", 0, 55),
        ("sales", 0, 700),
    ]


def test_a_credit_note_is_the_mirror() -> None:
    sides = balanced(sale_sides("credit_note", WHO, False, (NORMAL,), 12_000))
    assert [(one.account_key, one.debit_cents, one.credit_cents) for one in sides] == [
        ("sales", 10_000, 0),
        ("vat", 2_000, 0),
        ("customers", 0, 12_000),
    ]


def test_what_the_funder_pays_outside_the_scope_is_a_grant() -> None:
    for is_funder, key in ((True, "grants"), (False, "sales")):
        sides = balanced(sale_sides("invoice", WHO, is_funder, (OUTSIDE,), 900))
        assert [one.account_key for one in sides] == ["customers", key]
