"""One region with two facilities and two providers: what the first ones made, and people of all four.

To cover a new kind of address, give an example of it by the name of the URL's argument: in `_facility_side` when it is
the facility's alone, in `_provider_side` when it is the provider's alone, in `_both_sides` when both see it, in
`_staff_side` when neither does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select

from app.rooms import permissions
from billing.service.customer import customer_of
from billing.service.vat_rule import set_rule
from campaigns.models import Award
from kit.actor import Actor, operator, system
from kit.transaction import transaction
from privacy.service.exporting import ask_export as ask_copy
from privacy.service.request import ask as ask_right
from services_catalog.rules.papers import read_subcontractor
from services_catalog.service.provider_file import view_provider
from services_catalog.service.team import declare_subcontractor
from tenants.models import AccountReview, Tenant
from tenants.rules.claim import Claimed
from tenants.rules.identity import Told
from tenants.service.account_review import open_reviews
from tenants.service.claim import claim
from tenants.service.entrance import attach_identity
from tenants.service.export import ask_export
from tenants.service.token import create_token
from tests.billing.bank_side import a_bank
from tests.billing.issuing import a_run
from tests.billing.portals import routed
from tests.billing.regular import regular
from tests.billing.rows import an_invoice
from tests.billing.stories import an_entry
from tests.billing.stripe_side import a_checkout
from tests.bookings.buying import a_quote, an_entitlement, an_order
from tests.bookings.doing import Scene, a_scene, add_file
from tests.bookings.planning import a_session
from tests.bookings.time_of import half_days_of, last_movement
from tests.browser import Browser
from tests.campaigns.files import a_person
from tests.campaigns.joining import submitted_papers
from tests.notifications.addresses import a_refused_address
from tests.notifications.incidents import an_incident
from tests.notifications.listening import an_endpoint
from tests.privacy.people import a_breach
from tests.services_catalog.market import a_facility, a_supplier
from tests.services_catalog.provider_forms import SUBCONTRACTOR
from tests.tenants.programs import some_programs
from tests.tenants.proving import proofs

Values = dict[str, str]


@dataclass(frozen=True)
class Somebody:
    """A person, their browser, and the token of a program of their organisation."""

    actor: Actor
    browser: Browser
    token: str


@dataclass(frozen=True)
class Sides:
    """What one facility and one provider made, by argument. Nobody else's people read `marks` (text → what it is of).

    `people`: `facility` and `provider` made everything, `other_facility` and `other_provider` nothing.
    """

    tenant: Tenant
    facility: Values
    provider: Values
    both: Values
    staff: Values
    marks: Mapping[str, str]
    people: dict[str, Somebody]

    @property
    def values(self) -> Values:
        """An example of everything."""
        return self.facility | self.provider | self.both | self.staff


def two_sides(application: Flask, tenant: Tenant) -> Sides:
    """The region, with a mission of the provider for the facility and all that comes with it."""
    scene = a_scene(tenant)
    facility, provider, both, staff = (
        _facility_side(scene),
        _provider_side(scene),
        _both_sides(scene),
        _staff_side(scene),
    )
    staff |= a_bank(tenant, UUID(facility["invoice_id"]))
    staff |= regular(tenant, UUID(facility["customer_id"]))
    other_facility, other_provider = a_facility(tenant), a_supplier(tenant)
    supplier = scene.market.supplier
    inside: dict[str, tuple[Actor, dict[str, Any]]] = {
        "facility": (scene.buyer, {"finess_ej": scene.facility.finess_ej}),
        "provider": (scene.doer, {"provider": str(supplier.provider.id)}),
        "other_facility": (other_facility.owner, {"finess_ej": other_facility.finess_ej}),
        "other_provider": (other_provider.owner, {"provider": str(other_provider.provider.id)}),
    }
    people = {name: _somebody(application, tenant, actor, where) for name, (actor, where) in inside.items()}
    marks = {value: name for name, value in (facility | provider | both | staff).items()}
    marks |= {scene.mission.number: "mission_id", scene.facility.finess_ej: "organisation_id"}
    return Sides(tenant, facility, provider, both, staff, marks, people)


def _facility_side(scene: Scene) -> Values:
    right = an_entitlement(scene.tenant, scene.market, scene.facility)
    packet = half_days_of(scene.tenant, scene.facility, 4)
    with transaction(system(scene.tenant.id, "tests")) as tx:
        award = tx.session.get_one(Award, (scene.tenant.id, right.award_id))
        customer = customer_of(tx, scene.facility.organisation.id)
    sent = routed(scene.tenant, customer)
    return {
        "organisation_id": str(scene.facility.organisation.id),
        "user_id": str(scene.buyer.user_id),
        "candidacy_id": str(award.candidacy_id),
        "award_id": str(award.id),
        "entitlement_id": str(right.id),
        "quote_id": str(a_quote(scene.market, scene.facility).id),
        "packet_id": str(packet.id),
        "customer_id": str(customer.id),
        "invoice_id": str(sent.invoice_id),
        "transmission_id": str(sent.id),
        "checkout_id": str(a_checkout(scene.tenant, an_invoice(scene.tenant, customer)).id),
        "movement_id": str(last_movement(scene.tenant, "grant").id),
        "claim_id": str(_a_claim(scene)),
        "review_id": str(_a_review(scene)),
        "identity_id": str(_an_identity(scene)),
        "privacy_request_id": str(ask_right(scene.buyer, "access", "").id),
        "personal_export_id": str(ask_copy(scene.buyer).id),
        **submitted_papers(scene.tenant, award.candidacy_id),
        **proofs(scene.tenant),
    }


def _a_claim(scene: Scene) -> UUID:
    """Somebody else asks for a place at the facility's."""
    entity = Claimed(scene.facility.finess_ej, scene.facility.organisation.name)
    return claim(a_person(scene.tenant), entity, "Comptable", "Ma directrice le confirme.").id


