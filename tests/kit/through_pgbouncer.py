"""Any test through PgBouncer: `CRRC_PGBOUNCER=plain pytest -p tests.kit.through_pgbouncer tests/campaigns`.

A plugin, for whoever changes kit/db.py or writes SQL that might outlive its transaction.
"""

from collections.abc import Iterator

import pytest

from kit import embedded
from kit.embedded import Endpoints
from tests.conftest import HOME
from tests.kit.pooler import pooler


@pytest.fixture(scope="session", autouse=True)
def through_pgbouncer() -> Iterator[None]:
    """The application's role, wherever it goes, goes through two connections."""
    servers = embedded.start(HOME, durable=False)
    embedded.provision(servers.superuser_url, embedded.DATABASE)
    direct = Endpoints.database_url
    with pooler(servers.superuser_url, connections=8) as made, pytest.MonkeyPatch.context() as patch:

        def database_url(self: Endpoints, role: str, database: str = embedded.DATABASE) -> str:
            return made.url(role, database) if role == "crrc_app" else direct(self, role, database)

        patch.setattr(Endpoints, "database_url", database_url)
        yield
