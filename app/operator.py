"""Whoever runs a command, acting inside one portal."""

import getpass
from dataclasses import replace

from kit.actor import Actor, operator
from kit.errors import NotFound
from tenants.models import Tenant
from tenants.service.portal import find_portal


def my_name() -> str:
    """Who runs the command, for the audit log."""
    try:
        return getpass.getuser()
    except OSError:
        return "exploitant"


def portal(slug: str) -> Tenant:
    """The portal of this address. Raises NotFound."""
    found = find_portal(slug)
    if found is None:
        raise NotFound(f"Le portail «\xa0{slug}\xa0» n’existe pas. La liste\xa0: crrc tenant list")
    return found


def inside(slug: str) -> Actor:
    """The operator, inside a portal. Raises NotFound."""
    return replace(operator(my_name()), tenant_id=portal(slug).id)