def _a_review(scene: Scene) -> UUID:
    """Its owner is asked who still has access."""
    with transaction(system(scene.tenant.id, "tests")) as tx:
        open_reviews(tx, scene.facility.organisation.id)
        return tx.session.scalars(select(AccountReview.id)).one()


def _an_identity(scene: Scene) -> UUID:
    """Its owner also comes in with ProConnect."""
    who = Told("proconnect", "https://op.example", str(scene.tenant.id))
    with transaction(system(scene.tenant.id, "tests")) as tx:
        return attach_identity(tx, who, scene.buyer.user_id or UUID(int=0)).id


def _provider_side(scene: Scene) -> Values:
    supplier, root = scene.market.supplier, system(scene.tenant.id, "tests")
    subcontractor = declare_subcontractor(root, supplier.provider.id, read_subcontractor(SUBCONTRACTOR))
    file = view_provider(root, supplier.provider.id)
    return {
        "provider_id": str(supplier.provider.id),
        "qualification_id": str(file.qualifications[0].id),
        "insurance_id": str(file.insurances[0].id),
        "subcontractor_id": str(subcontractor.id),
        "consultant_id": str(supplier.consultant.id),
    }


def _both_sides(scene: Scene) -> Values:
    deliverable = add_file(scene)
    session = a_session(scene.tenant, scene.market, organisation_id=scene.facility.organisation.id)
    return {
        "mission_id": str(scene.mission.id),
        "order_id": str(an_order(scene.market, scene.facility).id),
        "deliverable_id": str(deliverable.id),
        "slot_id": str(session.id),
    }


def _staff_side(scene: Scene) -> Values:
    market = scene.market
    rule = set_rule(system(scene.tenant.id, "tests"), {"category": "S", "rate": "20", "starts_on": date(2026, 1, 1)})
    return {
        "agreement_id": str(market.lot.agreement_id),
        "lot_id": str(market.lot.id),
        "schedule_id": str(market.line.schedule_id),
        "rule_id": str(rule.id),
        "entry_id": str(an_entry(scene.tenant).id),
        "run_id": str(a_run(scene.tenant).id),
        "breach_id": str(a_breach(scene.tenant).id),
        "suppressed_id": str(a_refused_address(scene.tenant)),
        **some_programs(scene.tenant),
        **an_endpoint(scene.tenant),
        "incident_id": str(an_incident(scene.tenant).incident.id),
        "export_id": str(ask_export(system(scene.tenant.id, "tests")).id),
    }


def _somebody(application: Flask, tenant: Tenant, actor: Actor, where: dict[str, Any]) -> Somebody:
    """Whose token may do whatever its roles allow: every thing is in its scopes."""
    scopes = sorted({action.partition(".")[0] for action in permissions()})
    boss = operator("tests", tenant.id)
    secret = create_token(boss, "essai", scopes, known_scopes=list(permissions()), roles=["owner"], **where)[1]
    return Somebody(actor, Browser(application, tenant).sign_in(actor.email), secret)
