"""Parts of periods: they add up to the cent, however they are cut; calendar periods; fees of adherents."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.adhesion import Member, fee_of
from billing.rules.periods import next_first_day, part_cents, part_words, parts_due, period_of
from billing.rules.proration import prorated
from billing.rules.states import PERIOD_MONTHS

DAY = timedelta(days=1)
YEAR = (date(2028, 1, 1), date(2028, 12, 31))
days = st.dates(date(2027, 1, 1), date(2029, 12, 31))


@given(
    st.integers(1, 10**8),
    st.sampled_from(["month", "day"]),
    st.sets(st.dates(date(2028, 1, 2), YEAR[1]), max_size=8),
)
def test_a_year_cut_anywhere_adds_up_to_its_price(cents: int, proration: str, cuts: set[date]) -> None:
    firsts = [YEAR[0], *sorted(cuts)]
    lasts = [first - DAY for first in firsts[1:]] + [YEAR[1]]
    parts = [prorated(cents, proration, YEAR, part) for part in zip(firsts, lasts, strict=True)]
    assert sum(parts) == cents
    assert min(parts) >= 0


@given(st.integers(1, 10**8))
def test_the_twelve_months_of_a_year_make_the_year(cents: int) -> None:
    months = [period_of("month", date(2027, number, 1)) for number in range(1, 13)]
    whole = (date(2027, 1, 1), date(2027, 12, 31))
    assert sum(prorated(cents, "month", whole, month) for month in months) == cents


def test_the_rule_in_figures() -> None:
    joined = (date(2028, 3, 15), YEAR[1])
    assert prorated(120_000, "none", YEAR, joined) == 120_000
    assert prorated(120_000, "month", YEAR, joined) == 100_000  # March is owed whole
    assert prorated(120_000, "month", YEAR, (YEAR[0], date(2028, 3, 14))) == 20_000  # and by nobody twice
    assert prorated(36_600, "day", YEAR, joined) == 29_200
    assert prorated(120_000, "month", YEAR, (date(2028, 3, 15), date(2028, 3, 20))) == 0


@pytest.mark.parametrize(
    ("period", "on", "first", "last"),
    [
        ("month", date(2028, 2, 10), date(2028, 2, 1), date(2028, 2, 29)),
        ("month", date(2027, 12, 31), date(2027, 12, 1), date(2027, 12, 31)),
        ("quarter", date(2027, 12, 31), date(2027, 10, 1), date(2027, 12, 31)),
        ("quarter", date(2027, 5, 1), date(2027, 4, 1), date(2027, 6, 30)),
        ("year", date(2027, 5, 1), date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
def test_calendar_periods(period: str, on: date, first: date, last: date) -> None:
    assert period_of(period, on) == (first, last)


@given(st.sampled_from(sorted(PERIOD_MONTHS)), days, st.one_of(st.none(), days), days)
def test_parts_follow_one_another_and_stop_at_the_end(period: str, starts: date, ends: date | None, on: date) -> None:
    parts = list(parts_due(period, starts, ends, None, on))
    assert [first for first, _ in parts[1:]] == [last + DAY for _, last in parts[:-1]]
    assert all(starts <= first <= last and first <= on for first, last in parts)
    assert ends is None or all(last <= ends for _, last in parts)
    until = parts[-1][1] if parts else None
    assert list(parts_due(period, starts, ends, until, on)) == []
    after = next_first_day(period, starts, ends, until)
    assert after is None or after > on or (until is None and after == starts)


def test_a_price_by_quarter_and_its_words() -> None:
    part = (date(2027, 2, 10), date(2027, 3, 31))
    assert part_cents("quarter", 90_000, "month", part) == 60_000
    assert part_words("quarter", part) == "1er trimestre 2027, du 10/02/2027 au 31/03/2027"
    assert part_words("quarter", period_of("quarter", part[0])) == "1er trimestre 2027"
    assert part_words("month", period_of("month", part[0])) == "Février 2027"
    assert part_words("year", period_of("year", part[0])) == "Année 2027"


@dataclass(frozen=True)
class Tariff:
    from_establishments: int
    amount_cents: int
    proration: str = "month"


TARIFFS = (Tariff(1, 50_000), Tariff(5, 120_000))


def member(
    sites: int | None = 2, since: date = date(2025, 1, 1), until: date | None = None, known: bool = True
) -> Member:
    return Member("350012345", since, until, "EHPAD Les Ajoncs", sites, known)


@pytest.mark.parametrize(("sites", "cents"), [(1, 50_000), (4, 50_000), (5, 120_000), (60, 120_000)])
def test_the_highest_threshold_reached_applies(sites: int, cents: int) -> None:
    assert fee_of(member(sites), 2027, TARIFFS, ()).net_cents == cents


def test_who_joined_in_the_year_pays_the_months_left() -> None:
    fee = fee_of(member(since=date(2027, 10, 20)), 2027, TARIFFS, ())
    assert (fee.net_cents, fee.key, fee.left_out) == (12_500, "350012345:2027-10-20:2027", "")
    assert fee.because.replace("\N{NO-BREAK SPACE}", " ").endswith("au prorata depuis le 20 octobre 2027")
    gone = fee_of(member(until=date(2027, 6, 30)), 2027, TARIFFS, ())
    assert (gone.net_cents, gone.starts_on, gone.ends_on) == (25_000, date(2027, 1, 1), date(2027, 6, 30))


def test_who_is_left_out_and_why() -> None:
    reasons = {
        "charged": fee_of(member(), 2027, TARIFFS, {"350012345:2025-01-01:2027"}),
        "no_register": fee_of(member(None), 2027, TARIFFS, ()),
        "no_tariff": fee_of(member(0), 2027, TARIFFS, ()),
        "nothing": fee_of(member(until=date(2027, 1, 10)), 2027, TARIFFS, ()),
        "no_customer": fee_of(member(known=False), 2027, TARIFFS, ()),
    }
    assert {name: fee.left_out for name, fee in reasons.items()} == {name: name for name in reasons}
    assert all(fee.reason for fee in reasons.values())
