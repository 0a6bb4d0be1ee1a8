"""Half-days of an establishment that closed: they go elsewhere, and nothing comes to it any more."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update

from bookings.service.time_booking import TimeBooking, book_time
from bookings.service.time_grant import Grant, grant_time
from bookings.service.time_transfer import Transfer, transfer_choices, transfer_time
from finess.models import Establishment
from kit import clock
from kit.actor import system
from kit.errors import Invalid
from kit.transaction import transaction
from tenants.models import Tenant
from tests.bookings.buying import NOW
from tests.bookings.time_of import balances, books_are_true, grades, half_days_of
from tests.browser import Browser, text_of
from tests.services_catalog.market import Facility, a_facility, a_market


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def facility(tenant: Tenant) -> Facility:
    """A gestionnaire whose second establishment closed, with four half-days."""
    found = a_facility(tenant, establishments=2)
    half_days_of(tenant, found, 4, finess_et=found.finess_et[1])
    with transaction(system(tenant.id, "tests")) as tx:
        closed = update(Establishment).where(Establishment.finess_et == found.finess_et[1])
        tx.session.execute(closed.values(is_open=False))
    return found


def test_its_half_days_go_elsewhere(application: Flask, tenant: Tenant, facility: Facility) -> None:
    owner, (still_open, closed) = facility.organisation.id, facility.finess_et
    offered = transfer_choices(facility.owner, owner)
    assert [one.finess_et for one in offered.sources] == [closed]
    assert closed not in [one.finess_et for one in offered.targets]
    asked = {"finess_et": closed, "to_finess_et": f"{owner}:{still_open}", "half_days": "3", "note": ""}
    browser = Browser(application, tenant).sign_in(facility.owner.email)
    assert "De EHPAD LES AJONCS 2" in text_of(browser.post(f"/time/{owner}/transfer", asked))
    transfer_time(facility.owner, Transfer(owner, 3, owner, closed, still_open))
    assert balances(tenant) == {"granted": -4, "available": 4}
    assert books_are_true(tenant)


@pytest.mark.parametrize("act", ["grant", "transfer", "book"])
def test_and_nothing_comes_to_it(tenant: Tenant, facility: Facility, act: str) -> None:
    owner, closed = facility.organisation.id, facility.finess_et[1]
    half_days_of(tenant, facility, 4)
    service = a_market(tenant, mode="time").service.slug
    acts: dict[str, Callable[[], object]] = {
        "grant": lambda: grant_time(grades(tenant), Grant(owner, 1, date(2027, 6, 30), closed)),
        "transfer": lambda: transfer_time(facility.owner, Transfer(owner, 1, owner, None, closed)),
        "book": lambda: book_time(facility.owner, TimeBooking(owner, service, 1, closed)),
    }
    with pytest.raises(Invalid, match="ouvert"):
        acts[act]()
