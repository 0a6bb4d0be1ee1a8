"""A call open to applicants, a register that knows them, and people who apply: where the stories of files begin."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from campaigns.models import Campaign, CampaignVersion, CampaignWindow, Candidacy
from campaigns.service.saving import save_draft
from campaigns.service.starting import start_candidacy
from finess.models import Establishment, LegalEntity, RegistryEdition
from finess.queries.edition import true_in
from finess.rules.names import search_text
from finess.rules.numbers import with_key
from kit import clock
from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import OrganisationMember, Tenant
from tenants.queries.organisation import list_organisations
from tests.campaigns import documents
from tests.campaigns.files import a_person
from tests.campaigns.forms import COMPLETE, document

OPENS = datetime(2025, 9, 9, 14, tzinfo=UTC)
CLOSES = datetime(2025, 9, 23, 21, 59, 59, tzinfo=UTC)
DURING = datetime(2025, 9, 18, 20, 14, tzinfo=UTC)
AFTER = datetime(2025, 9, 23, 22, tzinfo=UTC)
RULE = {
    "version": 1,
    "all": [
        {"open": True},
        {
            "establishments": {
                "at_least": 1,
                "such_that": {"all": [{"open": True}, {"category": ["500"]}, {"department": ["35"]}]},
            }
        },
    ],
}
_numbers = count(1)
_sites = count(1)


def a_legal_entity(sites: int = 1, category: str = "500", department: str = "35", **facts: Any) -> tuple[str, int]:
    """An EJ with its ET in a register of its own: (finess_ej, edition). `facts` are columns of LegalEntity."""
    number = next(_numbers)
    finess_ej = with_key(f"355{number:05}")  # a series that no other test uses: registers add up
    name = facts.pop("name", f"Association des Ajoncs {number}")
    with transaction(system(uuid7(), "tests")) as tx:
        edition = RegistryEdition(
            source="finess_plus",
            generated_at=OPENS,
            sha256=f"{number:064x}",
            file_name="test",
            imported_at=OPENS,
            imported_by="tests",
            counts={"ej": 0, "et": 0},
            difference={},
        )
        tx.add(edition)
        tx.session.flush()
        true_from = {"first_edition": edition.id, "search_text": search_text(name, "Rennes")}
        place = {"department": department, "commune_code": "35238", "postal_code": "35000", "town": "Rennes"}
        entity = {"siren": f"{number:09}", "legal_status_code": "60", "is_open": True, **place, **facts}
        tx.add(LegalEntity(finess_ej=finess_ej, name=name, **true_from, **entity))
        for site in range(sites):
            tx.add(
                Establishment(
                    finess_et=with_key(f"356{next(_sites):05}"),
                    finess_ej=finess_ej,
                    name=f"EHPAD Les Ajoncs {site + 1}",
                    category_code=category,
                    siret=f"{number:09}{site:05}",
                    is_open=True,
                    address="1 rue des Ajoncs",
                    **place,
                    **true_from,
                )
            )
        tx.session.flush()
        known = select(func.count()).where(true_in(LegalEntity, edition.id))
        edition.counts = {"ej": tx.session.scalar(known), "et": sites}
        return finess_ej, edition.id


def a_call(
    tenant: Tenant,
    edition: int,
    windows: Sequence[tuple[datetime, datetime]] = ((OPENS, CLOSES),),
    state: str = "published",
    **parts: Any,
) -> Campaign:
    """A published call with the form of tests.campaigns.forms; `parts` replace parts of its document."""
    number = next(_numbers)
    slug = f"exercice-{number}"
    times = [{"name": f"Phase {rank}", **_bounds(*one)} for rank, one in enumerate(windows, start=1)]
    whole = documents.document(slug=slug, title=f"Exercice de crise {number}", rule=RULE, windows=times)
    made = {**whole, **document(**parts)}
    with transaction(system(tenant.id, "tests")) as tx:
        call = tx.add(
            Campaign(
                id=uuid7(),
                slug=slug,
                kind="ami",
                title=made["title"],
                state=state,
                zone=tenant.zone,
                version=1,
                edition_id=edition,
                instruct_from_on=date(2025, 9, 24),
                instruct_until_on=date(2025, 9, 30),
                notify_at=datetime(2025, 10, 1, 7, tzinfo=UTC),
                released_at=CLOSES if state == "released" else None,
                created_at=OPENS,
            )
        )
        tx.session.flush()
        for rank, (opens_at, closes_at) in enumerate(windows, start=1):
            bounds = {"opens_at": opens_at, "closes_at": closes_at}
            tx.add(CampaignWindow(campaign_id=call.id, number=rank, name=f"Phase {rank}", **bounds))
        versions = {"number": 1, "rule_version": 1, "form_version": 1}
        tx.add(CampaignVersion(campaign_id=call.id, document=made, sha256="", created_at=OPENS, **versions))
        return call


def _bounds(opens_at: datetime, closes_at: datetime) -> dict[str, str]:
    return {"opens_at": f"{opens_at:%Y-%m-%dT%H:%M:%SZ}", "closes_at": f"{closes_at:%Y-%m-%dT%H:%M:%SZ}"}


def a_new_form(tenant: Tenant, call: Campaign, made: dict[str, Any]) -> None:
    """The call's document changes its form: another version."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.session.add(call)
        call.version += 1
        versions = {"number": call.version, "rule_version": 1, "form_version": call.version}
        whole = {"title": call.title, "rule": RULE, **made}
        tx.add(CampaignVersion(campaign_id=call.id, document=whole, sha256="", created_at=OPENS, **versions))


def a_file(tenant: Tenant, call: Campaign, finess_ej: str, name: str = "Anne Le Goff") -> tuple[Actor, Candidacy]:
    """Somebody who represents the entity, and the file they started."""
    person = a_person(tenant, name=name)
    with clock.frozen(min(DURING, CLOSES)):
        file = start_candidacy(person, call.slug, finess_ej, "Directrice")
    return as_member(person), file


def a_colleague(tenant: Tenant, file: Candidacy, role: str = "editor", name: str = "Gwenaël Tanguy") -> Actor:
    """Somebody else of the file's organisation."""
    person = a_person(tenant, name=name)
    with transaction(system(tenant.id, "tests")) as tx:
        place = {"role": role, "function": "Cadre", "joined_at": tx.now}
        tx.add(OrganisationMember(organisation_id=file.organisation_id, user_id=person.user_id, **place))
    return as_member(person)


def as_member(person: Actor) -> Actor:
    """The person with the organisations they are in now, as their next request finds them."""
    assert person.tenant_id is not None
    assert person.user_id is not None
    with transaction(system(person.tenant_id, "tests")) as tx:
        found = list_organisations(tx.session, person.user_id)
    places = {organisation.id: frozenset({place.role}) for organisation, place in found}
    return replace(person, organisations=MappingProxyType(places))


def fill(person: Actor, file_id: UUID, at: datetime = DURING, **typed: Any) -> None:
    """Answer everything; `typed` overrides."""
    with clock.frozen(at):
        saved = save_draft(person, file_id, {**COMPLETE, **typed})
    assert not saved.refused
