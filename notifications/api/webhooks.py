"""Webhooks for programs: the same commands as the pages."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_smorest import Blueprint

from kit.errors import PreconditionMissing
from kit.web import actor, if_match, permission, revision_read
from notifications.models import WebhookEndpoint
from notifications.schemas import webhooks as schemas
from notifications.service import webhook as service
from notifications.service import webhook_log as log

blueprint = Blueprint("webhook_api", __name__, description="Outgoing webhooks, signed by Standard Webhooks v1.")
NO_REVISION = "Dites quelle révision vous modifiez\N{NO-BREAK SPACE}: l’en-tête If-Match porte l’ETag lu."
IF_MATCH: dict[str, Any] = {"parameters": [if_match('The revision that was read (`"7"`).')]}


@blueprint.get("/webhooks/topics")
@permission("webhook_endpoint.view")
@blueprint.response(200, schemas.TopicsView)
def list_topics() -> Any:
    """List everything that may be told."""
    service.list_endpoints(actor())
    return {"items": [{"topic": topic, "sentence": text} for topic, text in _known().items()]}


@blueprint.get("/webhooks")
@permission("webhook_endpoint.view")
@blueprint.response(200, schemas.WebhooksView)
def list_webhooks() -> Any:
    """List the addresses that are told, by name."""
    return {"items": [one.endpoint for one in service.list_endpoints(actor())]}


@blueprint.post("/webhooks")
@permission("webhook_endpoint.create")
@blueprint.arguments(schemas.WebhookBody)
@blueprint.response(201, schemas.NewWebhookView)
def create_webhook(body: dict[str, Any]) -> Any:
    """Tell an address from now on; the answer holds the secret of its signatures, this once."""
    endpoint, secret = service.create_endpoint(actor(), **body, known_topics=_known())
    return _with(endpoint, secret)


@blueprint.get("/webhooks/<uuid:endpoint_id>")
@permission("webhook_endpoint.view")
@blueprint.response(200, schemas.WebhookView)
def view_webhook(endpoint_id: UUID) -> Any:
    """Read one."""
    return _view(endpoint_id)


@blueprint.put("/webhooks/<uuid:endpoint_id>")
@permission("webhook_endpoint.change")
@blueprint.arguments(schemas.WebhookBody)
@blueprint.response(200, schemas.WebhookView)
@blueprint.doc(**IF_MATCH)
def change_webhook(body: dict[str, Any], endpoint_id: UUID) -> Any:
    """Change its name, its address or what it is told."""
    if not request.if_match or request.if_match.star_tag:
        raise PreconditionMissing(NO_REVISION)
    revision = revision_read(request.if_match.as_set())
    service.change_endpoint(actor(), endpoint_id, revision, **body, known_topics=_known())
    return _view(endpoint_id)


@blueprint.delete("/webhooks/<uuid:endpoint_id>")
@permission("webhook_endpoint.remove")
@blueprint.response(204)
def remove_webhook(endpoint_id: UUID) -> None:
    """Tell it nothing any more."""
    service.remove_endpoint(actor(), endpoint_id)


@blueprint.post("/webhooks/<uuid:endpoint_id>/secret")
@permission("webhook_endpoint.renew")
@blueprint.response(200, schemas.NewWebhookView)
def renew_secret(endpoint_id: UUID) -> Any:
    """Make another secret; the one before signs too for a day."""
    return _with(*service.renew_secret(actor(), endpoint_id))


@blueprint.post("/webhooks/<uuid:endpoint_id>/test")
@permission("webhook_endpoint.test")
@blueprint.response(202)
def send_test(endpoint_id: UUID) -> None:
    """Send a test; the log says what became of it."""
    service.send_test(actor(), endpoint_id)


@blueprint.post("/webhooks/<uuid:endpoint_id>/pause")
@permission("webhook_endpoint.pause")
@blueprint.response(200, schemas.WebhookView)
def pause_webhook(endpoint_id: UUID) -> Any:
    """Tell it nothing for now."""
    service.pause_endpoint(actor(), endpoint_id)
    return _view(endpoint_id)


@blueprint.post("/webhooks/<uuid:endpoint_id>/resume")
@permission("webhook_endpoint.resume")
@blueprint.response(200, schemas.WebhookView)
def resume_webhook(endpoint_id: UUID) -> Any:
    """Tell it again, what waited first."""
    service.resume_endpoint(actor(), endpoint_id)
    return _view(endpoint_id)


@blueprint.get("/webhooks/<uuid:endpoint_id>/deliveries")
@permission("webhook_delivery.view")
@blueprint.arguments(schemas.DeliveryFilters, location="query")
@blueprint.response(200, schemas.DeliveriesView)
def list_deliveries(query: dict[str, Any], endpoint_id: UUID) -> Any:
    """List what it was told, the youngest news first."""
    limit = query["limit"]
    lines = log.list_deliveries(actor(), endpoint_id, limit + 1, query["after"], query["state"])
    return {"items": lines[:limit], "after": lines[limit - 1].message_id if len(lines) > limit else None}


@blueprint.post("/webhooks/<uuid:endpoint_id>/replay")
@permission("webhook_delivery.replay")
@blueprint.arguments(schemas.ReplayBody)
@blueprint.response(200, schemas.ReplayView)
def replay_since(body: dict[str, Any], endpoint_id: UUID) -> Any:
    """Tell again all the news since an instant, in its order."""
    return {"count": log.replay_since(actor(), endpoint_id, body["since"])}


@blueprint.post("/webhooks/<uuid:endpoint_id>/deliveries/<uuid:message_id>/replay")
@permission("webhook_delivery.replay")
@blueprint.response(204)
def replay(endpoint_id: UUID, message_id: UUID) -> None:
    """Tell one piece of news again."""
    log.replay(actor(), endpoint_id, message_id)


@blueprint.post("/webhooks/<uuid:endpoint_id>/deliveries/<uuid:message_id>/skip")
@permission("webhook_delivery.skip")
@blueprint.response(204)
def skip(endpoint_id: UUID, message_id: UUID) -> None:
    """Give up a piece of news that waits, so that the next ones pass."""
    log.skip(actor(), endpoint_id, message_id)


def _known() -> Mapping[str, str]:
    return {topic: text for part in current_app.extensions["crrc_topics"].values() for topic, text in part.items()}


def _view(endpoint_id: UUID) -> Any:
    endpoint = service.view_endpoint(actor(), endpoint_id).endpoint
    return endpoint, {"ETag": f'"{endpoint.revision}"'}


def _with(endpoint: WebhookEndpoint, secret: str) -> dict[str, Any]:
    fields = schemas.WebhookView._declared_fields
    return {name: getattr(endpoint, name) for name in fields} | {"secret": secret}
