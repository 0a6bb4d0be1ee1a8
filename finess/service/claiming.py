"""Before somebody claims a legal entity: who it is in the register, and what claiming it would do here."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from finess.models import LegalEntity
from finess.queries.edition import find_current_edition, get_current_edition
from finess.queries.number import resolve_number
from finess.queries.structure import claimed_entity, find_legal_entity
from finess.rules.nomenclature import legal_statuses
from kit.actor import Actor
from kit.errors import Invalid, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.permissions import PERMISSIONS
from tenants.queries.claim import find_asked
from tenants.queries.organisation import find_organisation, find_place
from tenants.rules.claim import Claimed
from tenants.service.organisation import wants_proof
from tenants.service.proof import Told, told_of

# It opens at once; a proof is wanted by the GRADeS; its people are asked; one is in it; one has asked already.
Outcome = Literal["opens", "proves", "joins", "inside", "waiting"]
NOBODY = "Aucun organisme n’est retenu."


@dataclass(frozen=True, slots=True)
class Facts:
    """What the register says of a legal entity, as people compare it with what they know."""

    finess_ej: str
    name: str
    siren: str | None
    legal_status: str | None
    seat: str
    establishments: int
    is_open: bool
    edition_on: date


@dataclass(frozen=True, slots=True)
class Prospect:
    """A legal entity that somebody may claim, and what would happen. `sentence` is the register's answer."""

    facts: Facts
    entity: Claimed
    outcome: Outcome
    told: Told
    sentence: str
    organisation_id: UUID | None = None
    claim_id: UUID | None = None


def look_at_entity(actor: Actor, number: str) -> Prospect:
    """Who `number` (EJ, ET, SIREN or SIRET) leads to. Raises Invalid (field number): nobody, several, or closed.

    Whether an account exists is told, never whose it is.
    """
    permit(PERMISSIONS, actor, "organisation_claim.ask")
    if actor.user_id is None:
        raise Unauthenticated()
    with transaction(actor) as tx:
        facts, entity, sentence = resolve_entity(tx, number)
        told = told_of(tx, entity)
        asked = find_asked(tx.session, entity.finess_ej, actor.user_id)
        organisation = find_organisation(tx.session, entity.finess_ej)
        if organisation is None:
            outcome: Outcome = "opens" if told.proof or not wants_proof(tx) else "proves"
        else:
            inside = find_place(tx.session, tx.tenant_id, organisation.id, actor.user_id)
            outcome = "inside" if inside else "joins"
        if asked is not None and outcome != "inside":
            outcome = "waiting"
        account = organisation.id if organisation and outcome == "inside" else None
        return Prospect(facts, entity, outcome, told, sentence, account, asked.id if asked else None)


def resolve_entity(tx: Tx, number: str) -> tuple[Facts, Claimed, str]:
    """The open EJ that a number leads to, with the register's sentence. Raises Invalid (field number)."""
    edition = get_current_edition(tx.session)
    answer = resolve_number(tx.session, edition.id, number)
    found = find_legal_entity(tx.session, edition.id, answer.finess_ej) if answer.finess_ej else None
    if found is None:
        raise Invalid(NOBODY, {"number": answer.sentence})
    if not found.is_open:
        raise Invalid(NOBODY, {"number": f"{answer.sentence} Un organisme fermé n’a pas de compte."})
    entity = claimed_entity(tx.session, edition.id, found)
    return facts_of(found, entity, edition.generated_at.date()), entity, answer.sentence


def facts_of(found: LegalEntity, entity: Claimed, edition_on: date) -> Facts:
    """The register's words on an EJ."""
    status = legal_statuses().get(found.legal_status_code or "")
    return Facts(
        finess_ej=found.finess_ej,
        name=entity.name or found.finess_ej,
        siren=found.siren,
        legal_status=status.label if status else None,
        seat=" ".join(part for part in (found.postal_code, found.town) if part),
        establishments=len(entity.finess_et),
        is_open=found.is_open,
        edition_on=edition_on,
    )


def entity_facts(actor: Actor, finess_ej: str) -> Facts | None:
    """What the register in force says of an EJ; None when it does not know it. The register is everybody's."""
    with transaction(actor) as tx:
        edition = find_current_edition(tx.session)
        found = find_legal_entity(tx.session, edition.id, finess_ej) if edition else None
        if edition is None or found is None:
            return None
        return facts_of(found, claimed_entity(tx.session, edition.id, found), edition.generated_at.date())
