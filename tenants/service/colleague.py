"""The people of an organisation: its owners add, change and remove; it never stays without an owner.

Files belong to the organisation: whoever leaves loses access with their next request, and what they wrote stays.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.errors import Conflict, NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation, OrganisationMember, User
from tenants.permissions import PERMISSIONS
from tenants.queries import organisation as queries
from tenants.queries.claim import find_accepted, find_asked
from tenants.queries.organisation import Colleague
from tenants.rules.claim import CLAIM
from tenants.rules.people import check_email
from tenants.rules.roles import ORGANISATION_ROLES, check_role
from tenants.service.account import take_account
from tenants.service.standing import standing

LAST_OWNER = (
    "C’est la seule personne responsable du compte\N{NO-BREAK SPACE}: donnez d’abord ce rôle à quelqu’un d’autre. "
    "Rien n’a été modifié."
)


def list_colleagues(actor: Actor, organisation_id: UUID) -> tuple[Organisation, Sequence[Colleague]]:
    """An organisation and everybody in it. Raises NotFound, also to strangers."""
    with transaction(actor) as tx:
        organisation = queries.get_organisation(tx.session, tx.tenant_id, organisation_id)
        permit(PERMISSIONS, actor, "organisation_member.view", organisation)
        return organisation, queries.list_colleagues(tx.session, organisation_id)


def add_member(actor: Actor, organisation_id: UUID, email: str, role: str, function: str = "") -> User:
    """Add a colleague by address; whoever has no account gets one. Raises Invalid (email, role), Conflict, NotFound."""
    address, wanted = check_email(email), check_role(role, ORGANISATION_ROLES)
    with transaction(actor) as tx:
        organisation = _locked(tx, organisation_id, "organisation_member.add")
        user = take_account(tx, address)
        if not give_place(tx, organisation, user.id, wanted, " ".join(function.split())[:120]):
            fault = f"{address} fait déjà partie de ce compte\N{NO-BREAK SPACE}: changez son rôle dans la liste."
            raise Conflict(fault, {"email": fault})
        _settle(tx, organisation, user.id, wanted)
        return user


def give_place(tx: Tx, organisation: Organisation, user_id: UUID, role: str, function: str) -> bool:
    """Let somebody into an account that the caller has locked. Returns False when they were in it."""
    row = insert(OrganisationMember).values(
        tenant_id=tx.tenant_id,
        organisation_id=organisation.id,
        user_id=user_id,
        role=role,
        function=function,
        joined_at=tx.now,
    )
    if tx.session.execute(row.on_conflict_do_nothing().returning(OrganisationMember.user_id)).first() is None:
        return False
    tx.audit("organisation_member.add", organisation.id, user=str(user_id), role=role)
    tx.emit("organisation_member.add", organisation.id, key=str(user_id))
    return True


def _settle(tx: Tx, organisation: Organisation, user_id: UUID, role: str) -> None:
    """Whoever was let in does not wait for an answer any more."""
    asked = find_asked(tx.session, organisation.finess_ej, user_id) if organisation.finess_ej else None
    if asked is not None:
        tx.advance(asked, CLAIM, "accept", organisation=str(organisation.id), role=role)
        asked.role, asked.decided_at, asked.decided_by = role, tx.now, tx.actor.user_id


def change_role(actor: Actor, organisation_id: UUID, user_id: UUID, role: str) -> None:
    """Give a colleague another role. Raises Invalid (role), NotFound, Conflict for the last owner."""
    wanted = check_role(role, ORGANISATION_ROLES)
    with transaction(actor) as tx:
        organisation = _locked(tx, organisation_id, "organisation_member.change")
        place = _place(tx, organisation_id, user_id)
        if place.role == wanted:
            return
        _keep_an_owner(tx, place)
        tx.audit("organisation_member.change", organisation.id, user=str(user_id), source=place.role, target=wanted)
        place.role = wanted


def remove_member(actor: Actor, organisation_id: UUID, user_id: UUID) -> None:
    """End a colleague's access, at once. Raises NotFound, Conflict for the last owner."""
    with transaction(actor) as tx:
        _locked(tx, organisation_id, "organisation_member.remove")
        _remove(tx, _place(tx, organisation_id, user_id), "organisation_member.remove")


def leave_organisation(actor: Actor, organisation_id: UUID) -> None:
    """End one's own access. Raises NotFound, Conflict for the last owner."""
    if actor.user_id is None:
        raise Unauthenticated()
    with transaction(actor) as tx:
        _locked(tx, organisation_id, "organisation.leave")
        _remove(tx, _place(tx, organisation_id, actor.user_id), "organisation.leave")


def added_member(
    tx: Tx, organisation_id: UUID, user_id: UUID, at: datetime | None = None
) -> tuple[Organisation, User, str] | None:
    """Whom to tell that they were added (`at`), to what, with which role.

    None when they have left since, or when the answer to their request tells them.
    """
    place = queries.find_place(tx.session, tx.tenant_id, organisation_id, user_id)
    user = tx.session.get(User, user_id)
    if place is None or user is None:
        return None
    organisation = queries.get_organisation(tx.session, tx.tenant_id, organisation_id)
    if at and organisation.finess_ej and find_accepted(tx.session, organisation.finess_ej, user_id, at):
        return None
    return organisation, user, place.role


def _locked(tx: Tx, organisation_id: UUID, action: str) -> Organisation:
    organisation = queries.get_organisation(tx.session, tx.tenant_id, organisation_id, lock=True)
    permit(PERMISSIONS, standing(tx, organisation_id), action, organisation)
    return organisation


def _place(tx: Tx, organisation_id: UUID, user_id: UUID) -> OrganisationMember:
    place = queries.find_place(tx.session, tx.tenant_id, organisation_id, user_id)
    if place is None:
        raise NotFound("Cette personne ne fait pas partie de ce compte.")
    return place


def _keep_an_owner(tx: Tx, place: OrganisationMember) -> None:
    if place.role == "owner" and queries.count_owners(tx.session, place.organisation_id) == 1:
        raise Conflict(LAST_OWNER)


def _remove(tx: Tx, place: OrganisationMember, action: str) -> None:
    _keep_an_owner(tx, place)
    tx.audit(action, place.organisation_id, user=str(place.user_id), role=place.role)
    tx.emit("organisation_member.remove", place.organisation_id, key=str(place.user_id))
    tx.session.delete(place)
