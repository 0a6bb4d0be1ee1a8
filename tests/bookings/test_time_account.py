"""What people do to half-days: grant, carry over, transfer, correct, book; who may, what is refused and why."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import uuid4

import pytest

from bookings.models import Mission, TimeMovement, TimePacket
from bookings.service import time_ledger
from bookings.service.time_booking import TimeBooking, book, book_time, booking_choices
from bookings.service.time_correction import Correction, correct_time
from bookings.service.time_entries import view_balances
from bookings.service.time_grant import CarryOver, Grant, carry_over_time, grant, grant_time
from bookings.service.time_overview import list_accounts
from bookings.service.time_rehearsal import rehearse
from bookings.service.time_transfer import Transfer, transfer, transfer_time
from kit import clock
from kit.actor import Actor, anonymous, system
from kit.errors import Conflict, CrrcError, Forbidden, Invalid, NotFound, Unauthenticated
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tests.bookings.time_of import (
    TODAY,
    a_mission_of_time,
    balances,
    books_are_true,
    grades,
    half_days_of,
    last_movement,
    siblings,
)
from tests.services_catalog.market import Facility, Market, a_facility, a_market, a_member

NOON = datetime.fromisoformat("2026-11-22T12:00:00+01:00")
Act = Callable[[Actor], object]
WINTER = datetime.fromisoformat("2027-02-01T12:00:00+01:00")


@pytest.fixture(autouse=True)
def _noon() -> object:
    with clock.frozen(NOON):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    return a_facility(tenant, establishments=2)


@pytest.fixture
def market(tenant: Tenant) -> Market:
    return a_market(tenant, mode="time")


@pytest.fixture
def manager(tenant: Tenant) -> Actor:
    return grades(tenant)


def as_system(tenant: Tenant, act: Callable[[Tx], object]) -> None:
    with transaction(system(tenant.id, "tests")) as tx:
        act(tx)


def test_the_grades_grants(tenant: Tenant, facility: Facility, manager: Actor) -> None:
    asked = Grant(facility.organisation.id, 6, date(2027, 6, 30), facility.finess_et[0], note="  Projet\n pilote ")
    packet = grant_time(manager, asked)
    assert (packet.source, packet.starts_on, packet.finess_et) == ("grant", TODAY, facility.finess_et[0])
    assert last_movement(tenant, "grant").note == "Projet pilote"
    assert balances(tenant) == {"granted": -6, "available": 6}


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"half_days": 0}, "half_days"),
        ({"half_days": 5000}, "half_days"),
        ({"expires_on": date(2026, 11, 21)}, "expires_on"),
        ({"expires_on": date(2099, 1, 1)}, "expires_on"),
        ({"starts_on": date(2028, 1, 1)}, "starts_on"),
        ({"starts_on": date(2026, 11, 21)}, "starts_on"),
        ({"finess_et": "350000048"}, "finess_et"),
        ({"note": "x" * 301}, "note"),
    ],
)
def test_a_grant_that_makes_no_sense_names_its_field(
    facility: Facility, manager: Actor, columns: dict[str, object], field: str
) -> None:
    given = {"half_days": 2, "expires_on": date(2027, 6, 30)} | columns
    with pytest.raises(Invalid) as refused:
        grant_time(manager, Grant(facility.organisation.id, **given))  # type: ignore[arg-type]
    assert field in refused.value.fields


def test_a_provider_owns_no_half_days(market: Market, manager: Actor) -> None:
    with pytest.raises(NotFound):
        grant_time(manager, Grant(market.supplier.provider.id, 2, date(2027, 6, 30)))


STRANGERS: dict[str, type[CrrcError]] = {"provider": NotFound, "other": NotFound}
STAFF_ONLY = STRANGERS | {"owner": Forbidden, "nobody": NotFound}
BUYERS_ONLY = STRANGERS | {"reader": Forbidden, "manager": Forbidden}
REFUSED: dict[str, dict[str, type[CrrcError]]] = {
    "grant": STAFF_ONLY,
    "carry over": STAFF_ONLY,
    "correct": STAFF_ONLY,
    "transfer": BUYERS_ONLY,
    "book": BUYERS_ONLY,
    "see": STRANGERS | {"nobody": NotFound},
    "list": {"owner": Forbidden, "provider": Forbidden, "nobody": Unauthenticated},
}


def acts_on(facility: Facility, market: Market, packet: TimePacket, movement: TimeMovement) -> dict[str, Act]:
    """Everything that somebody may try."""
    owner, site = facility.organisation.id, facility.finess_et[0]
    return {
        "grant": lambda who: grant_time(who, Grant(owner, 1, date(2027, 6, 30))),
        "carry over": lambda who: carry_over_time(who, CarryOver(packet.id, 1, date(2028, 6, 30))),
        "correct": lambda who: correct_time(who, Correction(movement.id, "Erreur")),
        "transfer": lambda who: transfer_time(who, Transfer(owner, 1, owner, None, site)),
        "book": lambda who: book_time(who, TimeBooking(owner, market.service.slug, 1)),
        "see": lambda who: view_balances(who, owner),
        "list": list_accounts,
    }


def test_who_may_do_what(tenant: Tenant, facility: Facility, market: Market, manager: Actor) -> None:
    packet = half_days_of(tenant, facility, 4)
    people = {
        "owner": facility.owner,
        "reader": a_member(tenant, facility.organisation.id, "reader"),
        "other": a_facility(tenant).owner,
        "provider": market.supplier.owner,
        "manager": manager,
        "nobody": anonymous(tenant.id),
    }
    acts = acts_on(facility, market, packet, last_movement(tenant, "grant"))
    for name, refusals in REFUSED.items():
        for who, error in refusals.items():
            with pytest.raises(error):
                acts[name](people[who])
                pytest.fail(f"{who} may {name}")
    assert balances(tenant) == {"granted": -4, "available": 4}
    acts["see"](people["reader"])
    acts["list"](people["manager"])


def test_carrying_over_prolongs(tenant: Tenant, facility: Facility, manager: Actor) -> None:
    packet = half_days_of(tenant, facility, 4, date(2027, 1, 31), facility.finess_et[0])
    longer = carry_over_time(manager, CarryOver(packet.id, 3, date(2027, 6, 30)))
    assert (longer.source, longer.source_id, longer.finess_et) == ("carry_over", packet.id, facility.finess_et[0])
    assert balances(tenant, packet.id) == {"available": 1}
    assert balances(tenant, longer.id) == {"available": 3}
    for half_days, until, error in ((2, date(2027, 6, 30), Conflict), (1, date(2027, 1, 31), Invalid)):
        with pytest.raises(error):
            carry_over_time(manager, CarryOver(packet.id, half_days, until))
    with clock.frozen(WINTER), pytest.raises(Conflict, match="ont expiré"):
        carry_over_time(manager, CarryOver(packet.id, 1, date(2027, 6, 30)))


def test_transfer_between_places_keeps_the_days(tenant: Tenant, facility: Facility) -> None:
    half_days_of(tenant, facility, 2, date(2027, 1, 31))
    half_days_of(tenant, facility, 4, date(2027, 9, 30))
    site, whole = facility.finess_et[0], facility.organisation.id
    made = transfer_time(facility.owner, Transfer(whole, 3, whole, None, site))
    assert [(one.expires_on, one.finess_et, balances(tenant, one.id)) for one in made] == [
        (date(2027, 1, 31), site, {"available": 2}),
        (date(2027, 9, 30), site, {"available": 1}),
    ]
    transfer_time(facility.owner, Transfer(whole, 3, whole, site, None))
    assert balances(tenant) == {"granted": -6, "available": 6}
    with pytest.raises(Conflict, match="aucune n’est disponible"):
        transfer_time(facility.owner, Transfer(whole, 1, whole, site, None))
    with pytest.raises(Invalid) as refused:
        transfer_time(facility.owner, Transfer(whole, 1, whole, None, None))
    assert refused.value.fields.keys() == {"to_finess_et"}


def test_transfer_to_another_organisation_asks_the_register(tenant: Tenant, facility: Facility) -> None:
    half_days_of(tenant, facility, 4)
    sister, stranger = a_facility(tenant), a_facility(tenant)
    siblings(tenant, facility, sister)
    transfer_time(facility.owner, Transfer(facility.organisation.id, 3, sister.organisation.id))
    for other in (stranger.organisation.id, uuid4()):
        with pytest.raises(Invalid) as refused:
            transfer_time(facility.owner, Transfer(facility.organisation.id, 1, other))
        assert refused.value.fields.keys() == {"to_organisation_id"}
    found = {line.organisation.id: line for line in list_accounts(grades(tenant)).lines}
    assert (found[facility.organisation.id].moved, found[sister.organisation.id].moved) == (-3, 3)
    assert [found[one.organisation.id].available for one in (facility, sister)] == [1, 3]


def test_a_grant_is_taken_back_once_and_only_while_it_is_there(
    tenant: Tenant, facility: Facility, market: Market, manager: Actor
) -> None:
    half_days_of(tenant, facility, 4)
    wrong = last_movement(tenant, "grant").id
    mission = a_mission_of_time(tenant, facility, market.version)
    as_system(tenant, lambda tx: time_ledger.reserve(tx, mission, 3))
    with pytest.raises(Conflict, match="il en reste 1\u00a0disponible"):
        correct_time(manager, Correction(wrong, "Doublon"))
    as_system(tenant, lambda tx: time_ledger.release(tx, mission))
    with pytest.raises(Invalid):
        correct_time(manager, Correction(wrong, " "))
    made = correct_time(manager, Correction(wrong, "Doublon"))
    assert balances(tenant) == {}
    with pytest.raises(Conflict, match="déjà été corrigé"):
        correct_time(manager, Correction(wrong, "Encore"))
    correct_time(manager, Correction(made.id, "Finalement non"))
    assert balances(tenant) == {"granted": -4, "available": 4}
    assert books_are_true(tenant)


def test_a_consumption_is_replaced_by_the_right_one(
    tenant: Tenant, facility: Facility, market: Market, manager: Actor
) -> None:
    packet = half_days_of(tenant, facility, 6)
    mission = a_mission_of_time(tenant, facility, market.version, market.supplier, state="planned")
    as_system(tenant, lambda tx: time_ledger.reserve(tx, mission, 4))
    as_system(tenant, lambda tx: time_ledger.consume(tx, mission, 5))
    correct_time(manager, Correction(last_movement(tenant, "consume").id, "Trois en réalité", 3))
    assert balances(tenant) == {"granted": -6, "available": 3, "consumed": 3}
    with clock.frozen(datetime.fromisoformat("2027-12-01T12:00:00+01:00")):
        as_system(tenant, lambda tx: time_ledger.expire(tx, packet))
        correct_time(manager, Correction(last_movement(tenant, "consume").id, "Deux", 2))
    assert balances(tenant) == {"granted": -6, "consumed": 2, "expired": 4}
    assert books_are_true(tenant)


@pytest.mark.parametrize("kind", ["reserve", "release", "expire"])
def test_what_follows_a_mission_or_a_date_is_not_corrected(
    tenant: Tenant, facility: Facility, market: Market, manager: Actor, kind: str
) -> None:
    packet = half_days_of(tenant, facility, 6, date(2027, 1, 31))
    mission = a_mission_of_time(tenant, facility, market.version)
    as_system(tenant, lambda tx: time_ledger.reserve(tx, mission, 2))
    as_system(tenant, lambda tx: time_ledger.release(tx, mission))
    with clock.frozen(WINTER):
        as_system(tenant, lambda tx: time_ledger.expire(tx, packet))
        with pytest.raises(Conflict):
            correct_time(manager, Correction(last_movement(tenant, kind).id, "Erreur"))


def test_a_transfer_taken_back_too_late_expires_at_once(tenant: Tenant, facility: Facility, manager: Actor) -> None:
    half_days_of(tenant, facility, 4, date(2027, 1, 31))
    whole = facility.organisation.id
    transfer_time(facility.owner, Transfer(whole, 3, whole, None, facility.finess_et[0]))
    with clock.frozen(WINTER):
        correct_time(manager, Correction(last_movement(tenant, "transfer").id, "Erreur"))
    assert balances(tenant) == {"granted": -4, "available": 1, "expired": 3}


def test_booking_opens_a_mission_with_its_half_days(tenant: Tenant, facility: Facility, market: Market) -> None:
    half_days_of(tenant, facility, 6)
    site = facility.finess_et[1]
    asked = TimeBooking(facility.organisation.id, market.service.slug, 4, site, "Plutôt le lundi")
    mission = book_time(facility.owner, asked)
    assert (mission.mode, mission.half_days, mission.finess_et, mission.order_id) == ("time", 4, site, None)
    assert mission.department == "35"
    assert (mission.state, mission.provider_id) == ("assigned", market.supplier.provider.id)
    assert balances(tenant) == {"granted": -6, "available": 2, "reserved": 4}
    with pytest.raises(Conflict, match="2\u00a0disponibles"):
        book_time(facility.owner, asked)
    with transaction(system(tenant.id, "tests")) as tx:
        assert len(tx.session.query(Mission).all()) == 1, "a booking refused opens nothing"


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ({"service": "inconnue"}, "service"),
        ({"half_days": 0}, "half_days"),
        ({"finess_et": "350000048"}, "finess_et"),
        ({"wish": "x" * 301}, "wish"),
    ],
)
def test_a_booking_that_makes_no_sense_names_its_field(
    tenant: Tenant, facility: Facility, market: Market, columns: dict[str, object], field: str
) -> None:
    given = {"service": market.service.slug, "half_days": 1} | columns
    with pytest.raises(Invalid) as refused:
        book_time(facility.owner, TimeBooking(facility.organisation.id, **given))  # type: ignore[arg-type]
    assert field in refused.value.fields


def test_choices_of_a_booking(tenant: Tenant, facility: Facility, market: Market) -> None:
    a_market(tenant)
    found = booking_choices(facility.owner, facility.organisation.id)
    assert found.services == [(market.service.id, market.service.slug, market.version.title)]
    assert [place.finess_et for place in found.places] == [None, *sorted(facility.finess_et)]


def test_a_rehearsal_shows_and_leaves_nothing(
    tenant: Tenant, facility: Facility, market: Market, manager: Actor
) -> None:
    owner = facility.organisation.id
    half_days_of(tenant, facility, 4)
    before = balances(tenant)
    shown = rehearse(facility.owner, lambda tx: book(tx, TimeBooking(owner, market.service.slug, 3)), owner)
    assert [(one.label.rpartition(", ")[2], one.before, one.after) for one in shown] == [
        ("disponible", 4, 1),
        ("réservé", 0, 3),
    ]
    place = facility.finess_et[0]
    shown = rehearse(facility.owner, lambda tx: transfer(tx, Transfer(owner, 1, owner, None, place)), owner)
    assert [(one.label, one.before, one.after) for one in shown] == [
        (f"{facility.organisation.name}, disponible", 4, 3),
        ("EHPAD LES AJONCS 1, disponible", 0, 1),
    ]
    assert rehearse(manager, lambda tx: grant(tx, Grant(owner, 2, date(2027, 6, 30))), owner)[0].after == 6
    with pytest.raises(Conflict):
        rehearse(facility.owner, lambda tx: book(tx, TimeBooking(owner, market.service.slug, 5)), owner)
    assert balances(tenant) == before
    with transaction(system(tenant.id, "tests")) as tx:
        assert tx.session.query(Mission).all() == []


def test_the_balance_of_any_day(tenant: Tenant, facility: Facility, market: Market) -> None:
    mission = a_mission_of_time(tenant, facility, market.version)
    half_days_of(tenant, facility, 6, date(2027, 1, 31))
    with clock.frozen(datetime.fromisoformat("2026-12-10T12:00:00+01:00")):
        as_system(tenant, lambda tx: time_ledger.reserve(tx, mission, 2))
    days = {"2026-11-21": (0, 0), "2026-11-22": (6, 0), "2026-12-09": (6, 0), "2026-12-10": (4, 2)}
    for day, expected in days.items():
        found = view_balances(facility.owner, facility.organisation.id, date.fromisoformat(day)).balance
        assert (found.available, found.reserved) == expected, day
