"""Tables of notices, and of what goes out to whoever listens."""

from notifications.models.notice import Notification

__all__ = ["Notification"]
