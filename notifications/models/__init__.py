"""Tables of notices, and of what goes out to whoever listens."""

from notifications.models.notice import Notification
from notifications.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = ["Notification", "WebhookDelivery", "WebhookEndpoint"]
