"""What is decided without looking anything up: roles, addresses, slugs, colours, paths. Pure."""

from tenants.rules.roles import ORGANISATION_KINDS, ORGANISATION_ROLES, ROLE_LABELS, TENANT_ROLES

__all__ = ["ORGANISATION_KINDS", "ORGANISATION_ROLES", "ROLE_LABELS", "TENANT_ROLES"]
