"""Quiet hours and the hour of digests, by the portal's clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.rules.quiet import QuietHours, free_from, next_digest

ZONES = ["Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Wallis"]
HOUR = st.none() | st.integers(0, 23)
FIRST, LAST = map(datetime.fromisoformat, ("2024-01-01", "2030-01-01"))
INSTANTS = st.datetimes(FIRST, LAST, timezones=st.just(UTC))


def local(text: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "free"),
    [
        ("2026-03-04T12:00", "2026-03-04T12:00"),
        ("2026-03-04T19:59:59", "2026-03-04T19:59:59"),
        ("2026-03-04T20:00", "2026-03-05T08:00"),
        ("2026-03-05T07:59", "2026-03-05T08:00"),
        ("2026-03-05T08:00", "2026-03-05T08:00"),
        ("2026-03-06T21:00", "2026-03-09T08:00"),  # Friday night to Monday
        ("2026-03-07T12:00", "2026-03-09T08:00"),
        ("2026-03-28T23:00", "2026-03-30T08:00"),  # the night an hour is missing
        ("2026-10-24T23:00", "2026-10-26T08:00"),  # the night an hour comes twice
    ],
)
def test_usual_quiet_hours(at: str, free: str) -> None:
    assert free_from(local(at), QuietHours(), "Europe/Paris") == local(free)


@pytest.mark.parametrize(
    ("quiet", "at", "free"),
    [
        (QuietHours(None, None, False), "2026-03-07T03:00", "2026-03-07T03:00"),
        (QuietHours(None, None, True), "2026-03-07T12:00", "2026-03-09T00:00"),
        (QuietHours(12, 14, False), "2026-03-07T13:00", "2026-03-07T14:00"),
        (QuietHours(12, 14, False), "2026-03-07T11:59", "2026-03-07T11:59"),
        (QuietHours(2, 3, False), "2026-03-29T01:59", "2026-03-29T01:59"),
        (QuietHours(22, 6, False), "2026-03-07T23:00", "2026-03-08T06:00"),
        (QuietHours(0, 23, True), "2026-03-06T23:30", "2026-03-06T23:30"),
    ],
)
def test_other_quiet_hours(quiet: QuietHours, at: str, free: str) -> None:
    assert free_from(local(at), quiet, "Europe/Paris") == local(free)


@given(INSTANTS, HOUR, HOUR, st.booleans(), st.sampled_from(ZONES))
def test_what_is_quiet_ends(at: datetime, begins: int | None, ends: int | None, weekends: bool, zone: str) -> None:
    """Never before, never twice, within four days, and never in the middle of what is quiet."""
    quiet = QuietHours(begins, ends, weekends)
    free = free_from(at, quiet, zone)
    assert at <= free <= at + timedelta(days=4)
    assert free_from(free, quiet, zone) == free
    there = free.astimezone(ZoneInfo(zone))
    assert not (weekends and there.weekday() >= 5)


@pytest.mark.parametrize(
    ("at", "daily", "weekly"),
    [
        ("2026-03-04T12:00", "2026-03-05T08:00", "2026-03-09T08:00"),
        ("2026-03-04T07:59", "2026-03-04T08:00", "2026-03-09T08:00"),
        ("2026-03-09T08:00", "2026-03-10T08:00", "2026-03-16T08:00"),  # what comes at 8 h waits for the next one
        ("2026-03-06T09:00", "2026-03-09T08:00", "2026-03-09T08:00"),
        ("2026-04-03T09:00", "2026-04-07T08:00", "2026-04-07T08:00"),  # Easter Monday: people are back on Tuesday
        ("2026-12-24T09:00", "2026-12-28T08:00", "2026-12-28T08:00"),
    ],
)
def test_digests_leave_at_eight_on_working_days(at: str, daily: str, weekly: str) -> None:
    assert next_digest(local(at), "Europe/Paris") == local(daily)
    assert next_digest(local(at), "Europe/Paris", weekly=True) == local(weekly)


@given(INSTANTS, st.sampled_from(ZONES))
def test_a_digest_is_at_eight_there(at: datetime, zone: str) -> None:
    due, weekly = next_digest(at, zone), next_digest(at, zone, weekly=True)
    assert at < due <= weekly
    assert due.astimezone(ZoneInfo(zone)).hour == weekly.astimezone(ZoneInfo(zone)).hour == 8
    assert due - at <= timedelta(days=6)
