"""The way from one appointment to the next: nobody is in two places, nor on the road and in one. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Kept:
    """Time kept on a consultant's calendar: the appointment, and the travel around it. Aware instants."""

    starts_at: datetime
    ends_at: datetime
    blocked_from: datetime
    blocked_until: datetime


def kept(starts_at: datetime, ends_at: datetime, travel_minutes: int) -> Kept:
    """What an appointment keeps: half of the way before it, half after.

    The way between two appointments is made once: two of them that touch leave exactly `travel_minutes` in between.
    """
    before = timedelta(minutes=travel_minutes // 2)
    return Kept(starts_at, ends_at, starts_at - before, ends_at + timedelta(minutes=travel_minutes) - before)
