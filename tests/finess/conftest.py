"""A database of the register's own: it is one for the whole installation."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from kit import embedded
from tests.databases import own_database


@pytest.fixture(scope="module")
def register_database(servers: embedded.Endpoints) -> Iterator[str]:
    """A database where these tests alone import; gives the superuser's URL of it."""
    with own_database(servers, f"crrc_register_{os.getpid()}") as url:
        yield url.replace("+psycopg", "")


@pytest.fixture
def empty_register(register_database: str) -> str:
    """The same, with nothing imported."""
    with psycopg.connect(register_database, autocommit=True) as connection:
        connection.execute("truncate legal_entity, establishment, import_remark, registry_edition cascade")
    return register_database
