"""The pages of the planning: what each of the four people reads and does there, and how many questions they cost."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from icalendar import Calendar

from bookings.models import Slot
from bookings.rules.halves import HalfDay
from bookings.service.availability import set_week
from bookings.service.slot import hold_slot
from kit import clock
from kit.actor import Actor, operator, system
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.role import grant_role
from tests.bookings.planning import NOW, THURSDAY, a_mission, a_session
from tests.browser import Browser, text_of
from tests.campaigns.files import a_person
from tests.services_catalog.market import Facility, Market, a_facility, a_market

ALL_WEEK = frozenset((weekday, half) for weekday in range(5) for half in ("am", "pm"))
Enter = Callable[[Actor], Browser]


@pytest.fixture
def enter(application: Flask, tenant: Tenant) -> Iterator[Enter]:
    """A browser in which somebody is signed in, on the day of the tests."""
    with clock.frozen(NOW):
        yield lambda person: Browser(application, tenant).sign_in(person.email)


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="session")


def manager(tenant: Tenant) -> Actor:
    person = a_person(tenant)
    grant_role(operator("tests", tenant.id), person.email, "grades_manager")
    return person


def planned(tenant: Tenant, market: Market, half: HalfDay, facility: Facility | None = None) -> Slot:
    """An appointment on a half-day."""
    mission = a_mission(tenant, market, facility, half_days=1)
    with transaction(system(tenant.id, "tests")) as tx:
        return hold_slot(tx, mission, market.supplier.consultant.id, *half.bounds(tenant.zone))


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_each_side_sees_its_own(tenant: Tenant, market: Market, enter: Enter, view: str) -> None:
    ours, theirs = a_facility(tenant), a_facility(tenant)
    planned(tenant, market, HalfDay(THURSDAY, "am"), ours)
    path = f"/calendar?view={view}&on=2026-12-10"
    for person, expected in (
        (ours.owner, market.supplier.provider.name if view != "month" else market.version.title),
        (market.supplier.owner, ours.organisation.name),
        (manager(tenant), ours.organisation.name),
    ):
        assert expected in text_of(enter(person).get(path))
    assert market.version.title not in text_of(enter(theirs.owner).get(path))


def test_a_day_shows_its_first_appointments_and_how_many_more(tenant: Tenant, market: Market, enter: Enter) -> None:
    for hour in range(9):
        starts = HalfDay(THURSDAY, "am").bounds(tenant.zone)[0] - timedelta(hours=5) + timedelta(hours=hour)
        a_session(
            tenant,
            market,
            starts_at=starts,
            ends_at=starts + timedelta(minutes=30),
            blocked_from=starts,
            blocked_until=starts + timedelta(minutes=30),
        )
    page = enter(market.supplier.owner).get("/calendar?on=2026-12-01")
    assert "jeudi 10 décembre 2026, 9 rendez-vous" in text_of(page)
    assert "+6" in text_of(page)


def test_a_month_costs_the_same_with_one_appointment_and_with_three(
    tenant: Tenant, market: Market, enter: Enter, statements: list[str]
) -> None:
    browser = enter(manager(tenant))
    counts = []
    days = iter(range(1, 10))
    for more in (1, 2):
        for _ in range(more):
            planned(tenant, market, HalfDay(date(2026, 12, next(days)), "am"))
        for view in ("month", "week", "list"):
            statements.clear()
            assert browser.get(f"/calendar?view={view}&on=2026-12-03").status_code == 200
            counts.append(len(statements))
    assert counts[:3] == counts[3:]


def test_the_programme_costs_the_same_with_one_session_and_with_three(
    tenant: Tenant, market: Market, enter: Enter, statements: list[str]
) -> None:
    browser, counts = enter(a_facility(tenant).owner), []
    for number in range(3):
        a_session(tenant, market, on=THURSDAY + timedelta(days=number))
        statements.clear()
        assert browser.get("/sessions").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[2]


@pytest.mark.parametrize(
    "query", ["on=hier", "on=0001-01-01", "on=9999-12-31", "view=siecle", "on=2026-13-45&view=list"]
)
def test_an_address_that_makes_no_sense_shows_some_calendar(
    tenant: Tenant, market: Market, enter: Enter, query: str
) -> None:
    assert enter(market.supplier.owner).get(f"/calendar?{query}").status_code == 200


def test_a_provider_that_is_none_is_not_found(tenant: Tenant, market: Market, enter: Enter) -> None:
    assert enter(market.supplier.owner).get("/calendar?provider=x").status_code == 404


def test_a_calendar_is_followed_by_its_secret_alone(
    tenant: Tenant, market: Market, enter: Enter, application: Flask
) -> None:
    facility = a_facility(tenant)
    slot = planned(tenant, market, HalfDay(THURSDAY, "am"), facility)
    browser = enter(facility.owner)
    assert browser.post("/calendar/feed").status_code == 303
    address = secret_of(browser)
    program = application.test_client()
    answer = program.get(f"/{tenant.slug}{address}")
    (event,) = Calendar.from_ical(answer.data).walk("VEVENT")
    assert (answer.mimetype, str(event["uid"]).partition("@")[0]) == ("text/calendar", str(slot.id))
    assert program.get(f"/{tenant.slug}{address}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert program.get(f"/{tenant.slug}{address.replace('.ics', '0.ics')}").status_code == 404
    browser.post("/calendar/feed")
    assert program.get(f"/{tenant.slug}{address}").status_code == 404
    assert program.get(f"/{tenant.slug}{secret_of(browser)}").status_code == 200
    planned(tenant, market, HalfDay(THURSDAY, "pm"))
    assert program.get(f"/{tenant.slug}{secret_of(browser)}").headers["ETag"] == answer.headers["ETag"], "not ours"


def secret_of(browser: Browser) -> str:
    """The path of the feed, as the page shows it."""
    text = browser.get("/calendar").get_data(as_text=True)
    start = text.index("/calendar/", text.index('id="feed-url"'))
    return text[start : text.index(".ics", start) + 4]


def test_a_place_in_one_click(tenant: Tenant, market: Market, enter: Enter) -> None:
    slot, facility = a_session(tenant, market, capacity=1), a_facility(tenant)
    browser = enter(facility.owner)
    assert "1 500,00" in text_of(browser.get(f"/sessions/{slot.id}"))
    assert browser.post(f"/sessions/{slot.id}/places", {"places": "2"}).status_code == 409
    assert browser.post(f"/sessions/{slot.id}/places", {"places": "deux"}).status_code == 422
    assert browser.post(f"/sessions/{slot.id}/places", {"places": "1"}).status_code == 303
    assert "1 place pour vous" in text_of(browser.get(f"/sessions/{slot.id}"))
    other = enter(a_facility(tenant).owner)
    assert "Attendre une place" in text_of(other.get(f"/sessions/{slot.id}"))
    assert other.post(f"/sessions/{slot.id}/waiting", {"places": "1"}).status_code == 303
    assert "premier sur la liste" in text_of(other.get(f"/sessions/{slot.id}"))
    assert other.post(f"/sessions/{slot.id}/offer").status_code == 409
    assert other.post(f"/sessions/{slot.id}/leave").status_code == 303


def test_a_session_is_opened_changed_and_cancelled_on_pages(tenant: Tenant, market: Market, enter: Enter) -> None:
    browser, facility = enter(market.supplier.owner), a_facility(tenant)
    form = {
        "service": market.service.slug,
        "consultant": str(market.supplier.consultant.id),
        "on": "2026-12-10",
        "from": "09:00",
        "to": "12:30",
        "place": "Rennes",
        "capacity": "8",
        "kept_for": facility.finess_ej,
    }
    assert browser.get("/sessions/new").status_code == 200
    wrong = browser.post("/sessions/new", form | {"capacity": "beaucoup", "place": ""})
    assert (wrong.status_code, "capacity-error" in wrong.get_data(as_text=True)) == (422, True)
    assert browser.post("/sessions/new", form | {"consultant": "moi", "on": "demain"}).status_code == 422
    assert browser.post("/sessions/new", form | {"kept_for": "123"}).status_code == 422
    made = browser.post("/sessions/new", form)
    assert made.status_code == 303
    path = made.headers["Location"].removeprefix(f"/{tenant.slug}")
    assert browser.post("/sessions/new", form).status_code == 409, "the same hours"
    assert browser.get(f"{path}/edit").status_code == 200
    assert browser.post(f"{path}/edit", form | {"revision": "4"}).status_code == 412
    assert browser.post(f"{path}/edit", form | {"revision": "0", "to": "13:00"}).status_code == 303
    assert enter(facility.owner).get(path).status_code == 200
    assert enter(a_facility(tenant).owner).get(path).status_code == 404
    assert "Personne n’est inscrit" in text_of(browser.get(f"{path}/cancel"))
    assert browser.post(f"{path}/cancel").status_code == 303
    assert "Annulée" in text_of(browser.get(path))


def test_the_dates_of_a_mission_are_proposed_and_chosen(tenant: Tenant, enter: Enter) -> None:
    market, facility = a_market(tenant), a_facility(tenant)
    mission = a_mission(tenant, market, facility)
    path = f"/missions/{mission.id}/dates"
    browser = enter(facility.owner)
    assert "Aucune date libre" in text_of(browser.get(path))
    set_week(market.supplier.owner, market.supplier.consultant.id, ALL_WEEK)
    page = browser.get(path).get_data(as_text=True)
    assert "mardi" in page
    value = page[page.index('value="', page.index('id="chosen-1"')) + 7 :].partition('"')[0]
    assert browser.post(path).status_code == 422
    assert browser.post(path, {"chosen": "n’importe quoi"}).status_code == 422
    assert (
        browser.post(path, {"chosen": f"{market.supplier.consultant.id}|2026-12-05:am,2026-12-05:pm"}).status_code
        == 422
    )
    assert browser.post(path, {"chosen": value, "place": "Salle 2"}).status_code == 303
    assert "Choisir une autre date" in text_of(browser.get(path))
    doer = enter(market.supplier.owner)
    other = {
        "chosen": "other",
        "count": "2",
        "on": "2026-12-05",
        "half": "am",
        "consultant": str(market.supplier.consultant.id),
    }
    assert doer.post(path, other | {"count": "9" * 5000}).status_code == 422
    assert doer.post(path, other).status_code == 303, "who keeps the calendars may work on a Saturday"
    assert browser.post(f"{path}/drop").status_code == 303
    assert browser.post(f"{path}/drop").status_code == 409
    assert enter(a_facility(tenant).owner).get(path).status_code == 404


def test_a_mission_in_sessions_is_sent_to_the_programme(tenant: Tenant, market: Market, enter: Enter) -> None:
    facility = a_facility(tenant)
    answer = enter(facility.owner).get(f"/missions/{a_mission(tenant, market, facility).id}/dates")
    assert (answer.status_code, "choisissez une séance" in text_of(answer)) == (409, True)


def test_a_week_is_ticked_and_days_that_differ_are_said(tenant: Tenant, market: Market, enter: Enter) -> None:
    browser = enter(market.supplier.owner)
    provider, consultant = market.supplier.provider.id, market.supplier.consultant.id
    path = f"/providers/{provider}/availability"
    assert "Aucune demi-journée travaillée" in text_of(browser.get(path))
    week = {"half": ["0:am", "0:pm", "3:am"], "starts_on": "2026-11-22"}
    assert browser.post(f"{path}/{consultant}/week", week).status_code == 303  # type: ignore[arg-type]
    assert browser.get(path).get_data(as_text=True).count(" checked") == 3 + 3  # and the exception form's own
    assert browser.post(f"{path}/{consultant}/week", {"half": "9:am"}).status_code == 422
    assert browser.post(f"{path}/{consultant}/week", {"starts_on": "2020-01-01"}).status_code == 422
    away = {"first": "2026-12-21", "last": "2027-01-03", "halves": "am", "available": "no", "reason": "Congés"}
    assert browser.post(f"{path}/{consultant}/exceptions", away).status_code == 303
    assert "Congés" in text_of(browser.get(path))
    for wrong in (
        {"first": "x"},
        {"last": "2026-12-01"},
        {"last": "2028-12-01"},
        {"halves": "soir"},
        {"reason": "x" * 201},
    ):
        assert browser.post(f"{path}/{consultant}/exceptions", away | wrong).status_code == 422, wrong
    assert (
        browser.post(
            f"{path}/{consultant}/exceptions/remove", {"first": "2026-12-21:am", "last": "2026-12-21:pm"}
        ).status_code
        == 303
    )
    assert browser.post(f"{path}/{consultant}/exceptions/remove", {"first": "jamais"}).status_code == 404
    stranger = enter(a_market(tenant).supplier.owner)
    assert stranger.get(path).status_code == 404
    assert stranger.post(f"{path}/{consultant}/week", {"half": "0:am"}).status_code == 404
