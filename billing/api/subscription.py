"""Subscriptions, for programs: the same commands as the pages."""

from typing import Any
from uuid import UUID

from flask_smorest import Blueprint

from billing.schemas import subscription as schemas
from billing.service import subscription as subscriptions
from kit.web import actor, permission

blueprint = Blueprint("subscription_api", __name__, description="Abonnements")


@blueprint.get("/subscriptions")
@permission("subscription.view")
@blueprint.arguments(schemas.SubscriptionsQuery, location="query")
@blueprint.response(200, schemas.SubscriptionsView)
def list_subscriptions(query: dict[str, Any]) -> Any:
    """List the subscriptions, the last made first."""
    items, after = subscriptions.page_of_subscriptions(actor(), query["after"], query["limit"])
    return {"items": items, "after": after}


@blueprint.post("/subscriptions")
@permission("subscription.create")
@blueprint.arguments(schemas.CreateSubscription)
@blueprint.response(201, schemas.SubscriptionView)
def create_subscription(body: dict[str, Any]) -> Any:
    """Begin a subscription; the periods that have begun have their drafts at once."""
    return subscriptions.create_subscription(actor(), body["customer_id"], body)


@blueprint.get("/subscriptions/<uuid:subscription_id>")
@permission("subscription.view")
@blueprint.response(200, schemas.SubscriptionView)
def view_subscription(subscription_id: UUID) -> Any:
    """Read a subscription."""
    return subscriptions.view_subscription(actor(), subscription_id).subscription


@blueprint.post("/subscriptions/<uuid:subscription_id>/end")
@permission("subscription.end")
@blueprint.arguments(schemas.EndSubscription)
@blueprint.response(200, schemas.SubscriptionView)
def end_subscription(body: dict[str, Any], subscription_id: UUID) -> Any:
    """Say its last day; what begins before is still charged."""
    return subscriptions.end_subscription(actor(), subscription_id, body["ends_on"])
