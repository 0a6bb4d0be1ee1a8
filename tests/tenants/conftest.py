"""People who prove who they are."""

from collections.abc import Callable

import pytest

from tenants.models import Tenant
from tests.tenants.proving import Somebody, sign_in


@pytest.fixture
def somebody(tenant: Tenant) -> Callable[..., Somebody]:
    """`somebody("marie")`: signed in by a link; of this test alone, since an account is one for all portals."""
    return lambda name="marie": sign_in(tenant, f"{name}@{tenant.slug}.fr")
