"""Helping somebody who lost everything: their factors and their sessions end, and they are told."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete

from kit.actor import Actor
from kit.errors import Conflict, NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Passkey, RecoveryCode, TotpSecret, User
from tenants.permissions import PERMISSIONS
from tenants.queries import factor as queries
from tenants.queries.person import get_user
from tenants.queries.session import end_sessions
from tenants.service.own_factors import portals_that_want_one


@dataclass(frozen=True, slots=True)
class Locked:
    """Somebody of the portal, and how many factors they have."""

    user: User
    factors: int


def look_at_factors(actor: Actor, user_id: UUID) -> Locked:
    """Somebody of the actor's portal. Raises NotFound for others, Forbidden, Unconfirmed."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.reset")
        user = _somebody_here(tx, user_id)
        keys = len(queries.list_passkeys(tx.session, user_id))
        return Locked(user, keys + (queries.find_totp(tx.session, user_id) is not None))


def reset_factors(actor: Actor, user_id: UUID) -> int:
    """Remove everything somebody of the portal could show, and end their sessions; returns how many factors went.

    They sign in by e-mail, and add one again where their role wants one. An account is one for every portal: where
    another portal asks this person for a second factor, only the operator decides for both. Raises NotFound,
    Unconfirmed, Conflict.
    """
    elsewhere = portals_that_want_one(user_id) if actor.kind != "operator" else []
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "second_factor.reset")
        user = _somebody_here(tx, user_id, lock=True)
        _refuse(tx, user, elsewhere)
        codes = delete(TotpSecret).where(TotpSecret.user_id == user_id).returning(TotpSecret.user_id)
        keys = delete(Passkey).where(Passkey.user_id == user_id).returning(Passkey.id)
        gone = len(tx.session.scalars(codes).all()) + len(tx.session.scalars(keys).all())
        tx.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
        tx.audit("second_factor.reset", user_id, factors=gone, sessions=end_sessions(tx.session, user_id))
        tx.emit("second_factor.reset", user_id)
        return gone


def _somebody_here(tx: Tx, user_id: UUID, lock: bool = False) -> User:
    if not queries.belongs_here(tx.session, tx.tenant_id, user_id):
        raise NotFound()
    if lock:
        return tx.session.get_one(User, user_id, with_for_update={"key_share": True})
    return get_user(tx.session, user_id)


def _refuse(tx: Tx, user: User, elsewhere: list[str]) -> None:
    if user.id == tx.actor.user_id:
        raise Conflict("Vos propres facteurs se retirent depuis votre compte, page «\xa0Sécurité\xa0».")
    here = queries.wants_one(tx.session, tx.tenant_id, user.id)
    if len(elsewhere) > here:
        raise Conflict(
            "Cette personne travaille aussi dans un autre portail, qui lui demande un second facteur. Seul "
            "l’exploitant de la plateforme peut le réinitialiser\N{NO-BREAK SPACE}: écrivez-lui. Rien n’a été modifié."
        )
