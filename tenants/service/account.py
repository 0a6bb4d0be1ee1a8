"""A person's account: one, whatever the portals and organisations."""

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import User
from tenants.permissions import PERMISSIONS
from tenants.queries.person import find_user, get_user
from tenants.rules.people import LONGEST_NAME, check_line, name_from_email


def take_account(tx: Tx, email: str, name: str = "") -> User:
    """The account of a normalised address, made now when there is none. Of two that make it together, one does.

    `name` is what a provider says, for a new account alone.
    """
    user = find_user(tx.session, email)
    if user is None:
        name = name if 2 <= len(name) <= LONGEST_NAME else name_from_email(email)
        row = {"id": uuid7(), "email": email, "email_norm": email, "name": name, "created_at": tx.now}
        tx.session.execute(insert(User).values(row).on_conflict_do_nothing(index_elements=["email_norm"]))
        user = find_user(tx.session, email)
    if user is None:
        raise NotFound()
    return user


def rename_account(actor: Actor, name: str) -> User:
    """Write one's name. Raises Invalid (field `name`)."""
    permit(PERMISSIONS, actor, "account.edit")
    if actor.user_id is None:
        raise Unauthenticated()
    with transaction(actor) as tx:
        user = get_user(tx.session, actor.user_id)
        user.name = check_line(name, "name", "Indiquez votre prénom et votre nom.")
        tx.audit("account.edit", user.id, changed=["name"])
        return user
