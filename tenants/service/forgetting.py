"""Forgetting an account: nothing in it tells who it was, and nobody signs in to it any more. Its identifier stays.

Somebody acts alone here, on no portal: of the portals, the database shows them their own places and nothing else.
"""

from uuid import UUID

from sqlalchemy import delete, exists, select

from kit.actor import Actor
from kit.transaction import transaction
from tenants.models import (
    ExternalIdentity,
    Membership,
    OrganisationMember,
    Passkey,
    RecoveryCode,
    Session,
    TotpSecret,
    User,
)
from tenants.rules.person import ERASED_NAME, pseudonym


def forget_account(user_id: UUID) -> bool:
    """Erase who an account is of, unless some portal still gives them a place. True when it is erased; twice is once.

    Somebody who comes back with the same address opens another account, to which nothing of this one belongs.
    """
    with transaction(Actor("person", None, user_id=user_id, name=ERASED_NAME)) as tx:
        user = tx.session.get(User, user_id, with_for_update=True)
        if user is None or user.erased_at is not None:
            return True
        place = exists().where(OrganisationMember.user_id == user_id)
        role = exists().where(Membership.user_id == user_id)
        if tx.session.scalar(select(place | role)):
            return False
        for model in (Session, ExternalIdentity, TotpSecret, Passkey, RecoveryCode):
            tx.session.execute(delete(model).where(model.user_id == user_id))
        user.name, user.email, user.email_norm = ERASED_NAME, pseudonym(user_id), pseudonym(user_id)
        user.erased_at = tx.now
        return True
