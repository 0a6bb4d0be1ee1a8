"""Factories: one per thing, dull. Each takes what the test cares about and invents the rest."""

from collections.abc import Callable
from itertools import count

import pytest

from kit.actor import operator
from kit.db import uuid7
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.service.portal import forget_portals

_numbers = count(1)


@pytest.fixture(scope="session")
def make_tenant(database: str) -> Callable[..., Tenant]:
    """Make a tenant of one's own."""

    def make(slug: str | None = None, zone: str = "Europe/Paris", region_code: str = "53") -> Tenant:
        number = next(_numbers)
        forget_portals()
        with transaction(operator("tests")) as tx:
            return tx.add(
                Tenant(
                    id=uuid7(),
                    slug=slug or f"region-{number}",
                    name=f"e-santé Région {number}",
                    ars=f"ARS Région {number}",
                    region_code=region_code,
                    zone=zone,
                    colour="#0b4f6c",
                    contact_email="contact@crrc.invalid",
                    created_at=tx.now,
                )
            )

    return make


@pytest.fixture
def tenant(make_tenant: Callable[..., Tenant]) -> Tenant:
    """A tenant of the test's own."""
    return make_tenant()
