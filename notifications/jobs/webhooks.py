"""Webhooks: an errand tells the endpoints; the GRADeS is told of one that was paused because nothing arrives."""

from uuid import UUID

from kit.actor import system
from kit.errand import Errand, Stop
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from notifications.models import WebhookEndpoint
from notifications.queries import webhook as queries
from notifications.service.notices import NewNotice, notify_many
from notifications.service.webhook_sending import NAME, serve_next
from tenants.queries.person import list_memberships

MOST_WORKERS = 3
WHY = "Vous recevez ce message parce que vous êtes gestionnaire du GRADeS."


def wanted(tenant_id: UUID) -> int:
    """One worker per endpoint that has something to take, three at most."""
    with transaction(system(tenant_id, NAME)) as tx:
        return queries.count_ready(tx.session, tx.now, MOST_WORKERS)


def run(tenant_id: UUID, stop: Stop) -> int:
    """Serve each endpoint that is ready, once; returns how much was told."""
    done, served = 0, list[UUID]()
    while not stop():
        told = serve_next(tenant_id, served, stop)
        if told is None:
            break
        done += told
    return done


WEBHOOKS = Errand(NAME, wanted, run)


def tell_pause(tx: Tx, message: OutboxMessage) -> None:
    """An endpoint was paused by the software: why, and what to do."""
    endpoint = tx.session.get_one(WebhookEndpoint, (tx.tenant_id, message.subject_id))
    if endpoint.state != "paused" or not endpoint.pause_reason:
        return
    path = f"/staff/webhooks/{endpoint.id}"
    waiting = queries.count_due(tx.session).get(endpoint.id, 0)
    context = {"endpoint": endpoint, "waiting": waiting, "why": WHY}
    notify_many(
        tx,
        [
            NewNotice(
                key=f"webhook_paused:{message.id}:{user.id}",
                template="notifications/webhook_paused",
                subject_id=endpoint.id,
                email=user.email,
                user_id=user.id,
                path=path,
                context=context,
            )
            for user, role in list_memberships(tx.session, tx.tenant_id)
            if role == "grades_manager"
        ],
    )
