"""Invitations: who gets one, what the mail carries, and that calendars know an appointment again when it moves."""

from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from bookings.jobs.mission import tell_planned
from bookings.rules.halves import HalfDay
from bookings.service import opening, place
from bookings.service.dates import choose_dates, drop_dates
from kit import clock
from kit.actor import system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.news import notices, send, tell_everybody
from tests.bookings.planning import NOW, THURSDAY, a_mission, a_session
from tests.bookings.test_session import details, give_back, ring
from tests.notifications.post import Post, open_post
from tests.services_catalog.market import Market, a_facility, a_market, a_member

MORNING, AFTERNOON = HalfDay(THURSDAY, "am"), HalfDay(THURSDAY, "pm")


@pytest.fixture
def post() -> Iterator[Post]:
    with open_post() as opened:
        yield opened


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


def calendars(mail: EmailMessage) -> list[Calendar]:
    """The objects a mail carries: in its body, and beside."""
    return [
        Calendar.from_ical(part.get_content()) for part in mail.walk() if part.get_content_type() == "text/calendar"
    ]


def event_of(mail: EmailMessage) -> Event:
    (event,) = calendars(mail)[0].walk("VEVENT")
    return event


def test_an_appointment_is_an_invitation_then_an_update_then_a_cancellation(tenant: Tenant, post: Post) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    mission = a_mission(tenant, market, facility, half_days=1)
    consultant = market.supplier.consultant
    choose_dates(market.supplier.owner, mission.id, consultant.id, [MORNING], "Salle du conseil")
    tell_everybody(tenant)
    choose_dates(market.supplier.owner, mission.id, consultant.id, [AFTERNOON])
    tell_everybody(tenant)
    drop_dates(facility.owner, mission.id)
    tell_everybody(tenant)
    send(tenant, post)
    of_facility = [mail for mail in post.mails if mail["To"] == facility.owner.email]
    assert sorted(post.recipients) == sorted([facility.owner.email, consultant.email] * 3)
    events = [event_of(mail) for mail in of_facility]
    assert [calendars(mail)[0]["method"] for mail in of_facility] == ["REQUEST", "REQUEST", "CANCEL"]
    assert len({str(event["uid"]) for event in events}) == 1
    assert [event["sequence"] for event in events] == [0, 1, 2]
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    paris = ZoneInfo("Europe/Paris")
    assert [event["dtstart"].dt.astimezone(paris).hour for event in events] == [9, 13, 13]
    assert str(events[1]["location"]) == "Salle du conseil"


def test_what_a_mail_carries(tenant: Tenant, post: Post) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    mission = a_mission(tenant, market, facility, half_days=1)
    choose_dates(market.supplier.owner, mission.id, market.supplier.consultant.id, [MORNING])
    tell_everybody(tenant)
    send(tenant, post)
    mail = next(one for one in post.mails if one["To"] == facility.owner.email)
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "text/calendar",
    ]
    inline, attached = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert inline.get_param("method") == attached.get_param("method") == "REQUEST"
    assert (inline.get_filename(), attached.get_filename()) == (None, "invitation.ics")
    calendar = calendars(mail)[0]
    assert [zone["tzid"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]
    event = event_of(mail)
    assert event["dtstart"].params["tzid"] == "Europe/Paris"
    assert str(event["organizer"]) == f"mailto:{tenant.contact_email}"
    assert str(event["attendee"]) == f"mailto:{facility.owner.email}", "nobody sees who else is invited"
    assert f"/missions/{mission.id}" in str(event["url"])


def test_places_in_a_session_are_invitations_and_the_others_keep_theirs(tenant: Tenant) -> None:
    market = a_market(tenant, mode="session")
    slot, ours, theirs = a_session(tenant, market), a_facility(tenant), a_facility(tenant)
    for facility in (ours, theirs):
        place.book_places(facility.owner, slot.id, facility.organisation.id)
    give_back(tenant, ours)
    tell_everybody(tenant)
    # Told late, what was given back is not announced first: one news for each, and nothing for the consultant.
    assert notices(tenant) == [("appointment", theirs.owner.email), ("appointment_cancelled", ours.owner.email)]


def test_a_session_that_moves_or_ends_is_told_to_everybody(tenant: Tenant) -> None:
    market = a_market(tenant, mode="session")
    slot, ours, waiting = a_session(tenant, market, capacity=1), a_facility(tenant), a_facility(tenant)
    place.book_places(ours.owner, slot.id, ours.organisation.id)
    place.join_waiting(waiting.owner, slot.id, waiting.organisation.id)
    tell_everybody(tenant)
    later = details(
        market, capacity=1, starts_at=slot.starts_at + timedelta(days=1), ends_at=slot.ends_at + timedelta(days=1)
    )
    opening.change_group_session(market.supplier.owner, slot.id, later)
    tell_everybody(tenant)
    opening.cancel_group_session(market.supplier.owner, slot.id)
    tell_everybody(tenant)
    consultant = market.supplier.consultant.email
    assert notices(tenant) == [
        ("appointment", ours.owner.email),
        ("appointment_moved", ours.owner.email),
        ("appointment_moved", consultant),
        ("appointment_cancelled", ours.owner.email),
        ("appointment_cancelled", consultant),
        ("waiting_cancelled", waiting.owner.email),
    ]


def test_an_offer_is_told_and_its_end_too(tenant: Tenant) -> None:
    market: Market = a_market(tenant, mode="session")
    slot, first, second = a_session(tenant, market, capacity=1), a_facility(tenant), a_facility(tenant)
    place.book_places(first.owner, slot.id, first.organisation.id)
    entry = place.join_waiting(second.owner, slot.id, second.organisation.id)
    give_back(tenant, first)
    tell_everybody(tenant)
    assert ("waiting_offered", second.owner.email) in notices(tenant)
    with clock.frozen(NOW + timedelta(hours=48)):
        ring(tenant, entry.id)
        tell_everybody(tenant)
    assert notices(tenant)[-1] == ("waiting_expired", second.owner.email)


def test_each_person_learns_a_date_once(tenant: Tenant) -> None:
    """By an invitation when they come, by a mail when a colleague does."""
    market, facility = a_market(tenant), a_facility(tenant)
    colleague = a_member(tenant, facility.organisation.id, "editor")
    mission = a_mission(tenant, market, facility, half_days=1)
    choose_dates(market.supplier.owner, mission.id, market.supplier.consultant.id, [MORNING])
    tell_everybody(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        tell_planned(tx, OutboxMessage(topic="mission.plan", subject_id=mission.id, emitted_at=NOW))
    assert sorted(notices(tenant)) == sorted(
        [
            ("appointment", facility.owner.email),
            ("appointment", market.supplier.consultant.email),
            ("mission_planned", colleague.email),
            ("mission_planned", market.supplier.owner.email),
        ]
    )
