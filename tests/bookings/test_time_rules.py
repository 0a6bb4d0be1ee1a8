"""The pure rules: what is drawn, what a time sheet does, what a statement says, what a picture shows."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rules import time as rules
from bookings.rules.time import Holding, draw, settle, total
from bookings.rules.time_picture import HEIGHT, WIDTH, bar, picture
from bookings.rules.time_statement import Balance, Entry, period, statement
from kit.errors import Conflict, Invalid

TODAY = date(2026, 11, 22)
NAMES = {"350000048": "EHPAD Les Ajoncs"}

holdings = st.lists(
    st.builds(
        Holding,
        packet_id=st.uuids(),
        expires_on=st.dates(TODAY, TODAY + timedelta(days=9)),
        half_days=st.integers(0, 9),
    ),
    max_size=6,
    unique_by=lambda one: one.packet_id,
)


@given(holdings, st.integers(0, 60))
def test_drawing_takes_the_soonest_to_expire_and_never_too_much(held: list[Holding], half_days: int) -> None:
    if half_days > sum(one.half_days for one in held):
        with pytest.raises(Conflict):
            draw(held, half_days)
        return
    drawn = draw(held, half_days)
    assert total(drawn) == half_days
    assert drawn == draw(held[::-1], half_days), "whatever the order they are read in"
    left = {one.packet_id: one.half_days - drawn.get(one.packet_id, 0) for one in held}
    assert all(number >= 0 for number in left.values())
    last = max((one.expires_on for one in held if one.packet_id in drawn), default=TODAY)
    assert all(left[one.packet_id] == 0 for one in held if one.expires_on < last)


@given(holdings, holdings, st.integers(0, 60))
def test_a_settlement_uses_what_is_reserved_first(reserved: list[Holding], free: list[Holding], half_days: int) -> None:
    held = sum(one.half_days for one in reserved)
    if half_days > held + sum(one.half_days for one in free):
        with pytest.raises(Conflict):
            settle(reserved, free, half_days)
        return
    done = settle(reserved, free, half_days)
    assert done.half_days == half_days
    assert total(done.from_reserved) == min(half_days, held)
    assert total(done.from_reserved) + total(done.released) == held, "nothing stays reserved"


@given(st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["available", "reserved"]), st.integers(-5, 9))))
def test_the_running_balance_is_the_sum_of_the_entries(moves: list[tuple[int, str, int]]) -> None:
    entries = [an_entry(number, kind, half_days) for number, (_, kind, half_days) in enumerate(moves)]
    found = statement(TODAY, TODAY, Balance(3, 1), entries, NAMES)
    assert found.closing.total == 4 + sum(half_days for _, _, half_days in moves)
    assert found.on(TODAY) == found.closing


def an_entry(number: int, kind: str, half_days: int, **columns: object) -> Entry:
    values = {
        "movement_id": UUID(int=number),
        "movement": "grant",
        "on": TODAY,
        "note": "",
        "mission_id": None,
        "mission": None,
        "reverses": None,
        "is_corrected": False,
        "packet_id": UUID(int=1),
        "finess_et": None,
        "expires_on": date(2027, 11, 21),
        "kind": kind,
        "half_days": half_days,
    } | columns
    return Entry(**values)  # type: ignore[arg-type]


def words(*entries: Entry) -> list[tuple[str, str]]:
    lines = statement(TODAY, TODAY, Balance(), entries, NAMES).lines
    return [(one.label.replace("\u00a0", " "), one.detail.replace("\u00a0", " ")) for one in lines]


def test_a_line_says_what_where_and_why() -> None:
    site = {"finess_et": "350000048"}
    assert words(an_entry(1, "available", 4, note="Projet pilote", **site)) == [
        ("Dotation", "EHPAD Les Ajoncs, à utiliser jusqu’au 21 novembre 2027, « Projet pilote »")
    ]
    mission = {"movement": "reserve", "mission": "MI-2026-XXXX-YYYY"}
    assert words(an_entry(1, "available", -2, **mission), an_entry(1, "reserved", 2, **mission)) == [
        ("Réservation", "Mission MI-2026-XXXX-YYYY")
    ]
    assert words(an_entry(1, "available", -4, movement="correct", reverses="grant")) == [("Correction : dotation", "")]
    both = an_entry(1, "available", -2, movement="transfer"), an_entry(1, "available", 2, movement="transfer", **site)
    assert words(*both) == [("Transfert", "de l’organisme à EHPAD Les Ajoncs")]
    assert words(both[0]) == [("Transfert", "de l’organisme vers un autre organisme")]
    assert words(both[1]) == [("Transfert", "vers EHPAD Les Ajoncs, depuis un autre organisme")]


def test_a_period_is_what_was_asked_or_the_year_until_today() -> None:
    assert period(None, None, TODAY) == (date(2025, 11, 22), TODAY)
    assert period(None, date(2026, 1, 31), TODAY)[0] == date(2025, 1, 31)
    for since, until in ((date(2026, 2, 1), date(2026, 1, 31)), (date(2000, 1, 1), TODAY)):
        with pytest.raises(Invalid) as refused:
            period(since, until, TODAY)
        assert "from" in refused.value.fields


@pytest.mark.parametrize("expires_on", [TODAY, TODAY + timedelta(days=365 * 4)])
def test_half_days_may_last_until_today_or_for_years(expires_on: date) -> None:
    rules.check_life(TODAY, expires_on, TODAY)


def test_the_last_day_of_february_has_a_limit_too() -> None:
    rules.check_life(date(2028, 2, 29), date(2033, 2, 28), date(2028, 2, 29))


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 40)), max_size=8), st.integers(0, 400))
def test_a_picture_stays_in_its_frame(moves: list[tuple[int, int]], until: int) -> None:
    entries = [
        an_entry(number, "available", half_days, on=TODAY + timedelta(days=days))
        for number, (days, half_days) in enumerate(sorted(moves))
    ]
    last = TODAY + timedelta(days=300)
    drawn = picture(statement(TODAY, last, Balance(), entries, NAMES), TODAY + timedelta(days=until), last)
    for outline in (drawn.owned, drawn.available):
        for point in outline.split():
            x, y = map(int, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
    assert len(drawn.marks) <= 14
    one = bar(drawn.scale, TODAY, last, 3, 4)
    assert 0 <= one.begins < one.ends <= WIDTH
    assert one.filled == (one.ends - one.begins) * 3 // 4
