"""Calls and files in a given state, written straight into the tables: where a test begins when it is about later."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy import select

from campaigns.models import Campaign, CampaignVersion, CampaignWindow, Candidacy, Submission, Verdict
from finess.models import RegistryEdition
from kit.actor import Actor, system
from kit.db import uuid7
from kit.transaction import Tx, transaction
from tenants.models import Membership, Organisation, OrganisationMember, Tenant, User
from tests.campaigns import documents

numbers = count(1)
OPENED = datetime(2025, 9, 9, 14, tzinfo=UTC)
CLOSED = datetime(2025, 9, 23, 21, 59, 59, tzinfo=UTC)
NOTIFIED = datetime(2025, 10, 1, 7, tzinfo=UTC)


def an_edition(tx: Tx) -> int:
    """An edition of the register, any one."""
    found = tx.session.scalar(select(RegistryEdition.id).limit(1))
    if found is None:
        edition = RegistryEdition(
            source="finess_plus",
            generated_at=OPENED,
            sha256="0" * 64,
            file_name="test",
            imported_at=OPENED,
            imported_by="test",
            counts={"ej": 0, "et": 0},
            difference={},
        )
        tx.add(edition)
        tx.session.flush()
        found = edition.id
    return found


def a_person(tenant: Tenant, *roles: str, name: str = "") -> Actor:
    """Somebody with these roles in the tenant."""
    number = next(numbers)
    user_id, email = uuid7(), f"personne{number}@test.invalid"
    with transaction(system(tenant.id, "tests")) as tx:
        tx.add(User(id=user_id, email=email, email_norm=email, name=name or f"Personne {number}", created_at=tx.now))
        tx.session.flush()
        for role in roles:
            tx.add(Membership(user_id=user_id, tenant_id=tenant.id, role=role))
    return Actor("person", tenant.id, user_id, name or f"Personne {number}", email, frozenset(roles))


def a_call(
    tenant: Tenant,
    places: int | None = None,
    state: str = "closed",
    document: Mapping[str, Any] | None = None,
    **columns: Any,
) -> Campaign:
    """A call whose only window is that of September 2025, notified on 1 October at 9 h."""
    number = next(numbers)
    with transaction(system(tenant.id, "tests")) as tx:
        values = {
            "id": uuid7(),
            "slug": f"appel-{number}",
            "kind": "ami",
            "title": f"Exercice de crise {number}",
            "state": state,
            "zone": tenant.zone,
            "version": 1,
            "edition_id": an_edition(tx),
            "places": places,
            "instruct_from_on": date(2025, 9, 24),
            "instruct_until_on": date(2025, 9, 30),
            "notify_at": NOTIFIED,
            "complete_on": date(2026, 6, 30),
            "created_at": OPENED,
        }
        call = tx.add(Campaign(**{**values, **columns}))
        tx.session.flush()
        window = {"number": 1, "name": "Dépôt", "opens_at": OPENED, "closes_at": CLOSED}
        tx.add(CampaignWindow(campaign_id=call.id, **window))
        version = {
            "number": 1,
            "rule_version": 1,
            "form_version": 1,
            "document": {**documents.document(slug=call.slug, title=call.title, summary=""), **(document or {})},
            "sha256": "",
            "created_at": OPENED,
        }
        tx.add(CampaignVersion(campaign_id=call.id, **version))
        return call


def a_file(tenant: Tenant, call: Campaign, members: int = 1, state: str = "submitted", name: str = "") -> UUID:
    """A file of an organisation of its own, with `members` people; submitted with its verdict unless it is a draft."""
    number = next(numbers)
    people = [a_person(tenant) for _ in range(members)]
    at = CLOSED - timedelta(days=1) + timedelta(seconds=number)
    submitted_at = None if state == "draft" else at
    with transaction(system(tenant.id, "tests")) as tx:
        finess = f"35{number:07}"
        name = name or f"EHPAD n° {number}"
        organisation = tx.add(Organisation(id=uuid7(), finess_ej=finess, name=name, created_at=at))
        tx.session.flush()
        for person in people:
            place = {"role": "owner", "function": "Direction", "joined_at": at}
            tx.add(OrganisationMember(organisation_id=organisation.id, user_id=person.user_id, **place))
        candidacy = Candidacy(
            id=uuid7(),
            campaign_id=call.id,
            organisation_id=organisation.id,
            finess_ej=finess,
            reference=f"EXE-{number:04}",
            applicant_name=name,
            department="35",
            applicant=an_applicant(finess, name),
            state=state,
            form_version=1,
            created_at=at,
            saved_at=at,
            submitted_at=submitted_at,
        )
        tx.add(candidacy)
        tx.session.flush()
        if submitted_at:
            submit(tx, candidacy, at)
        return candidacy.id


def an_applicant(finess_ej: str, name: str) -> dict[str, Any]:
    """What the register knew of an applicant when its file was begun (campaigns/queries/snapshot.py)."""
    place = {"department": "35", "postal_code": "35000", "town": "RENNES"}
    entity = {"finess_ej": finess_ej, "name": name, "siren": "260100045", "legal_status_code": "60", **place}
    site = {"finess_et": finess_ej[:-1] + "9", "name": name, "category_code": "500", "siret": None, "address": None}
    return {
        "edition": {"id": 1, "source": "finess_plus", "generated_on": "2025-09-09", "sha256": "0" * 64},
        "legal_entity": entity | {"legal_status": "Association Loi 1901 non Reconnue d’Utilité Publique"},
        "establishments": [site | place],
    }


def submit(tx: Tx, candidacy: Candidacy, at: datetime) -> None:
    """Its submission, with the verdict of that instant."""
    verdict = Verdict(
        id=uuid7(),
        campaign_id=candidacy.campaign_id,
        candidacy_id=candidacy.id,
        finess_ej=candidacy.finess_ej,
        rule_version=1,
        edition_id=an_edition(tx),
        outcome="eligible",
        clauses=[],
        decided_at=at,
    )
    tx.add(verdict)
    tx.session.flush()
    receipt = {"code": str(candidacy.id), "statement": "{}", "signature": "", "key": ""}
    content = {"sections": [], "referent": {}, "signatory": {}, "commitments": []}
    text = {"content": json.dumps(content), "sha256": ""}
    tx.add(Submission(candidacy_id=candidacy.id, number=1, verdict_id=verdict.id, received_at=at, **receipt, **text))
