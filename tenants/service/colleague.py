"""The people of an organisation: its owners add, change and remove; it never stays without an owner.

Files belong to the organisation: whoever leaves loses access with their next request, and what they wrote stays.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.errors import Conflict, NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Organisation, OrganisationMember, User
from tenants.permissions import PERMISSIONS
from tenants.queries import organisation as queries
from tenants.queries.organisation import Colleague
from tenants.rules.people import check_email
from tenants.rules.roles import ORGANISATION_ROLES, check_role
from tenants.service.account import take_account

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
        row = insert(OrganisationMember).values(
            tenant_id=tx.tenant_id,
            organisation_id=organisation.id,
            user_id=user.id,
            role=wanted,
            function=" ".join(function.split())[:120],
            joined_at=tx.now,
        )
        added = tx.session.execute(row.on_conflict_do_nothing().returning(OrganisationMember.user_id)).first()
        if added is None:
            fault = f"{address} fait déjà partie de ce compte\N{NO-BREAK SPACE}: changez son rôle dans la liste."
            raise Conflict(fault, {"email": fault})
        tx.audit("organisation_member.add", organisation.id, user=str(user.id), role=wanted)
        tx.emit("organisation_member.add", organisation.id, key=str(user.id))
        return user


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


def added_member(tx: Tx, organisation_id: UUID, user_id: UUID) -> tuple[Organisation, User, str] | None:
    """Whom to tell that they were added, to what, with which role; None when they have left since."""
    place = queries.find_place(tx.session, tx.tenant_id, organisation_id, user_id)
    user = tx.session.get(User, user_id)
    if place is None or user is None:
        return None
    return queries.get_organisation(tx.session, tx.tenant_id, organisation_id), user, place.role


def _locked(tx: Tx, organisation_id: UUID, action: str) -> Organisation:
    organisation = queries.get_organisation(tx.session, tx.tenant_id, organisation_id, lock=True)
    permit(PERMISSIONS, tx.actor, action, organisation)
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
