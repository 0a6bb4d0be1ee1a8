"""Quotes, rights and orders of a small market, made by the commands that people use."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from bookings.models import Entitlement, Order, Quote
from bookings.service.entitlement import open_entitlement
from bookings.service.ordering import order_quote
from bookings.service.quote import ask_quote
from campaigns.models import Award, Candidacy
from kit import clock
from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tests.campaigns.files import a_call, an_applicant, submit
from tests.services_catalog.market import Facility, Market

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CONTACT = {
    "name": "Gwenaëlle Le Bihan",
    "function": "Responsable qualité",
    "email": "gwenaelle@ajoncs.invalid",
    "phone": "02 99 12 34 56",
}
numbers = count(1)


def a_quote(
    market: Market, facility: Facility, quantity: int = 1, by: Actor | None = None, at: datetime = NOW, **asked: Any
) -> Quote:
    """A quote asked by the facility's owner."""
    with clock.frozen(at):
        return ask_quote(by or facility.owner, market.service.slug, facility.organisation.id, quantity, **asked)


def an_order(
    market: Market, facility: Facility, quantity: int = 1, by: Actor | None = None, at: datetime = NOW
) -> Order:
    """An order, as asked: placed unless it waits for somebody. (Pages are asked at the real hour: so is `at` then.)"""
    quote = a_quote(market, facility, quantity, by, at)
    with clock.frozen(at):
        return order_quote(by or facility.owner, quote.id, {}, CONTACT)


def requester(order: Order) -> Actor:
    """Whoever asked for an order."""
    places = {order.organisation_id: frozenset({"owner"})}
    return Actor("person", order.tenant_id, order.requested_by, organisations=places)


def an_award(tenant: Tenant, facility: Facility, service: str | None, **columns: Any) -> Award:
    """A confirmed award of a call, for the facility."""
    file = _a_file(tenant, facility)
    values: dict[str, Any] = {
        "quantity": 1,
        "ars_share_percent": 80,
        "cap_cents": None,
        "complete_on": date(2028, 6, 30),
        "state": "confirmed",
        "confirmed_at": NOW,
        "referent": CONTACT,
    }
    with transaction(system(tenant.id, "tests")) as tx:
        award = Award(
            id=uuid7(),
            candidacy_id=file.id,
            campaign_id=file.campaign_id,
            organisation_id=file.organisation_id,
            service=service,
            offered_at=NOW,
            confirm_by=date(2026, 12, 15),
            **(values | columns),
        )
        return tx.add(award)


def an_entitlement(tenant: Tenant, market: Market, facility: Facility, **columns: Any) -> Entitlement:
    """The right that a confirmed award of the market's service gives."""
    award = an_award(tenant, facility, market.service.slug, **columns)
    with clock.frozen(NOW), transaction(system(tenant.id, "tests")) as tx:
        opened = open_entitlement(tx, award.id)
    assert opened is not None
    return opened


def _a_file(tenant: Tenant, facility: Facility) -> Candidacy:
    """An accepted file of the facility, in a call of its own."""
    number, call = next(numbers), a_call(tenant, state="released", released_at=NOW)
    with transaction(system(tenant.id, "tests")) as tx:
        file = Candidacy(
            id=uuid7(),
            campaign_id=call.id,
            organisation_id=facility.organisation.id,
            finess_ej=facility.finess_ej,
            reference=f"AMI-2026-{number:04}",
            applicant_name=facility.organisation.name,
            department="35",
            applicant=an_applicant(facility.finess_ej, facility.organisation.name),
            state="accepted",
            form_version=1,
            created_at=NOW,
            saved_at=NOW,
            submitted_at=NOW,
        )
        tx.add(file)
        tx.session.flush()
        submit(tx, file, NOW)
        return file
