"""Telling endpoints: one worker holds an endpoint and tells it what is due, one after the other, in order.

What cannot be told blocks what comes after it, and nothing else. Nothing is lost: a worker that dies after the answer
and before the commit leaves the news due, which is then told again under the same `webhook-id`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from kit.actor import Actor, system
from kit.errors import Conflict
from kit.transaction import Tx, transaction
from kit.vault import take_out
from notifications.gateway.webhook import Outcome, post
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.queries import webhook as queries
from notifications.rules.webhook import GONE, TEST, WEBHOOK_ENDPOINT, is_hopeless, is_taken, retry_at, signature
from notifications.service.patience import insist
from tenants.models import Tenant

NAME = "webhooks"
# More than a call and the patience of the write after it; a worker that dies is replaced after this.
LEASE = timedelta(minutes=2)
GONE_SENTENCE = "L’adresse a répondu qu’elle n’existe plus (410)."
GIVEN_UP = "Rien n’a pu être remis depuis trois jours. Dernière réponse\N{NO-BREAK SPACE}: {fault}"


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of news to tell now. `until`: the end of our lease, which is also its proof."""

    endpoint_id: UUID
    message_id: UUID
    url: str
    body: bytes
    secrets: tuple[str, ...]
    at: datetime
    until: datetime

    @property
    def headers(self) -> dict[str, str]:
        """Whose number and signature the receiver checks (Standard Webhooks)."""
        timestamp = int(self.at.timestamp())
        return {
            "Content-Type": "application/json",
            "User-Agent": "crrc-portal",
            "webhook-id": str(self.message_id),
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self.secrets, str(self.message_id), timestamp, self.body),
        }


def serve_next(tenant_id: UUID, served: list[UUID], stop: Callable[[], bool]) -> int | None:
    """Tell the endpoint that waited longest what is due for it; returns how much, None when no endpoint is ready.

    `served`: those to pass over; this one joins them.
    """
    actor = system(tenant_id, NAME)
    with transaction(actor) as tx:
        endpoint = queries.take_ready(tx.session, tx.now, served)
        if endpoint is None:
            return None
        served.append(endpoint.id)
        queries.collect(tx.session, endpoint, tx.now)
        work = _take(tx, endpoint)
    done = 0
    while work is not None:
        outcome = post(work.url, work.headers, work.body)
        work = insist(partial(_settle, actor, work, outcome, stop()))
        done += 1
    return done


def _take(tx: Tx, endpoint: WebhookEndpoint) -> Work | None:
    """What comes next, held for two minutes. None when nothing does: the endpoint is let go."""
    waits = endpoint.state != "active" or (endpoint.retry_at is not None and endpoint.retry_at > tx.now)
    head = queries.find_head(tx.session, endpoint, tests_only=waits)
    if head is None and queries.collect(tx.session, endpoint, tx.now):
        head = queries.find_head(tx.session, endpoint, tests_only=waits)
    endpoint.leased_until = None
    if head is None or endpoint.state == "removed":
        return None
    try:
        secrets = _secrets(tx, endpoint)
    except Conflict as error:
        _pause(tx, endpoint, error.sentence)
        return None
    endpoint.leased_until = tx.now + LEASE
    body = _body(tx, head)
    return Work(endpoint.id, head.message_id, endpoint.url, body, secrets, tx.now, endpoint.leased_until)


def _secrets(tx: Tx, endpoint: WebhookEndpoint) -> tuple[str, ...]:
    """The one in use, and the one before while it may still be in use over there."""
    still = endpoint.previous_until is not None and endpoint.previous_until > tx.now
    kept = (endpoint.secret, endpoint.previous_secret) if still else (endpoint.secret,)
    return tuple(take_out(one) for one in kept)


def _body(tx: Tx, delivery: WebhookDelivery) -> bytes:
    """Identifiers only: who wants to know more asks the API, which knows what they may read."""
    slug = tx.session.get_one(Tenant, tx.tenant_id).slug
    said = {
        "type": delivery.topic,
        "timestamp": delivery.emitted_at.isoformat().replace("+00:00", "Z"),
        "data": {"id": str(delivery.subject_id), "portal": slug},
    }
    return json.dumps(said, separators=(",", ":")).encode()


def _settle(actor: Actor, work: Work, outcome: Outcome, hurry: bool) -> Work | None:
    """Write what became of it, and take what comes next, unless we are in a `hurry` or no longer hold the endpoint."""
    with transaction(actor) as tx:
        endpoint = tx.session.get_one(WebhookEndpoint, (tx.tenant_id, work.endpoint_id), with_for_update=True)
        delivery = queries.get_delivery(tx.session, work.endpoint_id, work.message_id)
        delivery.attempts += 1
        delivery.tried_at, delivery.status = tx.now, outcome.status
        delivery.milliseconds, delivery.fault = outcome.milliseconds, outcome.fault
        if is_taken(outcome.status):
            delivery.state, delivery.delivered_at = "delivered", tx.now
        elif delivery.topic == TEST:
            delivery.state = "failed"
        if endpoint.leased_until != work.until:
            return None  # we were away for so long that somebody took over
        if delivery.topic != TEST:
            _learn(tx, endpoint, delivery, outcome)
        if hurry:
            endpoint.leased_until = None
            return None
        return _take(tx, endpoint)


def _learn(tx: Tx, endpoint: WebhookEndpoint, delivery: WebhookDelivery, outcome: Outcome) -> None:
    """When the endpoint is tried again, or that it is not."""
    if is_taken(outcome.status):
        endpoint.failing_since = endpoint.retry_at = None
        return
    endpoint.failing_since = endpoint.failing_since or tx.now
    if endpoint.state == "active" and is_hopeless(outcome.status, endpoint.failing_since, tx.now):
        gone = outcome.status == GONE
        _pause(tx, endpoint, GONE_SENTENCE if gone else GIVEN_UP.format(fault=outcome.fault))
    else:
        endpoint.retry_at = retry_at(delivery.attempts, tx.now, outcome.wait)


def _pause(tx: Tx, endpoint: WebhookEndpoint, reason: str) -> None:
    endpoint.pause_reason, endpoint.leased_until = reason, None
    if WEBHOOK_ENDPOINT.can(endpoint.state, "pause"):
        tx.advance(endpoint, WEBHOOK_ENDPOINT, "pause", automatic=True)
