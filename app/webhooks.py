"""What other systems tell the platform, outside every portal."""

from flask import Flask

from billing.web.webhook import receive_platform


def install(app: Flask) -> None:
    """The address that a platform of payment tells the events of connected accounts to."""
    app.add_url_rule("/webhooks/stripe", "platform_webhook", receive_platform, methods=["POST"])
