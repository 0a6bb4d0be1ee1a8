"""Tables of notices, and of what goes out to whoever listens."""

from notifications.models.incident import Incident, IncidentUpdate
from notifications.models.notice import Notification
from notifications.models.preference import MailReport, NotificationPreference, SuppressedAddress
from notifications.models.webhook import WebhookDelivery, WebhookEndpoint

__all__ = [
    "Incident",
    "IncidentUpdate",
    "MailReport",
    "Notification",
    "NotificationPreference",
    "SuppressedAddress",
    "WebhookDelivery",
    "WebhookEndpoint",
]
