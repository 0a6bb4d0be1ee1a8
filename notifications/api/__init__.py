"""Notices and webhooks, for programs."""
