"""Which reminder of a closing has its hour now. Pure."""

from datetime import datetime

from campaigns.rules.document.campaign import Document
from campaigns.rules.document.timetable import remind_at


def current_reminder(document: Document, window_number: int, now: datetime) -> str | None:
    """The key (P2D) of the window's reminder whose hour came last before `now`; None when none has come.

    The others are over: after an interruption of the workers, people get the nearest one and not all of them at once.
    """
    window = next((window for window in document.windows if window.number == window_number), None)
    if window is None:
        return None
    hours = [(remind_at(window, one, document.zone), one.key) for one in document.reminders]
    return max(((at, key) for at, key in hours if at <= now), default=(now, None))[1]
