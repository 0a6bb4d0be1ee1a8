"""Tables of notices, and of what goes out to whoever listens."""

from notifications.models.notice import Notification
from notifications.models.preference import MailReport, NotificationPreference, SuppressedAddress
from notifications.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "MailReport",
    "Notification",
    "NotificationPreference",
    "SuppressedAddress",
    "WebhookDelivery",
    "WebhookEndpoint",
]
