"""What is of no use any more is forgotten: links and sessions that ended."""

from datetime import timedelta

from sqlalchemy import delete

from kit.actor import Actor
from kit.transaction import transaction
from tenants.models import Session, SignInLink

KEPT_AFTER_END = timedelta(days=1)


def forget_ended(actor: Actor) -> int:
    """Remove the links and sessions that ended more than a day ago, of every tenant; returns how many."""
    with transaction(actor) as tx:
        limit = tx.now - KEPT_AFTER_END
        links = tx.session.scalars(delete(SignInLink).where(SignInLink.expires_at < limit).returning(SignInLink.id))
        sessions = tx.session.scalars(delete(Session).where(Session.expires_at < limit).returning(Session.digest))
        return len(links.all()) + len(sessions.all())
