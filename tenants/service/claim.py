"""Claiming a legal entity's account: opened at once when somebody vouches for the person, asked for otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit import limits
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid, Unauthenticated
from kit.file_name import clean_name
from kit.permissions import permit
from kit.storage import kept_first, let_go
from kit.transaction import Tx, transaction
from tenants.models import Organisation, OrganisationClaim
from tenants.permissions import PERMISSIONS
from tenants.queries import claim as queries
from tenants.queries.organisation import find_organisation, find_place
from tenants.rules.claim import CLAIM, LONGEST_EVIDENCE, NOT_SENT, Claimed, check_text
from tenants.rules.people import check_line
from tenants.rules.proof_file import MOST_BYTES, type_of
from tenants.rules.roles import ORGANISATION_ROLES, check_role
from tenants.service.entity import check_finess_ej
from tenants.service.organisation import FUNCTION, open_organisation, wants_proof
from tenants.service.proof import Told, told_of

MOST_A_DAY, MOST_FILES = 10, 30
ANSWER_WITHIN = timedelta(days=7)  # then the GRADeS is told that owners did not answer
MISSING = "Dites ce qui permet de vérifier que vous travaillez pour cet organisme."
TAKEN = (
    "Quelqu’un vient d’ouvrir le compte de cet organisme\N{NO-BREAK SPACE}: dites pourquoi vous demandez à y accéder."
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class ProofFile:
    """A file that was looked into."""

    name: str
    content_type: str
    content: bytes


def claim(
    actor: Actor, entity: Claimed, function: str, evidence: str, file: Upload | None = None, role: str = "editor"
) -> Organisation | OrganisationClaim:
    """Ask for the account of a legal entity: the account when it opened at once, else the request that waits.

    It opens when nobody has opened it, and the portal checks later or an identity provider places the person there.
    Once it exists nobody enters it without its owners or the GRADeS, whatever a provider says. `role` is what is
    wished there. Raises Invalid (finess_ej, function, evidence, role, file), Conflict, TooManyRequests.
    """
    permit(PERMISSIONS, actor, "organisation_claim.ask")
    if actor.user_id is None or actor.tenant_id is None:
        raise Unauthenticated()
    declared, wished = check_line(function, "function", FUNCTION), check_role(role, ORGANISATION_ROLES)
    number = check_finess_ej(entity.finess_ej)
    proof = _look_into(file, actor.user_id) if file is not None else None
    _limit(actor.user_id)
    said: dict[str, Any] = {"id": uuid7(), "user_id": actor.user_id, "finess_ej": number}
    said |= {"function": declared, "role": wished, "evidence": evidence}
    if proof is None:
        return _settle(actor, entity, said)
    place = proof_place(actor.tenant_id, said["id"])
    sent = {"file_stored": place, "file_name": proof.name, "file_type": proof.content_type}
    with kept_first(place, proof.content):
        done = _settle(actor, entity, said | sent | {"file_bytes": len(proof.content)})
    if isinstance(done, Organisation):  # it opened: nobody is asked, nothing is to be proved
        let_go(place)
    return done


def withdraw_claim(actor: Actor, claim_id: UUID) -> OrganisationClaim:
    """Take one's own request back. Raises NotFound, Conflict when it was answered."""
    with transaction(actor) as tx:
        request = queries.get_request(tx.session, tx.tenant_id, claim_id, lock=True)
        permit(PERMISSIONS, actor, "organisation_claim.withdraw", request)
        tx.advance(request.claim, CLAIM, "withdraw")
        request.claim.decided_at, request.claim.decided_by = tx.now, actor.user_id
        tx.undue("organisation_claim.wait", claim_id)
        return request.claim


def proof_place(tenant_id: UUID, claim_id: UUID) -> str:
    """Where the storage keeps the proof of a request: the end of its number, which is random, spreads the folders."""
    return f"claims/{tenant_id}/{claim_id.hex[-2:]}/{claim_id}"


def _limit(user_id: UUID) -> None:
    limits.hit(
        "organisation_claim", str(user_id), MOST_A_DAY, timedelta(days=1), "Vous avez envoyé beaucoup de demandes."
    )


def _settle(actor: Actor, entity: Claimed, said: Mapping[str, Any]) -> Organisation | OrganisationClaim:
    """Open the account, or ask for it in the words that were `said`."""
    with transaction(actor) as tx:
        organisation = find_organisation(tx.session, said["finess_ej"])
        told = told_of(tx, entity)
        if organisation is None and (told.proof or not wants_proof(tx)):
            return _open(tx, entity, said["function"])
        if organisation is not None and find_place(tx.session, tx.tenant_id, organisation.id, said["user_id"]):
            raise Conflict("Vous faites déjà partie de ce compte.")
        text = check_text(said["evidence"], "evidence", MISSING, LONGEST_EVIDENCE)
        wished = said["role"] if organisation else "owner"
        asked = _ask(tx, entity, told, {**said, "evidence": text, "role": wished})
        tx.audit("organisation_claim.ask", asked.id, finess_ej=asked.finess_ej, file=asked.file_stored is not None)
        tx.emit("organisation_claim.ask", asked.id)
        tx.due("organisation_claim.wait", asked.id, tx.now + ANSWER_WITHIN)
        return asked


def _open(tx: Tx, entity: Claimed, function: str) -> Organisation:
    try:
        return open_organisation(tx, entity, function)
    except Conflict:  # somebody opened it since it was looked for
        raise Invalid(NOT_SENT, {"evidence": TAKEN}) from None


def _ask(tx: Tx, entity: Claimed, told: Told, said: Mapping[str, Any]) -> OrganisationClaim:
    row: dict[str, Any] = {
        **said,
        "tenant_id": tx.tenant_id,
        "name": " ".join(entity.name.split()) or entity.finess_ej,
        "siret": told.siret,
        "state": CLAIM.initial,
        "asked_at": tx.now,
        "decision": "",
    }
    statement = insert(OrganisationClaim).values(row).on_conflict_do_nothing()
    asked: OrganisationClaim | None = tx.session.scalar(statement.returning(OrganisationClaim))
    if asked is None:
        raise Conflict(
            "Vous avez déjà une demande en attente pour cet organisme\N{NO-BREAK SPACE}: elle n’est pas perdue."
        )
    return asked


def _look_into(file: Upload, user_id: UUID) -> ProofFile:
    """Looking costs seconds, of what is made for that: so many a day, right or wrong."""
    limits.hit("proof-file", str(user_id), MOST_FILES, timedelta(days=1), "Vous avez envoyé beaucoup de fichiers.")
    content = file.content.read(MOST_BYTES + 1)
    name = clean_name(file.name, "justificatif")
    return ProofFile(name, type_of(content, name), content)
