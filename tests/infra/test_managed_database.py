"""A managed PostgreSQL lends no superuser: its administrator makes our roles and our database all the same."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from os import environ
from pathlib import Path

import psycopg
import pytest

from kit import embedded
from kit.embedded.provision import conninfo

ROLES = ("crrc_app", "crrc_relay", "crrc_backup", "crrc_owner")


@pytest.fixture
def administrator() -> Iterator[str]:
    """The address of a server where we are given somebody who makes roles and databases, and nothing more."""
    folder = Path(tempfile.mkdtemp(prefix="crrc-test-"))
    folder.chmod(0o711)
    superuser = conninfo(embedded.start(folder / "home", durable=False).superuser_url)
    with psycopg.connect(superuser, autocommit=True) as server:
        server.execute("drop database crrc with (force)")
        for role in ROLES:
            server.execute(f"drop role {role}")  # type: ignore[call-overload]
        server.execute("create role crrc_admin login createrole createdb")
        server.execute("create database rdb owner crrc_admin")
    yield superuser.replace("postgres@", "crrc_admin@").replace("/postgres?", "/rdb?")
    embedded.reset(folder / "home")
    shutil.rmtree(folder)


@pytest.mark.slow
def test_roles_database_and_tables_are_made_without_a_superuser(administrator: str) -> None:
    secret = "Aa1!" + "x" * 24
    for _ in range(2):  # the second time there is nothing to do
        embedded.provision(administrator, "crrc", passwords=dict.fromkeys(ROLES, secret))
    with psycopg.connect(administrator) as server:
        made = server.execute("select rolname from pg_roles where rolname like 'crrc%' and (rolbypassrls or rolsuper)")
        assert made.fetchall() == []  # nobody walks around row-level security: no crrc_backup either
        names = server.execute("select rolname from pg_roles where rolname like 'crrc%'").fetchall()
        assert {name for (name,) in names} == {"crrc_admin", "crrc_app", "crrc_owner", "crrc_relay"}
    owner = administrator.replace("crrc_admin@", "crrc_owner@").replace("/rdb?", "/crrc?")
    addresses = {
        "CRRC_DATABASE_OWNER_URL": owner.replace("postgresql://", "postgresql+psycopg://"),
        "CRRC_DATABASE_URL": owner.replace("postgresql://crrc_owner", "postgresql+psycopg://crrc_app"),
    }
    migrated = subprocess.run(
        [Path(sys.executable).with_name("crrc"), "migrate"], env=environ | addresses, capture_output=True, text=True
    )
    assert migrated.returncode == 0, migrated.stderr
    with psycopg.connect(addresses["CRRC_DATABASE_URL"].replace("+psycopg", "")) as portal:
        assert portal.execute("select count(*) from tenant").fetchone() == (0,)
        assert portal.execute("show statement_timeout").fetchone() == ("1min",)
