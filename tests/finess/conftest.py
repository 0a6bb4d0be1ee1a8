"""A database of the register's own (it is one for the whole installation), and the real data when it is there."""

import csv
import gzip
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kit import embedded
from tests.databases import own_database

REAL_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "finess"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real samples and of the SAE 2023, which is beside the project and not part of it."""
    if not REAL_DATA.is_dir():
        pytest.skip("no real data beside the project")
    return REAL_DATA


@pytest.fixture(scope="session")
def hospitals(real_data: Path) -> list[dict[str, str]]:
    """The 9,685 real ET of the SAE 2023: number, EJ, status and its three-way group, category, SIRET, département."""
    found = []
    for name in ("sae-2023-ID.csv.gz", "sae-2023-IDB.csv.gz"):
        with gzip.open(real_data / name, "rt", encoding="cp1252", newline="") as stream:
            rows = csv.DictReader(stream, delimiter=";")
            found += [{column.lower(): cell for column, cell in row.items()} for row in rows]
    return found


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
