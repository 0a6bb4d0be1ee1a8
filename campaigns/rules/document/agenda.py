"""A call's dates for calendars (iCalendar, RFC 5545): a changed date moves the event that people already have. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from campaigns.rules.document.campaign import Document
from campaigns.rules.window import after
from kit.french import NBSP, instant

_ALARMS = (timedelta(days=-1), timedelta(hours=-2))
_SHOWN = timedelta(minutes=30)


def agenda(document: Document, url: str, version: int, written_at: datetime) -> bytes:
    """The calendar: opening and closing of each window, notification, end of the journey.

    `url` is the call's page and names its events; `version` counts its documents and `written_at` dates the last one.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//CRRC//Campagnes//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", str(document.data["title"]))
    for name, event in _events(document):
        event.add("uid", f"{name}@{url.partition('://')[2]}")
        event.add("sequence", version)
        event.add("dtstamp", written_at)
        event.add("url", url)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _events(document: Document) -> Iterator[tuple[str, Event]]:
    title = document.data["title"]
    for window in document.windows:
        opening = _event(f"Ouverture des dépôts{NBSP}: {title}", window.opens_at, window.opens_at + _SHOWN)
        yield f"open-{window.number}", opening
        end = after(window)
        closing = _event(f"Clôture des dépôts{NBSP}: {title}", end - _SHOWN, end)
        said = f"Dernière seconde acceptée{NBSP}: {instant(window.closes_at, document.zone, seconds=True)}."
        closing.add("description", said)
        for before in _ALARMS:
            alarm = Alarm()
            alarm.add("action", "DISPLAY")
            alarm.add("description", f"Clôture des dépôts{NBSP}: {title}")
            alarm.add("trigger", before)
            closing.add_component(alarm)
        yield f"close-{window.number}", closing
    notified = document.notify_at
    yield "notify", _event(f"Décisions notifiées{NBSP}: {title}", notified, notified + _SHOWN)
    if document.complete_on:
        last = document.complete_on
        yield "complete", _event(f"Fin du parcours{NBSP}: {title}", last, last + timedelta(days=1))


def _event(summary: str, start: datetime | date, end: datetime | date) -> Event:
    event = Event()
    event.add("summary", summary)
    event.add("dtstart", start)
    event.add("dtend", end)
    return event
