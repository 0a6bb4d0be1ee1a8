"""Statements imported: once, whole, matched when it is certain; what is refused leaves nothing behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import func, select

from billing.models import BankLine, BankStatement, JournalEntry, Matching, Payment, Payout, Receivable
from billing.service import bank_statement as statements
from billing.service import receiving
from kit.actor import Actor, anonymous, system
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound, Unauthenticated
from kit.transaction import transaction
from services_catalog.service.today import today
from tenants.models import Tenant
from tests.billing.bank_files import PAYER_IBAN, camt, csv_of, entry, many_transfers
from tests.billing.rows import IBAN, a_customer, an_invoice, an_issuer, owned_by
from tests.billing.test_matching import balance, open_of


def root(tenant: Tenant) -> Actor:
    return system(tenant.id, "test")


def imported(tenant: Tenant, content: bytes, name: str = "mai.xml") -> statements.Imported:
    return statements.import_statement(root(tenant), name, content)


def counted(tenant: Tenant, table: Any) -> int:
    with transaction(root(tenant)) as tx:
        return tx.session.scalar(select(func.count()).select_from(table)) or 0


def test_a_statement_makes_payments_and_matches_those_that_are_certain(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant, name="CH de Brest")
    other = a_customer(tenant, name="EHPAD des Tilleuls")
    first, second, third = (an_invoice(tenant, one, 12_000) for one in (customer, customer, other))
    file = camt(
        entry(12_000, f"REGLEMENT {first.number}", name="TRESORERIE", iban=PAYER_IBAN),
        entry(24_000, f"{second.number} {third.number}", name="TRESORERIE 2"),
        entry(5_000, "VIREMENT", name="INCONNU"),
        entry(-1_500, "FRAIS DE TENUE DE COMPTE"),
        opening=0,
        closing=39_500,
    )
    foreseen = statements.preview_statement(root(tenant), "mai.xml", file)
    assert (foreseen.new, foreseen.known, foreseen.received, foreseen.received_cents) == (4, 0, 3, 41_000)
    assert (foreseen.spent, foreseen.spent_cents, dict(foreseen.by_kind)) == (1, 1_500, {"certain": 2, "none": 1})
    assert counted(tenant, BankStatement) == 0
    made = statements.confirm_statement(root(tenant), "mai.xml", foreseen.sha256)
    assert (made.posted.payments, made.posted.matched, made.statement.lines) == (3, 2, 4)
    assert [open_of(tenant, one) for one in (first, second, third)] == [0, 0, 0]
    with transaction(root(tenant)) as tx:
        kept = tx.session.scalars(select(Matching).order_by(Matching.id)).all()
        entries = tx.session.scalars(select(JournalEntry.number).order_by(JournalEntry.number)).all()
    assert all(one.automatic and str(first.number) in one.reason for one in kept[:1])
    assert list(entries) == [1, 2, 3, 4]  # three payments, and the one that paid for another customer
    assert (balance(tenant, "411000", customer), balance(tenant, "411000", other)) == (-24_000, -12_000)
    assert (balance(tenant, "512000"), balance(tenant, "471000")) == (41_000, -5_000)
    shown = statements.view_statement(root(tenant), made.statement.id)
    assert [(one.payment is not None, list(one.numbers)) for one in shown.lines] == [
        (True, [first.number]),
        (True, [second.number, third.number]),
        (True, []),
        (False, []),
    ]
    assert [one.line.position for one in statements.view_statement(root(tenant), made.statement.id, "open").lines] == [
        3
    ]
    listed = statements.list_statements(root(tenant))
    assert [(one.received_cents, one.open_cents) for one in listed] == [(41_000, 5_000)]


def test_a_payer_seen_before_is_recognised_by_its_account(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    first = an_invoice(tenant, customer, 12_000)
    imported(tenant, camt(entry(12_000, str(first.number), name="X", iban=PAYER_IBAN)))
    second = an_invoice(tenant, customer, 7_700)
    made = imported(tenant, camt(entry(7_700, "VIREMENT", name="X", iban=PAYER_IBAN, on="2026-06-04")))
    assert (made.posted.matched, open_of(tenant, second)) == (1, 0)
    imported(tenant, camt(entry(99, "VIREMENT", name="X", iban=PAYER_IBAN, on="2026-07-04")))
    with transaction(root(tenant)) as tx:
        last = tx.session.scalars(select(Payment).where(Payment.amount_cents == 99)).one()
    assert (last.customer_id, last.open_cents) == (customer.id, 99)
    assert balance(tenant, "471000") == 0


def test_the_same_file_twice_is_said_and_nothing_is_done_twice(tenant: Tenant) -> None:
    an_issuer(tenant)
    file = camt(entry(12_000, "A"))
    imported(tenant, file)
    with pytest.raises(Conflict, match="déjà été importé le"):
        imported(tenant, file, "autre nom.xml")
    assert statements.preview_statement(root(tenant), "x", file).earlier is not None
    assert (counted(tenant, BankLine), counted(tenant, Payment)) == (1, 1)


def test_lines_of_an_overlapping_file_are_known(tenant: Tenant) -> None:
    an_issuer(tenant)
    imported(tenant, camt(entry(12_000, "A"), entry(12_000, "A"), entry(100, "B")))
    file = camt(entry(12_000, "A"), entry(12_000, "A"), entry(12_000, "A"), entry(300, "C"), version="08")
    assert statements.preview_statement(root(tenant), "x", file).known == 2
    made = imported(tenant, file)
    assert (made.statement.lines, made.statement.known, made.posted.payments) == (4, 2, 2)
    assert counted(tenant, BankLine) == 5


def test_lines_that_only_look_like_known_ones_are_said(tenant: Tenant) -> None:
    an_issuer(tenant)
    imported(tenant, camt(entry(12_000, "VIREMENT A"), entry(5_000, "B")))
    again = csv_of("04/05/2026;VIR A;;120,00", "04/05/2026;NEUF;;1,00")
    foreseen = statements.preview_statement(root(tenant), "mai.csv", again)
    assert (foreseen.new, foreseen.known, foreseen.alike) == (2, 0, 1)
    assert "de quel compte" in foreseen.warnings[0]


def test_a_file_of_another_account_is_refused(tenant: Tenant) -> None:
    an_issuer(tenant)
    for act in (statements.preview_statement, statements.import_statement):
        with pytest.raises(Invalid, match="pas du compte de vos factures"):
            act(root(tenant), "x", camt(entry(1), iban=PAYER_IBAN))
    assert statements.preview_statement(root(tenant), "x", camt(entry(1), iban=IBAN[4:])).new == 1


def test_one_bad_line_and_nothing_of_the_file_is_imported(tenant: Tenant) -> None:
    an_issuer(tenant)
    with pytest.raises(Invalid) as refused:
        imported(tenant, camt(entry(12_000), entry(100, amount="1.234")))
    assert list(refused.value.fields) == ["line.2"]
    assert counted(tenant, BankLine) == counted(tenant, BankStatement) == 0


def test_what_the_provider_pays_is_its_payout_and_nobody_s_payment(tenant: Tenant) -> None:
    an_issuer(tenant)
    with transaction(root(tenant)) as tx:
        facts = {"account_id": "acct_1", "arrives_on": date(2026, 5, 4), "recorded_at": tx.now, "state": "paid"}
        payout = tx.add(Payout(external_id="po_1", gross_cents=10_000, fee_cents=200, amount_cents=9_800, **facts))
    made = imported(tenant, camt(entry(9_800, "STRIPE PAYOUT"), entry(4_400, "STRIPE PAYOUT"), entry(12_000, "A")))
    assert made.posted.payments == 1
    assert owned_by(tenant, Payout, payout.id).bank_line_id is not None
    shown = statements.view_statement(root(tenant), made.statement.id)
    assert [(one.payment is None, one.payout_id is None) for one in shown.lines] == [
        (True, False),
        (True, True),
        (False, True),
    ]


def test_without_an_issuer_or_the_role_nothing_is_imported(tenant: Tenant) -> None:
    with pytest.raises(Conflict, match="identité de facturation"):
        imported(tenant, camt(entry(1)))
    nobody = anonymous(tenant.id)
    for act in (
        lambda: statements.list_statements(nobody),
        lambda: statements.preview_statement(nobody, "x", b""),
        lambda: statements.confirm_statement(nobody, "x", "0" * 64),
    ):
        with pytest.raises((Unauthenticated, Forbidden)):
            act()
    for sha256 in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(Invalid, match="plus en attente"):
            statements.confirm_statement(root(tenant), "x", sha256)
    with pytest.raises(NotFound):
        statements.view_statement(root(tenant), tenant.id)


def test_a_movement_of_a_day_to_come_is_entered_today(tenant: Tenant) -> None:
    an_issuer(tenant)
    imported(tenant, camt(entry(100, on="2199-01-01"), entry(200, on="2025-12-31"), entry(300)))
    with transaction(root(tenant)) as tx:
        days = tx.session.scalars(select(JournalEntry.entered_on).order_by(JournalEntry.entered_on)).all()
        assert days[-1] == today(tx)
        assert days[:2] == [date(2025, 12, 31), date(2026, 5, 4)]


def test_two_people_import_overlapping_files_at_once(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoice = an_invoice(tenant, customer, 12_000)
    files = [camt(entry(12_000, str(invoice.number)), entry(100 + one, "X")) for one in range(2)]
    gate = Barrier(2)

    def run(content: bytes) -> str:
        gate.wait()
        try:
            imported(tenant, content)
        except CrrcError as error:
            return error.code
        return "imported"

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, files)) == ["imported", "imported"]
        assert sorted(pool.map(run, [camt(entry(7))] * 2)) == ["conflict", "imported"]
    assert (counted(tenant, BankLine), counted(tenant, Matching)) == (4, 1)
    assert owned_by(tenant, Receivable, invoice.id).open_cents == 0


def test_ten_thousand_lines_are_imported_in_seconds(tenant: Tenant) -> None:
    an_issuer(tenant)
    customer = a_customer(tenant)
    invoices = [an_invoice(tenant, customer, 12_000) for _ in range(40)]
    file = many_transfers(10_000, [f"REGLEMENT {one.number}" for one in invoices])
    begun = perf_counter()
    made = imported(tenant, file)
    spent = perf_counter() - begun
    assert (made.posted.payments, made.posted.matched) == (10_000, 40)
    assert spent < 30, f"{spent:.1f} s"


def test_a_line_left_aside_is_one_payment_however_many_ask(tenant: Tenant) -> None:
    an_issuer(tenant)
    imported(tenant, camt(entry(7_000, "STRIPE PAYMENTS", name="STRIPE")))
    assert counted(tenant, Payment) == 0
    with transaction(root(tenant)) as tx:
        line = tx.session.scalars(select(BankLine.id)).one()
    gate = Barrier(4)

    def take(_: int) -> str:
        gate.wait()
        try:
            receiving.receive_line(root(tenant), line)
        except Conflict:
            return "conflict"
        return "made"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(take, range(4))) == ["conflict"] * 3 + ["made"]
    assert counted(tenant, Payment) == 1
