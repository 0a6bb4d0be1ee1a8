"""The ARS's and the GRADeS's people: who holds which role in a portal."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Row, delete
from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.errors import Conflict, NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Membership, User
from tenants.permissions import PERMISSIONS
from tenants.queries.person import find_user, list_holders, list_roles
from tenants.queries.person import list_memberships as memberships
from tenants.queries.review import Reviewed, list_portal_people
from tenants.rules.people import check_email
from tenants.rules.roles import TENANT_ROLES, check_role
from tenants.service.account import take_account
from tenants.service.standing import lock_portal, standing

LAST_MANAGER = (
    "C’est la seule personne qui gère ce portail pour le GRADeS\N{NO-BREAK SPACE}: donnez d’abord ce rôle à quelqu’un "
    "d’autre. Rien n’a été modifié."
)


def grant_role(actor: Actor, email: str, role: str) -> User:
    """Give a role in the actor's portal; makes the account if need be. Raises Invalid, Conflict when already held."""
    address, wanted = check_email(email), check_role(role, TENANT_ROLES)
    with transaction(actor) as tx:
        lock_portal(tx)
        permit(PERMISSIONS, standing(tx), "membership.grant")
        user = take_account(tx, address)
        row = insert(Membership).values(tenant_id=tx.tenant_id, user_id=user.id, role=wanted, granted_at=tx.now)
        if tx.session.execute(row.on_conflict_do_nothing().returning(Membership.role)).first() is None:
            raise Conflict(f"{address} a déjà le rôle {wanted}.")
        tx.audit("membership.grant", user.id, role=wanted)
        tx.emit("membership.grant", user.id, key=wanted)
        return user


def revoke_role(actor: Actor, email: str, role: str) -> None:
    """Take a role back, at once. Raises Invalid, Conflict when it was not held, or is the last of those who manage."""
    address, unwanted = check_email(email), check_role(role, TENANT_ROLES)
    with transaction(actor) as tx:
        lock_portal(tx)
        permit(PERMISSIONS, standing(tx), "membership.revoke")
        user = find_user(tx.session, address)
        if user is not None:
            keep_a_manager(tx, user.id, unwanted)
        held = delete(Membership).where(
            Membership.tenant_id == tx.tenant_id,
            Membership.user_id == (user.id if user else None),
            Membership.role == unwanted,
        )
        if user is None or tx.session.execute(held.returning(Membership.role)).first() is None:
            raise Conflict(f"{address} n’a pas le rôle {unwanted} dans ce portail.")
        tx.audit("membership.revoke", user.id, role=unwanted)


def revoke_from(actor: Actor, user_id: UUID, role: str) -> User:
    """The same, of somebody known by their identifier. Raises NotFound when they hold nothing here."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "membership.revoke")
        user = tx.session.get(User, user_id)
        if user is None or not list_roles(tx.session, tx.tenant_id, user_id):
            raise NotFound()
    revoke_role(actor, user.email, role)
    return user


def list_people(actor: Actor) -> Sequence[Reviewed]:
    """Everybody who holds a role in the actor's portal: all their roles, when they were last seen, a second factor."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "membership.view")
        return list_portal_people(tx.session, tx.tenant_id)


def keep_a_manager(tx: Tx, user_id: UUID, role: str) -> None:
    """Raise Conflict when nobody else manages the portal; the caller has locked it."""
    if role == "grades_manager" and [one.id for one in list_holders(tx.session, tx.tenant_id, role)] == [user_id]:
        raise Conflict(LAST_MANAGER)


def list_memberships(actor: Actor) -> Sequence[Row[User, str]]:
    """(user, role) of everybody who holds a role in the actor's portal."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "membership.view")
        return memberships(tx.session, tx.tenant_id)
