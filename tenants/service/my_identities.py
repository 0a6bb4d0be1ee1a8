"""A person's own identities: what providers know them by, and for which place they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.actor import Actor
from kit.errors import Invalid, NotFound, Unauthenticated
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import ExternalIdentity, Session
from tenants.permissions import PERMISSIONS
from tenants.queries.identity import find_session_places, leave_identity, list_identities
from tenants.queries.session import find_session


@dataclass(frozen=True, slots=True)
class Places:
    """Where somebody works, as Pro Santé Connect says, and the place this session came for, if it was chosen."""

    known: list[dict[str, str]]
    chosen: dict[str, str] | None


def list_my_identities(actor: Actor) -> Sequence[ExternalIdentity]:
    """Oldest first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity.view")
        return list_identities(tx.session, _me(actor))


def unlink_identity(actor: Actor, identity_id: UUID) -> str:
    """Detach it: it opens this account no more, and the sessions that came by it end, but this one. Returns its kind.

    The link by e-mail always remains. Raises NotFound.
    """
    with transaction(actor) as tx:
        identity = tx.session.get(ExternalIdentity, identity_id, with_for_update=True)
        if identity is None or identity.user_id != actor.user_id:
            raise NotFound()
        permit(PERMISSIONS, actor, "identity.unlink", identity)
        leave_identity(tx.session, identity.id, actor.session_id)
        tx.audit("identity.unlink", identity.id, provider=identity.provider)
        tx.emit("identity.unlink", identity.user_id, identity.provider)
        tx.session.delete(identity)
        return identity.provider


def view_places(actor: Actor) -> Places | None:
    """The places to come for; None when the session came without any."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity.view")
        return _places(tx)


def choose_place(actor: Actor, number: int | None) -> dict[str, str] | None:
    """Come for the place of this number in `view_places` (0 the first); returns it. -1: for none of them.

    Raises Invalid (field `place`), NotFound when there is nothing to choose.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity.view")
        places = _places(tx)
        session: Session | None = find_session(tx.session, actor.session_id) if actor.session_id else None
        if places is None or session is None:
            raise NotFound()
        if number is None or not -1 <= number < len(places.known):
            fault = "Choisissez l’un des lieux, ou aucun."
            raise Invalid(fault, {"place": fault})
        place = places.known[number] if number >= 0 else None
        session.activities, session.siret = [place] if place else [], (place or {}).get("siret") or None
        tx.audit("identity.choose", actor.user_id, finess=(place or {}).get("finess_et", ""))
        return place


def _places(tx: Tx) -> Places | None:
    row = find_session_places(tx.session, tx.actor.session_id) if tx.actor.session_id else None
    known = (row.claims.get("activities") if row else None) or []
    if row is None or not known:
        return None
    return Places(known, row.activities[0] if row.activities else None)


def _me(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise Unauthenticated()
    return actor.user_id
