"""The hours at which a public call wakes the workers: they announce, they never decide. Pure."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from campaigns.rules.document.campaign import Document, Reminder, Window
from campaigns.rules.window import after

MORNING = time(9)
RELEASE_NOTICE = timedelta(days=1)
TOPICS = ("window.close", "window.remind", "campaign.release_due", "campaign.release_soon")


class Appointment(NamedTuple):
    """A deadline to set: its topic, its key among those of the topic, its instant."""

    topic: str
    key: str
    at: datetime


def appointments(document: Document, now: datetime) -> list[Appointment]:
    """The deadlines of a public call at `now` (aware). What only announces is not announced late."""
    return [
        *(Appointment("window.close", str(window.number), after(window)) for window in document.windows),
        *_reminders(document, now),
        Appointment("campaign.release_due", "", document.notify_at),
        *_release_notice(document, now),
    ]


def remind_at(window: Window, reminder: Reminder, zone: str) -> datetime:
    """When a reminder leaves: so many hours before the closing; or, so many days before, at nine in the morning.

    A window that closes at midnight must not wake people at midnight a week before.
    """
    if reminder.before < timedelta(days=1):
        return window.closes_at - reminder.before
    closing = window.closes_at.astimezone(ZoneInfo(zone))
    morning = datetime.combine(closing.date() - reminder.before, min(MORNING, closing.time()), ZoneInfo(zone))
    return morning.astimezone(window.closes_at.tzinfo)


def _reminders(document: Document, now: datetime) -> Iterator[Appointment]:
    for window in document.windows:
        for reminder in document.reminders:
            at = remind_at(window, reminder, document.zone)
            if max(now, window.opens_at) < at:
                yield Appointment("window.remind", f"{window.number}:{reminder.key}", at)


def _release_notice(document: Document, now: datetime) -> Iterator[Appointment]:
    at = document.notify_at - RELEASE_NOTICE
    if now < at:
        yield Appointment("campaign.release_soon", "", at)
