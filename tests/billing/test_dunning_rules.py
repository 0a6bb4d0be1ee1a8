"""Reminders: which one, when, and what being late costs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.dunning import (
    Rung,
    following,
    ladder_of,
    late_days,
    late_penalty,
    late_words,
    reached,
    send_day,
    working_day,
)

LADDERS = {
    "private": [
        {"days": 45, "tone": "firm"},
        {"days": 15, "tone": "courtesy"},
        {"days": 75, "tone": "formal"},
    ],
    "public": [{"days": 30, "tone": "shout"}],
}
LADDER = ladder_of(LADDERS, "private")


def test_a_ladder_is_read_by_days_and_an_unknown_tone_kindly() -> None:
    assert (Rung(1, 15, "courtesy"), Rung(2, 45, "firm"), Rung(3, 75, "formal")) == LADDER
    assert ladder_of(LADDERS, "public") == (Rung(1, 30, "courtesy"),)
    assert ladder_of(LADDERS, "public_health") == ()


def test_the_highest_level_reached_is_sent_alone() -> None:
    assert reached(LADDER, {1}, ()) == LADDER[0]
    assert reached(LADDER, {1, 2, 3}, ()) == LADDER[2]
    assert reached(LADDER, {1, 2}, {2}) is None
    assert reached(LADDER, {1, 2}, {3}) is None
    assert reached(LADDER[:1], {1, 2}, {1}) is None
    assert reached((), {1}, ()) is None


@given(st.sets(st.integers(1, 3)), st.sets(st.integers(1, 3)))
def test_a_reminder_is_always_higher_than_the_last(due: set[int], sent: set[int]) -> None:
    rung = reached(LADDER, due, sent)
    assert rung is None or (rung.level > max(sent, default=0) and rung.level == max(due))


def test_by_hand_the_next_one_leaves() -> None:
    assert following(LADDER, ()) == LADDER[0]
    assert following(LADDER, {2}) == LADDER[2]
    assert following(LADDER, {3}) is None


@pytest.mark.parametrize(
    ("on", "zone", "expected"),
    [
        (date(2026, 12, 4), "Europe/Paris", date(2026, 12, 4)),
        (date(2026, 12, 5), "Europe/Paris", date(2026, 12, 7)),
        (date(2026, 12, 25), "Europe/Paris", date(2026, 12, 28)),
        (date(2027, 5, 1), "Europe/Paris", date(2027, 5, 3)),
        (date(2026, 5, 22), "America/Martinique", date(2026, 5, 26)),  # abolition of slavery, week-end, Whit Monday
        (date(2026, 5, 22), "Europe/Paris", date(2026, 5, 22)),
    ],
)
def test_nothing_leaves_on_a_day_off(on: date, zone: str, expected: date) -> None:
    assert working_day(on, zone) == expected


def test_days_count_from_the_due_date() -> None:
    assert send_day(date(2026, 11, 20), 15, "Europe/Paris") == date(2026, 12, 7)
    assert (late_days(date(2026, 11, 20), date(2026, 11, 20)), late_days(date(2026, 11, 20), date(2026, 12, 2))) == (
        0,
        12,
    )


def test_late_in_words() -> None:
    due = date(2026, 11, 20)
    said = [late_words(due, date(2026, 11, on)).replace("\N{NO-BREAK SPACE}", " ") for on in (17, 19, 20, 21, 22)]
    assert said == [
        "à payer dans 3 jours",
        "à payer demain",
        "à payer aujourd’hui",
        "en retard de 1 jour",
        "en retard de 2 jours",
    ]


def test_penalties_to_the_cent() -> None:
    assert late_penalty(100_000, 365, 1015) == 10_150
    assert late_penalty(120_000, 45, 1015) == 1502  # 15,0164…
    assert late_penalty(100_000, 0, 1015) == late_penalty(0, 45, 1015) == late_penalty(100_000, -3, 1015) == 0


@given(st.integers(0, 10**9), st.integers(0, 3650), st.integers(1, 3000))
def test_penalties_grow_with_time_and_are_near_the_exact_ones(cents: int, days: int, rate: int) -> None:
    found = late_penalty(cents, days, rate)
    assert abs(found - cents * days * rate / 3_650_000) <= 0.5 + 1e-3
    assert late_penalty(cents, days + 1, rate) >= found
