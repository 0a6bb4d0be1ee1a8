"""Half-days on the clock, holidays by département, what consultants are free for, and which dates are proposed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.rules.availability import Busy, Diary, Exceptional, WeeklyRule, half_days
from bookings.rules.halves import HalfDay, appointments, are_consecutive, half_of, read_half, when, write_half
from bookings.rules.places import offer_ends_at
from bookings.rules.proposals import proposals
from bookings.rules.travel import kept
from kit.public_holidays import holiday_name, is_holiday

PARIS, REUNION = "Europe/Paris", "Indian/Reunion"
FULL_WEEK = [WeeklyRule(weekday, half, date(2026, 1, 1)) for weekday in range(5) for half in ("am", "pm")]
ANNE, BRICE = UUID(int=1), UUID(int=2)
dates = st.dates(date(2026, 1, 1), date(2027, 12, 31))
halves = st.builds(HalfDay, dates, st.sampled_from(["am", "pm"]))


@pytest.mark.parametrize(
    ("half", "zone", "starts", "ends"),
    [
        # The last Friday of summer time, the Monday after: an hour later in UTC, nine o'clock on the wall.
        (HalfDay(date(2026, 10, 23), "am"), PARIS, "2026-10-23T07:00", "2026-10-23T10:30"),
        (HalfDay(date(2026, 10, 26), "am"), PARIS, "2026-10-26T08:00", "2026-10-26T11:30"),
        (HalfDay(date(2026, 3, 29), "pm"), PARIS, "2026-03-29T11:30", "2026-03-29T15:00"),
        (HalfDay(date(2026, 7, 1), "am"), REUNION, "2026-07-01T05:00", "2026-07-01T08:30"),
        (HalfDay(date(2026, 12, 1), "pm"), "America/Martinique", "2026-12-01T17:30", "2026-12-01T21:00"),
    ],
)
def test_a_half_day_is_on_the_wall_clock(half: HalfDay, zone: str, starts: str, ends: str) -> None:
    assert half.bounds(zone) == tuple(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in (starts, ends))


@given(halves, st.sampled_from([PARIS, REUNION, "America/Cayenne", "Pacific/Noumea"]))
def test_a_half_day_is_three_hours_and_a_half_and_is_found_again(half: HalfDay, zone: str) -> None:
    starts, ends = half.bounds(zone)
    assert ends - starts == timedelta(hours=3, minutes=30)
    assert half_of(starts, zone) == half_of(ends - timedelta(seconds=1), zone) == half
    assert read_half(write_half(half)) == half
    assert half < half.following
    assert half.following.following.on == half.on + timedelta(days=1)


@pytest.mark.parametrize(
    "text", ["", "2026-13-01:am", "2026-03-03", "2026-03-03:soir", ":am", "2026-03-03:am:pm", "x" * 99]
)
def test_what_is_no_half_day(text: str) -> None:
    assert read_half(text) is None


def test_a_whole_day_is_one_appointment() -> None:
    tuesday, wednesday = date(2026, 3, 3), date(2026, 3, 4)
    found = appointments([HalfDay(wednesday, "am"), HalfDay(tuesday, "pm"), HalfDay(tuesday, "am")], PARIS)
    said = [when(one.starts_at, one.ends_at, PARIS).replace("\N{NO-BREAK SPACE}", " ") for one in found]
    assert said == ["mardi 3 mars 2026 de 9 h à 17 h", "mercredi 4 mars 2026 de 9 h à 12 h 30"]


def test_an_appointment_over_a_night_says_both_days() -> None:
    local = ZoneInfo(PARIS)
    said = when(datetime(2026, 3, 3, 14, tzinfo=local), datetime(2026, 3, 4, 12, tzinfo=local), PARIS, weekday=False)
    assert said.replace("\N{NO-BREAK SPACE}", " ") == "du 3 mars 2026 à 14 h au 4 mars 2026 à 12 h"


@pytest.mark.parametrize(
    ("on", "department", "expected"),
    [
        (date(2026, 4, 6), "35", True),  # Easter Monday
        (date(2026, 4, 3), "35", False),  # Good Friday
        (date(2026, 4, 3), "57", True),
        (date(2026, 12, 26), "67", True),
        (date(2026, 12, 26), "68", True),
        (date(2026, 12, 26), "88", False),
        (date(2026, 12, 20), "974", True),  # abolition of slavery
        (date(2026, 5, 27), "971", True),
        (date(2026, 5, 22), "972", True),
        (date(2026, 6, 10), "973", True),
        (date(2026, 4, 27), "976", True),
        (date(2026, 5, 22), "2A", False),
        (date(2026, 7, 14), None, True),
        (date(2026, 7, 15), None, False),
    ],
)
def test_holidays_are_those_of_the_departement(on: date, department: str | None, expected: bool) -> None:
    assert is_holiday(on, department) is expected
    assert bool(holiday_name(on, department)) is expected


def test_an_exception_wins_over_the_week_and_over_a_holiday() -> None:
    easter, tuesday = HalfDay(date(2026, 4, 6), "am"), HalfDay(date(2026, 4, 7), "am")
    diary = Diary(FULL_WEEK, [Exceptional(easter, True), Exceptional(tuesday, False)], department="35")
    assert diary.is_free(easter)
    assert not diary.is_free(tuesday)
    assert diary.is_free(HalfDay(date(2026, 4, 7), "pm"))


def test_a_holiday_of_the_facility_closes_the_day_for_a_consultant_from_elsewhere() -> None:
    saint_stephen = HalfDay(date(2025, 12, 26), "am")
    diary = Diary([WeeklyRule(4, "am", date(2025, 1, 1))], department="35")
    assert diary.is_free(saint_stephen)
    assert not diary.is_free(saint_stephen, "67")


def test_a_rule_holds_from_its_first_day_to_its_last() -> None:
    rule = WeeklyRule(0, "am", date(2026, 3, 2), date(2026, 3, 16))
    days = [
        on for on in (date(2026, 2, 23) + timedelta(days=7 * n) for n in range(5)) if rule.covers(HalfDay(on, "am"))
    ]
    assert days == [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]


@pytest.mark.parametrize(("travel", "free"), [(60, True), (61, False), (240, False), (0, True)])
def test_the_afternoon_after_a_morning_is_free_when_lunch_is_enough_for_the_way(travel: int, free: bool) -> None:
    tuesday = date(2026, 3, 3)
    morning = kept(*HalfDay(tuesday, "am").bounds(PARIS), travel)
    diary = Diary(FULL_WEEK, busy=[Busy(morning.blocked_from, morning.blocked_until)], travel_minutes=travel)
    assert diary.is_free(HalfDay(tuesday, "pm")) is free


@given(st.integers(0, 480), st.integers(0, 480))
def test_two_appointments_that_touch_leave_exactly_the_way_in_between(minutes: int, travel: int) -> None:
    noon = datetime(2026, 3, 3, 11, tzinfo=UTC)
    first = kept(noon - timedelta(hours=3), noon, travel)
    second = kept(noon + timedelta(minutes=minutes), noon + timedelta(minutes=minutes, hours=2), travel)
    assert (first.blocked_until > second.blocked_from) is (minutes < travel)


def test_a_day_begins_in_the_morning_and_three_half_days_follow_one_another() -> None:
    monday = date(2026, 3, 2)
    diary = Diary(FULL_WEEK, [Exceptional(HalfDay(monday, "am"), False)])
    day, *_ = proposals({ANNE: diary}, 2, monday, monday + timedelta(days=10), 3)
    assert day.halves == (HalfDay(date(2026, 3, 3), "am"), HalfDay(date(2026, 3, 3), "pm"))
    three, *_ = proposals({ANNE: diary}, 3, monday, monday + timedelta(days=10), 3)
    assert three.halves[0] == HalfDay(monday, "pm")
    assert are_consecutive(three.halves)


def test_half_days_that_need_not_follow_are_the_next_free_ones() -> None:
    mondays = Diary([WeeklyRule(0, "am", date(2026, 1, 1))])
    assert proposals({ANNE: mondays}, 3, date(2026, 3, 2), date(2026, 3, 31), 5) == []
    spread = proposals({ANNE: mondays}, 3, date(2026, 3, 2), date(2026, 3, 31), 5, together=False)
    assert [one.halves[-1].on for one in spread] == [date(2026, 3, 16)]


weeks = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["am", "pm"])), max_size=14).map(
    lambda found: [WeeklyRule(weekday, half, date(2026, 1, 1)) for weekday, half in found]
)
busy = st.lists(halves.map(lambda half: half.bounds(PARIS)).map(lambda time: Busy(*time)), max_size=6)
exceptions = st.lists(st.builds(Exceptional, halves, st.booleans()), max_size=6)
diaries = st.builds(Diary, weeks, exceptions, busy, st.sampled_from(["35", "57", "974"]), st.integers(0, 240))


@settings(max_examples=150)
@given(diaries, diaries, st.integers(1, 6), dates, st.booleans(), st.integers(0, 5))
def test_what_is_proposed_is_free_disjoint_ordered_and_no_more_than_asked(
    anne: Diary, brice: Diary, count: int, first: date, together: bool, most: int
) -> None:
    both = {ANNE: anne, BRICE: brice}
    found = proposals(both, count, first, first + timedelta(days=40), most, together=together, department="67")
    assert found == proposals(both, count, first, first + timedelta(days=40), most, together=together, department="67")
    assert len(found) <= most
    taken = [half for one in found for half in one.halves]
    assert len(taken) == len(set(taken)) == count * len(found)
    for one in found:
        assert all(both[one.consultant_id].is_free(half, "67") for half in one.halves)
        assert first <= one.halves[0].on
        assert list(one.halves) == sorted(one.halves)
        assert not together or are_consecutive(one.halves)
    assert all(before.halves[0] < after.halves[0] for before, after in pairwise(found))


@given(diaries, dates)
def test_whoever_is_asked_for_one_half_day_gets_the_first_free_one(diary: Diary, first: date) -> None:
    last = first + timedelta(days=30)
    free = [half for half in half_days(first, last) if diary.is_free(half)]
    assert [one.halves[0] for one in proposals({ANNE: diary}, 1, first, last, 3)] == free[:3]


@pytest.mark.parametrize(
    ("hours_left", "hours_kept"), [(24 * 30, 48), (97, 48), (96, 48), (95, 47.5), (10, 5), (1, 0.5)]
)
def test_an_offer_lasts_two_days_or_half_of_what_remains(hours_left: float, hours_kept: float) -> None:
    now = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert offer_ends_at(now, now + timedelta(hours=hours_left)) == now + timedelta(hours=hours_kept)
