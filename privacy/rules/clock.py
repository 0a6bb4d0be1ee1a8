"""The law's clocks: a month to answer a person, three at most; seventy-two hours to tell the CNIL. Pure."""

from datetime import date, datetime, timedelta

TOLD_WITHIN = timedelta(hours=72)
# When somebody is reminded that the CNIL is not told yet.
BREACH_REMINDERS = (24, 48, 60, 70)
# Days before an answer is due, when the GRADeS is reminded of it; 0 is the day itself.
REQUEST_REMINDERS = (7, 2, 0)
MONTHS_TO_ANSWER, MONTHS_EXTENDED = 1, 3


def months_after(on: date, months: int) -> date:
    """The same day so many months later; the month's last day when it has none (règlement 1182/71, art. 3.2 c)."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    for day in range(on.day, on.day - 4, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def answer_due(received_on: date, extended: bool = False) -> date:
    """The last day to answer somebody (RGPD art. 12.3)."""
    return months_after(received_on, MONTHS_EXTENDED if extended else MONTHS_TO_ANSWER)


def tell_by(detected_at: datetime) -> datetime:
    """The instant by which the CNIL is told (RGPD art. 33.1)."""
    return detected_at + TOLD_WITHIN


def is_late(detected_at: datetime, told_at: datetime) -> bool:
    """Whether the CNIL was told after its delay: the reason is then part of the notification."""
    return told_at > tell_by(detected_at)
