"""An organisation's account: opened by the first person who declares that they represent the legal entity."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation, OrganisationMember
from tenants.permissions import PERMISSIONS
from tenants.queries import organisation as queries
from tenants.rules.people import check_line, mask_email
from tenants.service.entity import check_finess_ej


def join_organisation(actor: Actor, finess_ej: str, name: str, function: str) -> Organisation:
    """Declare, with one's function, that one represents a legal entity: opens its account and makes one its owner.

    `name` is the register's. Raises Conflict, naming whom to ask, when somebody has opened it already; Invalid (fields
    finess_ej, name, function). Somebody who is in it already finds it as it is.
    """
    with transaction(actor) as tx:
        return open_organisation(tx, finess_ej, name, function)


def open_organisation(tx: Tx, finess_ej: str, name: str, function: str) -> Organisation:
    """The step of `join_organisation`, for whoever does more in the same transaction (starting a file)."""
    permit(PERMISSIONS, tx.actor, "organisation.join")
    if tx.actor.user_id is None:
        raise Unauthenticated()
    number = check_finess_ej(finess_ej)
    declared = check_line(function, "function", "Indiquez votre fonction, par exemple «\xa0directrice\xa0».")
    row = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "finess_ej": number,
        "name": " ".join(name.split()) or number,
        "created_at": tx.now,
    }
    statement = insert(Organisation).values(row).on_conflict_do_nothing(index_elements=["tenant_id", "finess_ej"])
    organisation: Organisation | None = tx.session.scalar(statement.returning(Organisation))
    if organisation is None:
        return _already_there(tx, number)
    member = OrganisationMember(
        organisation_id=organisation.id,
        user_id=tx.actor.user_id,
        role="owner",
        function=declared,
        joined_at=tx.now,
    )
    tx.add(member)
    tx.audit("organisation.join", organisation.id, finess_ej=number, role="owner")
    tx.emit("organisation.join", organisation.id)
    return organisation


def list_my_organisations(actor: Actor) -> Sequence[tuple[Organisation, OrganisationMember]]:
    """The actor's organisations in this portal, with their place in each, by name."""
    permit(PERMISSIONS, actor, "account.view")
    if actor.user_id is None:
        raise Unauthenticated()
    with transaction(actor) as tx:
        return queries.list_organisations(tx.session, actor.user_id)


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
    raise Conflict(
        "Cet organisme a déjà un compte sur ce portail. Demandez à la personne qui le gère de vous y ajouter"
        + (f"\N{NO-BREAK SPACE}: {mask_email(owner)}." if owner else ".")
    )
