"""Programs whose access ends in two weeks: the GRADeS is told, while there is time to change the secret."""

from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from tenants.models import ApiClient, ApiToken
from tenants.queries.person import list_holders

WHY = "Vous recevez ce message parce que vous êtes gestionnaire du GRADeS."


def tell_token_end(tx: Tx, message: OutboxMessage) -> None:
    """A token that somebody made ends soon."""
    token = tx.session.get(ApiToken, (tx.tenant_id, message.subject_id))
    _tell(tx, message, token, "tenants/token_expires")


def tell_client_end(tx: Tx, message: OutboxMessage) -> None:
    """A client ends soon."""
    client = tx.session.get(ApiClient, (tx.tenant_id, message.subject_id))
    _tell(tx, message, client, "tenants/client_expires")


def _tell(tx: Tx, message: OutboxMessage, program: ApiToken | ApiClient | None, template: str) -> None:
    """Nothing is said of what was revoked, or renewed meanwhile."""
    if program is None or program.revoked_at is not None or program.expires_at <= tx.now:
        return
    facts = {"name": program.name, "expires_at": program.expires_at, "used_at": program.used_at, "why": WHY}
    notify_many(
        tx,
        [
            NewNotice(
                key=f"token_expires:{message.id}:{user.id}",
                template=template,
                subject_id=message.subject_id,
                email=user.email,
                user_id=user.id,
                path="/staff/tokens",
                context=facts,
            )
            for user in list_holders(tx.session, tx.tenant_id, "grades_manager")
        ],
    )
