"""Missions of the demonstration, moved by the people of both sides at the hours they did it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.demo.people import Person, acting
from app.demo.sellers import ARMOR, KREIZ, TI_SURETE
from app.demo.settling import settle
from bookings.models import Entitlement, Mission, Order
from bookings.queries.mission import get_mission
from bookings.rules.delivery import digest
from bookings.service.acceptance import accept_mission, delivered, reserve_mission
from bookings.service.dates import choose_dates, propose_dates
from bookings.service.deliverable import Upload, add_deliverable
from bookings.service.delivery import deliver_mission, start_mission
from bookings.service.entitlement import order_entitlement
from bookings.service.ordering import order_quote
from bookings.service.quote import ask_quote
from bookings.service.satisfaction import answer_satisfaction
from kit import clock
from kit.actor import Actor, system
from kit.transaction import transaction
from kit.typeset import typeset
from services_catalog.models import Service
from tenants.models import Tenant
from tenants.queries.organisation import find_organisation

OWNERS = (ARMOR.owner, TI_SURETE.owner, KREIZ.owner)
REPORT = """
#set document(title: "Rapport (fictif)")
#set page(margin: 3cm)
#set text(lang: "fr", size: 11pt)
= Rapport de mission
#json(bytes(sys.inputs.data)).title

#emph[Document inventé pour la démonstration.]

== Ce qui a bien marché
La direction a tenu la cellule de crise ; les équipes ont retrouvé les procédures papier en vingt minutes.

== À améliorer avant l’été
+ Imprimer chaque semaine la liste des résidents et leurs traitements.
+ Ranger les numéros utiles ailleurs que dans la messagerie.
+ Refaire l’exercice de nuit.
"""


@dataclass(frozen=True, slots=True)
class Buyer:
    """A facility of the story: its number and who acts for it."""

    tenant: Tenant
    number: str
    person: Person

    def act(self) -> Actor:
        """The person, with what they hold now."""
        return acting(self.tenant, self.person)

    @property
    def contact(self) -> Mapping[str, str]:
        """Who receives the provider."""
        words = {"name": self.person.name, "function": self.person.function, "email": self.person.email}
        return words | {"phone": "02 99 00 12 34"}

    def organisation_id(self) -> UUID:
        """The account's identifier."""
        with transaction(system(self.tenant.id, "démonstration")) as tx:
            found = find_organisation(tx.session, self.number)
            assert found is not None  # noqa: S101 (it submitted a file)
            return found.id


def use_right(buyer: Buyer, service: str, at: datetime) -> Mission:
    """Use the right that an award of this service gave: one click."""
    with clock.frozen(at):
        settle()
        with transaction(system(buyer.tenant.id, "démonstration")) as tx:
            rights = tx.session.scalars(select(Entitlement).where(Entitlement.state == "open")).all()
        mine = next(one for one in rights if one.organisation_id == buyer.organisation_id() and _is(one, service))
        return mission_of(buyer, order_entitlement(buyer.act(), mine.id, {}, buyer.contact))


def buy(buyer: Buyer, service: str, quantity: int, at: datetime, size: int | None = None) -> Order:
    """Ask for a quote and order it."""
    with clock.frozen(at):
        actor = buyer.act()
        quote = ask_quote(actor, service, buyer.organisation_id(), quantity, size=size)
        number = f"ENG-{at:%Y}-{quote.number[-4:]}"
        order = order_quote(actor, quote.id, {"engagement_number": number}, buyer.contact)
        settle()
        return order


def mission_of(buyer: Buyer, order: Order) -> Mission:
    """The mission of an order."""
    with transaction(system(buyer.tenant.id, "démonstration")) as tx:
        return tx.session.scalars(select(Mission).where(Mission.order_id == order.id)).one()


def plan(buyer: Buyer, mission: Mission, at: datetime, first: date) -> Mission:
    """The provider takes the first dates that are free from `first` on."""
    with clock.frozen(at):
        worker = doer(buyer.tenant, mission)
        found = propose_dates(worker, mission.id, first=first).proposals[0]
        place = "Dans vos locaux, salle de réunion"
        planned = choose_dates(worker, mission.id, found.consultant_id, found.halves, place)
        settle()
        return planned


def start(buyer: Buyer, mission: Mission) -> None:
    """The day has come."""
    with clock.frozen(_now(buyer, mission).starts_at or clock.now()):
        start_mission(doer(buyer.tenant, mission), mission.id)
        settle()


def deliver(buyer: Buyer, mission: Mission, days: int = 3) -> datetime:
    """The report, some days after the work; returns when."""
    at = (_now(buyer, mission).ends_at or clock.now()) + timedelta(days=days)
    with clock.frozen(min(at, datetime.now(UTC))):
        worker = doer(buyer.tenant, mission)
        report = typeset(REPORT.encode(), {"title": mission.title}, at)
        add_deliverable(worker, mission.id, Upload("Retour d’expérience.pdf", io.BytesIO(report)))
        deliver_mission(worker, mission.id)
        settle()
    return at


def accept(buyer: Buyer, mission: Mission, at: datetime, opinion: tuple[int, int, int] | None = None) -> None:
    """The facility accepts what it read, and says what it thinks of it."""
    with clock.frozen(at):
        with transaction(system(buyer.tenant.id, "démonstration")) as tx:
            seen = digest(*delivered(tx, get_mission(tx.session, tx.tenant_id, mission.id)))
        accept_mission(buyer.act(), mission.id, buyer.person.name, buyer.person.function, seen)
        if opinion:
            answers = dict(zip(("usefulness", "quality", "recommendation"), opinion, strict=True))
            answer_satisfaction(buyer.act(), mission.id, answers, "Une matinée utile, et concrète.")
        settle()


def object_to(buyer: Buyer, mission: Mission, at: datetime) -> None:
    """The facility has reserves."""
    with clock.frozen(at):
        reserve_mission(buyer.act(), mission.id, "Le plan d’actions annoncé n’est pas dans le rapport.")
        settle()


def doer(tenant: Tenant, mission: Mission) -> Actor:
    """The provider's person."""
    with transaction(system(tenant.id, "démonstration")) as tx:
        provider_id = get_mission(tx.session, tx.tenant_id, mission.id).provider_id
    return next(actor for actor in (acting(tenant, one) for one in OWNERS) if provider_id in actor.suppliers)


def _now(buyer: Buyer, mission: Mission) -> Mission:
    with transaction(system(buyer.tenant.id, "démonstration")) as tx:
        return get_mission(tx.session, tx.tenant_id, mission.id)


def _is(right: Entitlement, service: str) -> bool:
    with transaction(system(right.tenant_id, "démonstration")) as tx:
        return tx.session.get_one(Service, (right.tenant_id, right.service_id)).slug == service
