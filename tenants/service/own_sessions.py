"""The browsers one is signed in with: seen, and ended from afar."""

from collections.abc import Sequence
from uuid import UUID

from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Session
from tenants.permissions import PERMISSIONS
from tenants.queries import session as queries
from tenants.service.second_factor import somebody


def list_own_sessions(actor: Actor) -> Sequence[Session]:
    """Those that have not ended, the last used first. Raises Unauthenticated."""
    permit(PERMISSIONS, actor, "session.view")
    with transaction(actor) as tx:
        return queries.list_sessions(tx.session, somebody(actor), tx.now)


def revoke_session(actor: Actor, session_id: UUID) -> None:
    """End one of one's sessions, at once. Raises NotFound when it ended, or is somebody else's."""
    with transaction(actor) as tx:
        found = queries.find_session(tx.session, session_id)
        if found is None:
            raise NotFound()
        permit(PERMISSIONS, actor, "session.revoke", found)
        tx.session.delete(found)
        tx.audit("session.revoke", somebody(actor), session=str(session_id))


def revoke_others(actor: Actor) -> int:
    """End every session of one's own but this one; returns how many."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "session.revoke")
        ended = queries.end_sessions(tx.session, somebody(actor), but=actor.session_id)
        tx.audit("session.revoke", somebody(actor), others=ended)
        return ended
