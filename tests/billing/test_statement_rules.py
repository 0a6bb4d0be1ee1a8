"""A statement's arithmetic and its period; its files hold the same figures and never a formula."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from billing.gateway.figures_file import Cents, csv_of, xlsx_of
from billing.gateway.statement_file import make_pdf, write_csv
from billing.rules.statement import Entry, paper, period, statement, verdict
from kit.db import uuid7
from kit.errors import Invalid
from tests.billing.rows import noon

DAY = date(2026, 3, 2)


def entry(debit: int, credit: int, wording: str = "Facture F2026-000001") -> Entry:
    return Entry(DAY, "F2026-000001", wording, "invoice", uuid7(), debit, credit)


@given(st.integers(-(10**9), 10**9), st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), max_size=20))
def test_balances_follow_one_another(opening: int, moves: list[tuple[int, int]]) -> None:
    found = statement(DAY, DAY, opening, [entry(*one) for one in moves])
    assert found.closing_cents == (found.lines[-1].balance_cents if moves else opening)
    assert found.closing_cents - opening == found.debit_cents - found.credit_cents


def test_a_period_is_a_year_until_today_unless_told() -> None:
    assert period(None, None, DAY) == (date(2025, 3, 2), DAY)
    assert period(date(2026, 1, 1), None, DAY) == (date(2026, 1, 1), DAY)


@pytest.mark.parametrize(
    ("since", "until", "field"),
    [
        (date(2026, 3, 3), DAY, "to"),
        (date(2020, 1, 1), DAY, "from"),
        (date(1, 1, 1), DAY, "from"),
        (None, date(9999, 1, 1), "to"),
        (None, date(1, 1, 1), "to"),
    ],
)
def test_a_period_that_is_none_is_named(since: date | None, until: date | None, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        period(since, until, DAY)
    assert set(refused.value.fields) == {field}


def test_a_balance_is_said_in_words() -> None:
    assert [verdict(1), verdict(-1), verdict(0)] == [
        "Reste dû\xa0: 0,01\xa0€",
        "En votre faveur\xa0: 0,01\xa0€",
        "Compte soldé",
    ]


def test_the_paper_is_set_and_is_the_same_each_time() -> None:
    names = dict.fromkeys(("customer", "number", "tenant", "issuer", "bic"), "#EHPAD *Les* $Tilleuls$")
    names |= {"colour": "#0f4c5c", "iban": "FR76 3000 6000 0112 3456 7890 189"}
    for lines in ([], [entry(10, 0), entry(0, 4)] * 60):
        words = paper(statement(DAY, DAY, 5, lines), names)
        first = make_pdf(words, noon(DAY))
        assert first.startswith(b"%PDF")
        assert make_pdf(words, noon(DAY)) == first


def test_the_table_for_a_spreadsheet_has_the_figures_and_no_formula() -> None:
    text = write_csv(statement(DAY, DAY, -5, [entry(123_456, 0, "=1+1"), entry(0, 7)])).decode("utf-8-sig")
    assert text.split("\r\n")[1:-1] == [
        "2026-03-02;;Solde au début;;;-0,05",
        "2026-03-02;F2026-000001;'=1+1;1234,56;0,00;1234,51",
        "2026-03-02;F2026-000001;Facture F2026-000001;0,00;0,07;1234,44",
        "2026-03-02;;Solde à la fin;1234,56;0,07;1234,44",
    ]


def test_a_workbook_keeps_what_was_typed_as_text() -> None:
    rows = [("=HYPERLINK(1)", Cents(-1234), DAY, 3, None), ("a\x00\x0bb", Cents(0), DAY, 0, "+1")]
    sheet = load_workbook(io.BytesIO(xlsx_of("Balance", ["Nom", "Montant", "Jour", "Nombre", "x"], rows))).active
    assert sheet is not None
    assert [cell.data_type for cell in sheet[2]] == ["s", "n", "d", "n", "n"]
    assert (sheet["A2"].value, sheet["B2"].value, sheet["A3"].value, sheet["E3"].value) == (
        "=HYPERLINK(1)",
        -12.34,
        "ab",
        "+1",
    )
    text = csv_of(["x"], [["@cmd"], ["\tx"], ["-1"], [-1]]).decode("utf-8-sig")
    assert text.split("\r\n") == ["x", "'@cmd", "'\tx", "'-1", "-1", ""]
