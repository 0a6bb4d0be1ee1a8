"""A call whose decisions are told, and what was offered: where the stories of awards begin."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from campaigns.models import Award, Campaign, Candidacy
from campaigns.service.decision import decide
from campaigns.service.release import preview_release, release_decisions
from campaigns.service.submission import submit_candidacy
from kit import clock
from kit.actor import Actor, system
from kit.outbox import OutboxMessage
from kit.transaction import transaction
from tenants.models import OrganisationMember, Tenant, User
from tests.campaigns import applying
from tests.campaigns.applying import as_member
from tests.campaigns.files import CLOSED, NOTIFIED, a_call, a_file, a_person

DECIDING = CLOSED + timedelta(days=3)
LATER = NOTIFIED + timedelta(days=2)
CONTACT = {"name": "Anne Le Goff", "function": "Cadre", "email": "anne@ehpad.test", "phone": "02 99 12 34 56"}
GIFT: dict[str, Any] = {"service": "exercice-de-crise", "ars_share": 80, "cap": 3000}


def a_released_call(
    tenant: Tenant, files: int = 1, award: Mapping[str, Any] | None = None
) -> tuple[Campaign, list[UUID]]:
    """A call notified on 1 October 2025 at 9 h, all its files accepted; the awards, in the order of the files."""
    call = a_call(tenant, document={"award": award} if award else {})
    made = [a_file(tenant, call) for _ in range(files)]
    manager = a_person(tenant, "ars_manager")
    with clock.frozen(DECIDING):
        for file in made:
            decide(manager, file, "accepted")
    with clock.frozen(NOTIFIED):
        release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)
    with transaction(system(tenant.id, "tests")) as tx:
        found = {one.candidacy_id: one.id for one in tx.session.scalars(select(Award))}
    return call, [found[file] for file in made]


def an_accepted_file(tenant: Tenant, award: Mapping[str, Any] | None = None) -> tuple[Actor, UUID, UUID]:
    """A file filled in and submitted by its people, then accepted: (who wrote it, the file, its award)."""
    finess_ej, edition = applying.a_legal_entity()
    call = applying.a_call(tenant, edition, **({"award": dict(award)} if award else {}))
    person, file = applying.a_file(tenant, call, finess_ej)
    applying.fill(person, file.id)
    manager = a_person(tenant, "ars_manager")
    with clock.frozen(applying.DURING):
        submit_candidacy(person, file.id)
    with clock.frozen(DECIDING):
        decide(manager, file.id, "accepted")
    with clock.frozen(NOTIFIED):
        release_decisions(manager, call.slug, preview_release(manager, call.slug).ready.digest)
    with transaction(system(tenant.id, "tests")) as tx:
        found = tx.session.scalars(select(Award).where(Award.candidacy_id == file.id)).one()
    return person, file.id, found.id


def owner_of(tenant: Tenant, award_id: UUID) -> Actor:
    """Somebody who answers for the organisation of an award."""
    with transaction(system(tenant.id, "tests")) as tx:
        award = tx.session.get_one(Award, (tenant.id, award_id))
        query = select(User).join(OrganisationMember, OrganisationMember.user_id == User.id)
        user = tx.session.scalars(query.where(OrganisationMember.organisation_id == award.organisation_id)).first()
    assert user is not None
    return as_member(Actor("person", tenant.id, user.id, user.name, user.email))


def award_of(tenant: Tenant, award_id: UUID) -> Award:
    """The award as it stands."""
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.get_one(Award, (tenant.id, award_id))


def news(tenant: Tenant, topic: str, subject_id: UUID, key: str = "") -> OutboxMessage:
    """A piece of news, as a listener receives it."""
    with transaction(system(tenant.id, "tests")) as tx:
        tx.emit(topic, subject_id, key)
    with transaction(system(tenant.id, "tests")) as tx:
        return tx.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()


def reference_of(tenant: Tenant, award_id: UUID) -> str:
    """The reference of the award's file."""
    with transaction(system(tenant.id, "tests")) as tx:
        award = tx.session.get_one(Award, (tenant.id, award_id))
        return tx.session.get_one(Candidacy, (tenant.id, award.candidacy_id)).reference
