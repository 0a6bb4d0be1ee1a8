"""Fixtures of calls: a register with every trap, and somebody at the ARS."""

from collections.abc import Callable

import pytest

from finess.models import RegistryEdition
from kit.actor import Actor
from tenants.models import Tenant
from tests.campaigns.files import a_person
from tests.campaigns.register import import_entities


@pytest.fixture(scope="module")
def traps(database: str, tmp_path_factory: pytest.TempPathFactory) -> RegistryEdition:
    """The small register with every trap of the Bretagne rule, in force for this module."""
    return import_entities(tmp_path_factory.mktemp("register"))


@pytest.fixture
def manager(tenant: Tenant) -> Actor:
    """Somebody who writes and publishes calls."""
    return a_person(tenant, "ars_manager", name="Yannick Morvan")


@pytest.fixture
def someone(tenant: Tenant) -> Callable[..., Actor]:
    """Make somebody with these roles."""
    return lambda *roles: a_person(tenant, *roles)
