"""What the API says of notices and of webhooks."""
