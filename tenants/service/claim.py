"""Claiming a legal entity's account: opened at once when somebody vouches for the person, asked for otherwise."""

import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit import limits, signing
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid, Unauthenticated
from kit.file_name import clean_name
from kit.permissions import permit
from kit.storage import storage
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
    if actor.user_id is None:
        raise Unauthenticated()
    declared, wished = check_line(function, "function", FUNCTION), check_role(role, ORGANISATION_ROLES)
    number = check_finess_ej(entity.finess_ej)
    proof_file = _look_into(file, actor.user_id) if file is not None else None
    _limit(actor.user_id)
    with transaction(actor) as tx:
        organisation = find_organisation(tx.session, number)
        told = told_of(tx, entity)
        if organisation is None and (told.proof or not wants_proof(tx)):
            return _open(tx, entity, declared)
        if organisation is not None and find_place(tx.session, tx.tenant_id, organisation.id, actor.user_id):
            raise Conflict("Vous faites déjà partie de ce compte.")
        text = check_text(evidence, "evidence", MISSING, LONGEST_EVIDENCE)
        asked = _ask(tx, entity, told, (declared, text, wished if organisation else "owner"), proof_file)
        tx.audit("organisation_claim.ask", asked.id, finess_ej=number, file=proof_file is not None)
        tx.emit("organisation_claim.ask", asked.id)
        tx.due("organisation_claim.wait", asked.id, tx.now + ANSWER_WITHIN)
        return asked


def withdraw_claim(actor: Actor, claim_id: UUID) -> OrganisationClaim:
    """Take one's own request back. Raises NotFound, Conflict when it was answered."""
    with transaction(actor) as tx:
        request = queries.get_request(tx.session, tx.tenant_id, claim_id, lock=True)
        permit(PERMISSIONS, actor, "organisation_claim.withdraw", request)
        tx.advance(request.claim, CLAIM, "withdraw")
        request.claim.decided_at, request.claim.decided_by = tx.now, actor.user_id
        tx.undue("organisation_claim.wait", claim_id)
        return request.claim


def proof_place(tenant_id: UUID, digest: str) -> str:
    """Where a proof is kept: under its SHA-256, in the tenant's folder."""
    return f"claims/{tenant_id}/{digest[:2]}/{digest}"


def _limit(user_id: UUID) -> None:
    limits.hit(
        "organisation_claim", str(user_id), MOST_A_DAY, timedelta(days=1), "Vous avez envoyé beaucoup de demandes."
    )


def _open(tx: Tx, entity: Claimed, function: str) -> Organisation:
    try:
        return open_organisation(tx, entity, function)
    except Conflict:  # somebody opened it since it was looked for
        raise Invalid(NOT_SENT, {"evidence": TAKEN}) from None


def _ask(tx: Tx, entity: Claimed, told: Told, words: tuple[str, str, str], file: ProofFile | None) -> OrganisationClaim:
    function, evidence, role = words
    row: dict[str, Any] = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "finess_ej": check_finess_ej(entity.finess_ej),
        "name": " ".join(entity.name.split()) or entity.finess_ej,
        "user_id": tx.actor.user_id,
        "role": role,
        "function": function,
        "evidence": evidence,
        "siret": told.siret,
        "state": CLAIM.initial,
        "asked_at": tx.now,
        "decision": "",
        **(_kept(tx, file) if file else {}),
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


def _kept(tx: Tx, file: ProofFile) -> dict[str, Any]:
    """On disk before it is announced; the same bytes twice are kept once, and never change."""
    place = proof_place(tx.tenant_id, signing.sha256(file.content))
    with tempfile.NamedTemporaryFile(prefix="crrc-") as draft:
        draft.write(file.content)
        draft.flush()
        storage().keep(place, Path(draft.name))
    return {
        "file_stored": place,
        "file_name": file.name,
        "file_type": file.content_type,
        "file_bytes": len(file.content),
    }
