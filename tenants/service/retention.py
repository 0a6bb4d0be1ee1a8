"""What is of no use any more is forgotten: links, sessions and challenges that ended."""

from datetime import timedelta

from sqlalchemy import delete

from kit.actor import Actor
from kit.transaction import transaction
from tenants.models import Challenge, Session, SignInLink

KEPT_AFTER_END = timedelta(days=1)


def forget_ended(actor: Actor) -> int:
    """Remove the sessions and challenges that ended more than a day ago; returns how many."""
    with transaction(actor) as tx:
        limit = tx.now - KEPT_AFTER_END
        sessions = tx.session.scalars(delete(Session).where(Session.expires_at < limit).returning(Session.digest))
        asked = tx.session.scalars(delete(Challenge).where(Challenge.expires_at < limit).returning(Challenge.id))
        return len(sessions.all()) + len(asked.all())


def forget_links(actor: Actor) -> int:
    """Remove the actor's tenant's sign-in links that ended more than a day ago; returns how many."""
    with transaction(actor) as tx:
        limit = tx.now - KEPT_AFTER_END
        links = tx.session.scalars(delete(SignInLink).where(SignInLink.expires_at < limit).returning(SignInLink.id))
        return len(links.all())
