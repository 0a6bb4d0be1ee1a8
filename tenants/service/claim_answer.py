"""Answering a request for an account: its owners or the GRADeS, once, under lock."""

from uuid import UUID

from kit.actor import Actor
from kit.errors import Conflict, Forbidden, Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation, OrganisationClaim
from tenants.permissions import PERMISSIONS
from tenants.queries.claim import Request, get_request
from tenants.queries.organisation import count_owners
from tenants.rules.claim import CLAIM, LONGEST_REASON, Claimed, check_text
from tenants.rules.roles import ORGANISATION_ROLES
from tenants.service.colleague import give_place
from tenants.service.organisation import make_account
from tenants.service.standing import standing

NOT_ANSWERED = "La demande attend toujours une réponse."
OWN = "Une autre personne doit répondre à votre demande."
ROLE = "Choisissez le rôle de cette personne."
FIRST = "Personne ne gère ce compte\N{NO-BREAK SPACE}: la première personne en est responsable."


def accept_claim(actor: Actor, claim_id: UUID, role: str = "") -> Organisation:
    """Let the author in, with `role`; the GRADeS opens the account when there is none, with the author as its owner.

    Raises NotFound (strangers), Conflict when it was answered or withdrawn, Invalid (field role).
    """
    with transaction(actor) as tx:
        request = _locked(tx, claim_id, "organisation_claim.accept")
        organisation, given = _account(tx, request, role)
        tx.advance(request.claim, CLAIM, "accept", organisation=str(organisation.id), role=given)
        _close(tx, request.claim, "")
        request.claim.role = given
        give_place(tx, organisation, request.user_id, given, request.claim.function)
        return organisation


def refuse_claim(actor: Actor, claim_id: UUID, reason: str) -> OrganisationClaim:
    """Refuse, with the reason that the author reads. Raises NotFound, Conflict, Invalid (field reason)."""
    with transaction(actor) as tx:
        request = _locked(tx, claim_id, "organisation_claim.refuse")
        words = check_text(reason, "reason", "Écrivez pourquoi : la personne lira ce motif.", LONGEST_REASON)
        tx.advance(request.claim, CLAIM, "refuse")
        _close(tx, request.claim, words)
        return request.claim


def _locked(tx: Tx, claim_id: UUID, action: str) -> Request:
    request = get_request(tx.session, tx.tenant_id, claim_id, lock=True)
    permit(PERMISSIONS, standing(tx, request.organisation_id), action, request)
    if request.user_id == tx.actor.user_id:
        raise Forbidden(OWN)
    return request


def _account(tx: Tx, request: Request, role: str) -> tuple[Organisation, str]:
    """The account, made now when there is none, and the role to give in it."""
    if request.organisation is None:
        if role not in ("", "owner"):
            raise Invalid(NOT_ANSWERED, {"role": FIRST})
        entity = Claimed(request.claim.finess_ej, request.claim.name)
        made = make_account(tx, entity, "request", confirmed=True)
        if made is None:
            raise Conflict(
                "Quelqu’un vient d’ouvrir ce compte\N{NO-BREAK SPACE}: relisez la demande avant d’y répondre."
            )
        return made, "owner"
    if count_owners(tx.session, request.organisation.id) == 0:
        if role != "owner":
            raise Invalid(NOT_ANSWERED, {"role": FIRST})
        request.organisation.proof, request.organisation.confirmed_at = "request", tx.now
    if role not in ORGANISATION_ROLES:
        raise Invalid(NOT_ANSWERED, {"role": ROLE})
    return request.organisation, role


def _close(tx: Tx, claim: OrganisationClaim, decision: str) -> None:
    claim.decided_at, claim.decided_by, claim.decision = tx.now, tx.actor.user_id, decision
    tx.undue("organisation_claim.wait", claim.id)
