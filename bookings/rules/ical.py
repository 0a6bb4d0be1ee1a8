"""Appointments for other programs' calendars (RFC 5545), and invitations by mail (RFC 5546). Pure.

An appointment keeps its UID for life and its SEQUENCE grows when it moves, so that calendars move what they have.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

REQUEST, CANCEL = "REQUEST", "CANCEL"
_FRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Meeting:
    """An appointment as a calendar shows it; aware instants. `written_at` is when it was last said."""

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    description: str
    url: str
    sequence: int
    written_at: datetime
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an address."""

    name: str
    email: str


def invitation(meeting: Meeting, zone: str, organiser: Person, guest: Person) -> str:
    """The object that a mail carries to one guest: REQUEST, or CANCEL. Nobody sees who else is invited."""
    method = CANCEL if meeting.is_cancelled else REQUEST
    calendar = _calendar(method)
    event = _event(meeting, ZoneInfo(zone))
    event.add("organizer", _address(organiser))
    attendee = _address(guest)
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("NEEDS-ACTION")
    attendee.params["rsvp"] = vText("FALSE")
    event.add("attendee", attendee)
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return str(calendar.to_ical().decode())


def feed(meetings: Iterable[Meeting], name: str, zone: str) -> bytes:
    """A calendar to subscribe to. The same appointments give the same bytes."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", zone)
    calendar.add("refresh-interval", _FRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    local = ZoneInfo(zone)
    for meeting in meetings:
        calendar.add_component(_event(meeting, local))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//CRRC//Planning//FR")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    return calendar


def _event(meeting: Meeting, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", meeting.uid)
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", meeting.written_at)
    event.add("summary", meeting.title)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    for name, text in (("location", meeting.place), ("description", meeting.description), ("url", meeting.url)):
        if text:
            event.add(name, text)
    return event


def _address(person: Person) -> vCalAddress:
    address = vCalAddress(f"mailto:{person.email}")
    if person.name:
        address.params["cn"] = vText(person.name)
    return address
