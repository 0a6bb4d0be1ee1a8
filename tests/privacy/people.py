"""Somebody to be forgotten, and those who handle their request."""

from uuid import UUID

from kit import clock
from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import transaction
from privacy.models import Breach, PrivacyRequest
from privacy.rules.breach import Account
from privacy.service import request as requests
from privacy.service.breach import open_breach
from privacy.service.erasing import run_erasures
from privacy.service.erasure import decide
from tenants.models import Membership, OrganisationMember, Tenant, User
from tests.campaigns.files import a_person
from tests.privacy.poison import EMAIL, NAME


def somebody(tenant: Tenant, organisation_id: UUID | None = None, role: str = "editor", email: str = EMAIL) -> Actor:
    """A person with the name and the address that tests look for, and a place in an organisation."""
    user_id = uuid7()
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(User(id=user_id, email=email, email_norm=email, name=NAME, created_at=tx.now))
        tx.session.flush()
        if organisation_id is not None:
            place = {"role": role, "function": "Cadre", "joined_at": tx.now}
            tx.add(OrganisationMember(organisation_id=organisation_id, user_id=user_id, **place))
    places = {organisation_id: frozenset({role})} if organisation_id else {}
    return Actor("person", tenant.id, user_id, NAME, email, organisations=places)


def a_grades(tenant: Tenant) -> Actor:
    """A manager of the GRADeS; another one is there, so that either may leave."""
    a_person(tenant, "grades_manager")
    return a_person(tenant, "grades_manager", name="Marc Riou")


def erase(tenant: Tenant, person: Actor, heirs: dict[UUID, UUID | None] | None = None) -> PrivacyRequest:
    """The person asks, the GRADeS decides, a worker erases."""
    asked = requests.ask(person, "erasure", "Je quitte la région.")
    decide(a_grades(tenant), asked.id, heirs or {}, [])
    assert run_erasures(tenant.id, lambda: False) == 1
    return request_of(tenant, asked.id)


def a_breach(tenant: Tenant) -> Breach:
    """A breach that has just been seen."""
    facts = Account("Un courriel est parti à la mauvaise personne.")
    return open_breach(system(tenant.id, "tests"), "Courriel au mauvais destinataire", clock.now(), facts)


def request_of(tenant: Tenant, request_id: UUID) -> PrivacyRequest:
    """The request as it is now."""
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(PrivacyRequest, (tenant.id, request_id))


def hold_place(tenant: Tenant, user_id: UUID, role: str) -> None:
    """A role in a portal."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(Membership(user_id=user_id, role=role))
