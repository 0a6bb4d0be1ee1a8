"""The VAT of a line and of a price: the most precise rule wins; nothing is exceeded, lost or negative."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.shares import split
from billing.rules.states import CUSTOMER_STATUSES, SUBJECTS
from billing.rules.vat import Regime, choose, find, inside, on_top, percent, read_rate

DIAGNOSTIC, EXERCISE = UUID(int=1), UUID(int=2)
DAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Row:
    """A rule, as the table keeps it."""

    rate: int
    service_id: UUID | None = None
    subject: str | None = None
    status: str | None = None
    starts_on: date = date(2026, 1, 1)
    category: str = "S"
    exemption_text: str = ""
    exemption_code: str = ""


EVERYTHING = Row(2000)
SUBJECT = Row(1000, subject="service")
STATUS = Row(900, status="member")
SERVICE = Row(550, service_id=DIAGNOSTIC)
SERVICE_STATUS = Row(210, service_id=DIAGNOSTIC, status="member")
SUBJECT_STATUS = Row(850, subject="service", status="member")
SERVICE_SUBJECT = Row(175, service_id=DIAGNOSTIC, subject="service")
NEWER = Row(2100, starts_on=date(2026, 5, 1))
LATER = Row(2200, starts_on=date(2026, 6, 2))


@pytest.mark.parametrize(
    ("rules", "wins"),
    [
        ((), None),
        ((LATER,), None),
        ((EVERYTHING,), EVERYTHING),
        ((NEWER, EVERYTHING, LATER), NEWER),
        ((EVERYTHING, STATUS), STATUS),
        ((NEWER, STATUS), STATUS),
        ((EVERYTHING, STATUS, SUBJECT), SUBJECT),
        ((STATUS, SUBJECT, SUBJECT_STATUS), SUBJECT_STATUS),
        ((SUBJECT_STATUS, SERVICE), SERVICE),
        ((SERVICE, SERVICE_STATUS), SERVICE_STATUS),
        ((SERVICE_STATUS, SERVICE_SUBJECT), SERVICE_SUBJECT),
        ((EVERYTHING, Row(1, service_id=EXERCISE)), EVERYTHING),
        ((EVERYTHING, Row(1, status="funder")), EVERYTHING),
        ((EVERYTHING, Row(1, subject="adhesion")), EVERYTHING),
        ((Row(1, status="funder"),), None),
    ],
)
def test_the_most_precise_rule_that_has_begun_wins(rules: tuple[Row, ...], wins: Row | None) -> None:
    for order in (rules, rules[::-1]):
        assert find(order, service_id=DIAGNOSTIC, subject="service", status="member", on=DAY) == wins


rows = st.builds(
    Row,
    st.integers(1, 10_000),
    st.sampled_from([None, DIAGNOSTIC, EXERCISE]),
    st.sampled_from([None, *SUBJECTS]),
    st.sampled_from([None, *CUSTOMER_STATUSES]),
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)


@given(
    st.lists(rows, max_size=12),
    st.sampled_from([None, DIAGNOSTIC, EXERCISE]),
    st.sampled_from(SUBJECTS),
    st.sampled_from(CUSTOMER_STATUSES),
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
)
def test_with_a_rule_of_everything_there_is_always_an_answer(
    found: list[Row], service: UUID | None, subject: str, status: str, on: date
) -> None:
    asked = {"service_id": service, "subject": subject, "status": status, "on": on}
    assert choose([*found, Row(2000, starts_on=date.min)], **asked) is not None
    chosen = find(found, **asked)
    assert chosen is None or (chosen in found and chosen.starts_on <= on)


EXEMPT = Regime("E", 0, "Exonération", "VATEX-FR-CGI261B")


@pytest.mark.parametrize(
    ("total", "regime", "quoted", "rate", "expected"),
    [
        (12_000, Regime("S", 2000), 2_000, 2000, (10_000, 2_000)),
        (12_001, Regime("S", 2000), 2_000, 2000, (10_001, 2_000)),  # as it was quoted, to the cent
        (12_000, Regime("S", 2000), None, None, (10_000, 2_000)),
        (12_000, Regime("S", 1000), 2_000, 2000, (10_909, 1_091)),
        (1, Regime("S", 2000), None, None, (1, 0)),
        (3, Regime("S", 2000), None, None, (3, 0)),  # 2,5 is rounded up
        (12_000, EXEMPT, 2_000, 2000, (12_000, 0)),
        (12_000, Regime("O", 0, "Subvention"), 2_000, 2000, (12_000, 0)),
        (12_000, Regime("Z", 0), 0, 0, (12_000, 0)),
        (0, Regime("S", 2000), 0, 2000, (0, 0)),
    ],
)
def test_what_was_agreed_is_never_exceeded(
    total: int, regime: Regime, quoted: int | None, rate: int | None, expected: tuple[int, int]
) -> None:
    assert inside(total, regime, quoted, rate) == expected


@given(st.integers(0, 10**12), st.integers(1, 10_000))
def test_vat_inside_and_on_top_agree_to_the_half_cent(total: int, rate: int) -> None:
    net, vat = inside(total, Regime("S", rate))
    assert net + vat == total
    assert net >= 0
    assert vat >= 0
    assert abs(2 * (net * (10_000 + rate) - total * 10_000)) <= 10_000 + rate
    assert abs(on_top(net, Regime("S", rate)) - vat) <= 1


amounts = st.integers(1, 10**11).flatmap(
    lambda total: st.tuples(st.just(total), st.integers(0, total), st.integers(0, total))
)


@given(amounts, st.sampled_from([Regime("S", 2000), Regime("S", 550), EXEMPT, Regime("O", 0, "x")]))
def test_the_parts_of_an_order_are_the_order(figures: tuple[int, int, int], regime: Regime) -> None:
    total, vat, ars = figures
    parts = split(total, vat, ars)
    assert 1 <= len(parts) <= 2
    assert all(part.total_cents > 0 and 0 <= part.vat_cents <= part.total_cents for part in parts)
    lines = [inside(part.total_cents, regime, part.vat_cents, 2000) for part in parts]
    assert sum(net + tax for net, tax in lines) == total
    assert all(net >= 0 and tax >= 0 for net, tax in lines)
    if regime.rate == 2000:
        assert (sum(net for net, _ in lines), sum(tax for _, tax in lines)) == (total - vat, vat)


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((0, 0, 0), []),
        ((12_000, 2_000, 0), [("whole", 12_000, 2_000)]),
        ((12_000, 2_000, 12_000), [("ars", 12_000, 2_000)]),
        ((12_000, 2_000, 9_600), [("ars", 9_600, 1_600), ("remainder", 2_400, 400)]),
        ((10_001, 1_667, 5_000), [("ars", 5_000, 833), ("remainder", 5_001, 834)]),
        ((3, 1, 1), [("ars", 1, 0), ("remainder", 2, 1)]),
        ((2, 1, 1), [("ars", 1, 1), ("remainder", 1, 0)]),  # half up
    ],
)
def test_shares_by_hand(figures: tuple[int, int, int], expected: list[tuple[str, int, int]]) -> None:
    assert [(part.share, part.total_cents, part.vat_cents) for part in split(*figures)] == expected


@pytest.mark.parametrize(("rate", "words"), [(2000, "20\xa0%"), (550, "5,5\xa0%"), (875, "8,75\xa0%"), (0, "0\xa0%")])
def test_a_rate_in_words(rate: int, words: str) -> None:
    assert percent(rate) == words
    assert read_rate(words.replace("\xa0", "")) == rate


@pytest.mark.parametrize("typed", ["", "x", "-1", "100,01", "101", "5,555", "1e2", "٢٠", "20 20"])
def test_what_is_no_rate_is_none(typed: str) -> None:
    assert read_rate(typed) is None
