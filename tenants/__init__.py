"""Tenants, organisations, users, memberships, roles, invitations, login."""
