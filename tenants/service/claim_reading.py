"""Reading requests for accounts: one's own, those of one's organisations, those that the GRADeS answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import allows, permit
from kit.storage import storage
from kit.transaction import Tx, transaction
from tenants.models import OrganisationClaim
from tenants.permissions import PERMISSIONS
from tenants.queries import claim as queries
from tenants.queries.claim import Request
from tenants.queries.organisation import count_owners, list_owner_emails
from tenants.queries.person import list_holders

PAGE = 50


@dataclass(frozen=True, slots=True)
class RequestPage:
    """A request and what may be done with it; `managed`: the account has somebody in charge."""

    request: Request
    managed: bool
    may_answer: bool
    may_withdraw: bool


def view_claim(actor: Actor, claim_id: UUID) -> RequestPage:
    """A request. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        return claim_page(tx, claim_id)


def claim_page(tx: Tx, claim_id: UUID) -> RequestPage:
    """The step of `view_claim`."""
    request = queries.get_request(tx.session, tx.tenant_id, claim_id)
    permit(PERMISSIONS, tx.actor, "organisation_claim.view", request)
    waits = request.claim.state == "asked"
    mine = request.user_id == tx.actor.user_id
    return RequestPage(
        request,
        managed=request.organisation is not None and count_owners(tx.session, request.organisation.id) > 0,
        may_answer=waits and not mine and allows(PERMISSIONS, tx.actor, "organisation_claim.refuse", request),
        may_withdraw=waits and mine,
    )


def read_proof(actor: Actor, claim_id: UUID) -> tuple[OrganisationClaim, bytes]:
    """The file of a request. Raises NotFound, also to strangers and when there is none."""
    found = view_claim(actor, claim_id).request.claim
    if found.file_stored is None:
        raise NotFound()
    with storage().open(found.file_stored) as file:
        return found, file.read()


def list_my_claims(actor: Actor) -> Sequence[Request]:
    """One's own requests, waiting ones first."""
    permit(PERMISSIONS, actor, "account.view")
    with transaction(actor) as tx:
        return queries.list_requests_of(tx.session, actor.user_id) if actor.user_id else []


def list_waiting(actor: Actor, organisation_id: UUID) -> Sequence[Request]:
    """The requests that wait for an organisation's owners; nothing for anybody else."""
    if "owner" not in actor.organisations.get(organisation_id, frozenset()):
        return []
    with transaction(actor) as tx:
        return queries.list_requests(tx.session, "asked", [organisation_id])


def page_of_claims(
    actor: Actor, state: str | None, after: UUID | None, limit: int = PAGE
) -> tuple[Sequence[Request], UUID | None]:
    """Requests, the last first: all of the portal's for the GRADeS, else those about the actor's organisations."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "organisation_claim.view")
        owned = [key for key, held in actor.organisations.items() if "owner" in held]
        within = None if PERMISSIONS["organisation_claim.list"](actor, None) else owned
        found = queries.list_requests(tx.session, state, within, after, limit + 1)
        return found[:limit], found[limit - 1].claim.id if len(found) > limit else None


def who_answers(tx: Tx, request: Request, late: bool = False) -> list[tuple[UUID, str]]:
    """(user, address) of those who may answer: the account's owners; the GRADeS too when none is there, or is late."""
    owners = list(list_owner_emails(tx.session, request.organisation_id)) if request.organisation_id else []
    if owners and not late:
        return owners
    managers = [(user.id, user.email) for user in list_holders(tx.session, tx.tenant_id, "grades_manager")]
    return [*owners, *(one for one in managers if one not in owners)]
