"""The addresses that are told what happens here: opened, changed, paused, given another secret."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, NotFound, Stale
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.vault import lock_away
from notifications.models import WebhookEndpoint
from notifications.permissions import PERMISSIONS
from notifications.queries import webhook as queries
from notifications.rules.webhook import (
    MOST_ENDPOINTS,
    OVERLAP,
    SECRET_BYTES,
    TEST,
    WEBHOOK_ENDPOINT,
    new_secret,
    read_endpoint,
)

NOT_HERE = "Cette adresse n’existe pas dans ce portail."
CHANGED = "Cette adresse a changé entre-temps. Rechargez la page, puis recommencez."
ENOUGH = f"Ce portail prévient déjà {MOST_ENDPOINTS} adresses{NBSP}: supprimez-en une d’abord."


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint and its pulse: how much waits, and when something last arrived."""

    endpoint: WebhookEndpoint
    waiting: int
    delivered_at: datetime | None


def list_endpoints(actor: Actor) -> Sequence[Listed]:
    """The portal's endpoints, by name. Three statements."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "webhook_endpoint.view")
        waiting, last = queries.count_due(tx.session), queries.last_delivered(tx.session)
        return [Listed(one, waiting.get(one.id, 0), last.get(one.id)) for one in queries.list_endpoints(tx.session)]


def view_endpoint(actor: Actor, endpoint_id: UUID) -> Listed:
    """One of them. Raises NotFound."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "webhook_endpoint.view")
        endpoint = _get(tx, endpoint_id)
        return Listed(
            endpoint,
            queries.count_due(tx.session).get(endpoint.id, 0),
            queries.last_delivered(tx.session).get(endpoint.id),
        )


def create_endpoint(
    actor: Actor, name: str, url: str, topics: Collection[str], *, known_topics: Mapping[str, str]
) -> tuple[WebhookEndpoint, str]:
    """Tell an address from now on; returns it and the secret of its signatures, shown once.

    `known_topics`: what the house tells (topic → sentence). Raises Invalid (fields name, url, topics), Conflict.
    """
    form, secret = read_endpoint(name, url, topics, known_topics), _random()
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "webhook_endpoint.create")
        if len(queries.list_endpoints(tx.session)) >= MOST_ENDPOINTS:
            raise Conflict(ENOUGH)
        endpoint = WebhookEndpoint(
            id=uuid7(),
            name=form.name,
            url=form.url,
            topics=form.topics,
            secret=lock_away(secret),
            created_by=actor.user_id,
            created_at=tx.now,
            read_at=tx.now,
        )
        tx.add(endpoint)
        tx.audit("webhook_endpoint.create", endpoint.id, topics=form.topics)
        tx.session.flush()
        return endpoint, secret


def change_endpoint(
    actor: Actor,
    endpoint_id: UUID,
    revision: int,
    name: str,
    url: str,
    topics: Collection[str],
    *,
    known_topics: Mapping[str, str],
) -> WebhookEndpoint:
    """Change what `revision` was. What waits is tried at once, at the new address. Raises Invalid, Stale, NotFound."""
    form = read_endpoint(name, url, topics, known_topics)
    with transaction(actor) as tx:
        endpoint = _get(tx, endpoint_id, lock=True)
        permit(PERMISSIONS, actor, "webhook_endpoint.change", endpoint)
        if endpoint.revision != revision:
            raise Stale(CHANGED)
        moved = endpoint.url != form.url
        endpoint.name, endpoint.url, endpoint.topics = form.name, form.url, form.topics
        endpoint.revision += 1
        if moved:
            endpoint.retry_at = endpoint.failing_since = None
        tx.audit("webhook_endpoint.change", endpoint.id, topics=form.topics, moved=moved)
        return endpoint


def renew_secret(actor: Actor, endpoint_id: UUID) -> tuple[WebhookEndpoint, str]:
    """Another secret, shown once. The one before signs too for a day more, so that nothing is interrupted."""
    secret = _random()
    with transaction(actor) as tx:
        endpoint = _get(tx, endpoint_id, lock=True)
        permit(PERMISSIONS, actor, "webhook_endpoint.renew", endpoint)
        endpoint.previous_secret, endpoint.previous_until = endpoint.secret, tx.now + OVERLAP
        endpoint.secret = lock_away(secret)
        endpoint.revision += 1
        tx.audit("webhook_endpoint.renew", endpoint.id)
        return endpoint, secret


def pause_endpoint(actor: Actor, endpoint_id: UUID) -> None:
    """Tell it nothing for now; what happens meanwhile waits. Raises Conflict, NotFound."""
    with transaction(actor) as tx:
        endpoint = _get(tx, endpoint_id, lock=True)
        permit(PERMISSIONS, actor, "webhook_endpoint.pause", endpoint)
        tx.advance(endpoint, WEBHOOK_ENDPOINT, "pause")
        endpoint.pause_reason = ""
        endpoint.revision += 1


def resume_endpoint(actor: Actor, endpoint_id: UUID) -> None:
    """Tell it again, what waits first, at once. Raises Conflict, NotFound."""
    with transaction(actor) as tx:
        endpoint = _get(tx, endpoint_id, lock=True)
        permit(PERMISSIONS, actor, "webhook_endpoint.resume", endpoint)
        tx.advance(endpoint, WEBHOOK_ENDPOINT, "resume")
        endpoint.pause_reason, endpoint.failing_since, endpoint.retry_at = "", None, None
        endpoint.revision += 1


def remove_endpoint(actor: Actor, endpoint_id: UUID) -> None:
    """Tell it nothing any more: what waits is given up, its secret is forgotten. Raises NotFound."""
    with transaction(actor) as tx:
        endpoint = _get(tx, endpoint_id, lock=True)
        permit(PERMISSIONS, actor, "webhook_endpoint.remove", endpoint)
        skipped = queries.skip_due(tx.session, endpoint.id)
        endpoint.secret = endpoint.previous_secret = ""
        tx.advance(endpoint, WEBHOOK_ENDPOINT, "remove", skipped=skipped)


def send_test(actor: Actor, endpoint_id: UUID) -> None:
    """Send it a test, before whatever waits, and also when it is paused. Raises NotFound."""
    with transaction(actor) as tx:
        endpoint = _get(tx, endpoint_id)
        permit(PERMISSIONS, actor, "webhook_endpoint.test", endpoint)
        tx.emit(TEST, endpoint.id)
        tx.audit("webhook_endpoint.test", endpoint.id)


def _get(tx: Tx, endpoint_id: UUID, lock: bool = False) -> WebhookEndpoint:
    try:
        return queries.get_endpoint(tx.session, endpoint_id, lock)
    except NotFound:
        raise NotFound(NOT_HERE) from None


def _random() -> str:
    return new_secret(secrets.token_bytes(SECRET_BYTES))
