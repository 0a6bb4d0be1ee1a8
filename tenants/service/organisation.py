"""An organisation's account: opened by the first person who declares that they represent the legal entity."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation, OrganisationMember, Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries import organisation as queries
from tenants.queries.account import list_accounts
from tenants.rules.claim import Claimed
from tenants.rules.people import check_line, mask_email
from tenants.service.entity import check_finess_ej
from tenants.service.proof import told_of

FUNCTION = "Indiquez votre fonction, par exemple «\xa0directrice\xa0»."
PROOF_FIRST = (
    "Ce portail vérifie d’abord que vous représentez cet organisme\N{NO-BREAK SPACE}: demandez l’ouverture de son "
    "compte, avec un justificatif. Rien n’a été enregistré."
)
THERE_ALREADY = "Cet organisme a déjà un compte sur ce portail."


def join_organisation(actor: Actor, finess_ej: str, name: str, function: str) -> Organisation:
    """Declare, with one's function, that one represents a legal entity: opens its account and makes one its owner.

    `name` is the register's. Raises Conflict, naming whom to ask, when somebody has opened it already, or when the
    portal wants a proof first; Invalid (fields finess_ej, name, function). Somebody who is in it already finds it as
    it is.
    """
    with transaction(actor) as tx:
        return open_organisation(tx, Claimed(finess_ej, name), function)


def open_organisation(tx: Tx, entity: Claimed, function: str) -> Organisation:
    """The step of `join_organisation`, for whoever does more in the same transaction (starting a file)."""
    permit(PERMISSIONS, tx.actor, "organisation.join")
    if tx.actor.user_id is None:
        raise Unauthenticated()
    number = check_finess_ej(entity.finess_ej)
    declared = check_line(function, "function", FUNCTION)
    proof = told_of(tx, entity).proof
    if proof is None and wants_proof(tx):
        if queries.find_organisation(tx.session, number) is None:
            raise Conflict(PROOF_FIRST)
        return _already_there(tx, number)
    opened = make_account(tx, entity, proof or "declaration", proof is not None)
    if opened is None:
        return _already_there(tx, number)
    seat_owner(tx, opened, tx.actor.user_id, declared)
    tx.audit("organisation.join", opened.id, finess_ej=number, role="owner", proof=opened.proof)
    tx.emit("organisation.join", opened.id)
    return opened


def wants_proof(tx: Tx) -> bool:
    """Whether this portal opens an account only once somebody has proved that they represent the legal entity."""
    tenant = tx.session.get(Tenant, tx.tenant_id)
    if tenant is None:
        raise NotFound()
    return tenant.claim_proof == "before"


def make_account(tx: Tx, entity: Claimed, proof: str, confirmed: bool) -> Organisation | None:
    """The account of a legal entity, with nobody in it yet. None when it is there: of two together, one makes it."""
    number = check_finess_ej(entity.finess_ej)
    row = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "finess_ej": number,
        "name": " ".join(entity.name.split()) or number,
        "proof": proof,
        "confirmed_at": tx.now if confirmed else None,
        "created_at": tx.now,
    }
    statement = insert(Organisation).values(row).on_conflict_do_nothing(index_elements=["tenant_id", "finess_ej"])
    made: Organisation | None = tx.session.scalar(statement.returning(Organisation))
    return made


def seat_owner(tx: Tx, organisation: Organisation, user_id: UUID, function: str) -> None:
    """Make somebody an owner of an account that they are not in."""
    tx.add(
        OrganisationMember(
            organisation_id=organisation.id, user_id=user_id, role="owner", function=function, joined_at=tx.now
        )
    )


def list_my_organisations(actor: Actor) -> Sequence[tuple[Organisation, OrganisationMember]]:
    """The actor's organisations in this portal, with their place in each, by name."""
    permit(PERMISSIONS, actor, "account.view")
    if actor.user_id is None:
        raise Unauthenticated()
    with transaction(actor) as tx:
        return queries.list_organisations(tx.session, actor.user_id)


def page_of_organisations(
    actor: Actor, text: str, after: UUID | None, limit: int
) -> tuple[Sequence[Organisation], UUID | None]:
    """Accounts, the last opened first: all of the portal's for its staff, else the actor's own."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "organisation.view")
        within = None if PERMISSIONS["organisation.list"](actor, None) else list(actor.organisations)
        found = [one.organisation for one in list_accounts(tx.session, text, within, after, limit + 1)]
        return found[:limit], found[limit - 1].id if len(found) > limit else None


def get_organisation(actor: Actor, organisation_id: UUID) -> Organisation:
    """An organisation. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        organisation = queries.get_organisation(tx.session, tx.tenant_id, organisation_id)
        permit(PERMISSIONS, actor, "organisation.view", organisation)
        return organisation


def _already_there(tx: Tx, number: str) -> Organisation:
    """The organisation, for one of its people. Raises Conflict to anybody else."""
    organisation = queries.find_organisation(tx.session, number)
    if organisation and tx.actor.user_id:
        place = queries.find_place(tx.session, tx.tenant_id, organisation.id, tx.actor.user_id)
        if place is not None:
            return organisation
    owner = queries.first_owner_email(tx.session, organisation.id) if organisation else None
    if owner is None:
        raise Conflict(f"{THERE_ALREADY} Personne ne le gère en ce moment\N{NO-BREAK SPACE}: demandez à y accéder.")
    raise Conflict(
        f"{THERE_ALREADY} Demandez à la personne qui le gère de vous y ajouter\N{NO-BREAK SPACE}: {mask_email(owner)}."
    )
