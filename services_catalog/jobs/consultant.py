"""A consultant is somebody's account while that person is a member of the provider, and no longer."""

from uuid import UUID

from kit.outbox import OutboxMessage
from kit.transaction import Tx
from services_catalog.queries.provider_file import list_consultants
from services_catalog.service.team import link
from tenants.models import User


def link_consultants(tx: Tx, message: OutboxMessage) -> None:
    """Somebody joined or left an organisation (the key is their identifier): see who is whom among its consultants."""
    user = tx.session.get(User, UUID(message.key))
    for consultant in list_consultants(tx.session, message.subject_id) if user else ():
        if consultant.user_id == UUID(message.key) or (user and consultant.email == user.email_norm):
            link(tx, consultant)
