"""Incidents of the service, for tests."""

from kit.actor import operator
from notifications.service.incident import Story, open_incident
from tenants.models import Tenant


def an_incident(tenant: Tenant, title: str = "Envoi des courriels ralenti", impact: str = "slow") -> Story:
    """One that is open."""
    return open_incident(operator("tests", tenant.id), title, "Ils partent avec une heure de retard.", impact)
