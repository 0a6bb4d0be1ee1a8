"""Fixtures of billing: a strict Stripe that the product reaches, and a region that is paid online."""

from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.billing.stripe_side import Side, a_side, reached
from tests.peers.stripe import Peer, open_peer


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    """A strict Stripe, and the product reaching it."""
    with open_peer() as opened, reached(opened):
        yield opened


@pytest.fixture
def side(tenant: Tenant, peer: Peer) -> Side:
    """A region that is paid online."""
    return a_side(tenant, peer)
