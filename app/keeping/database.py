"""The database as a backup sees it: one instant of it, dumped, and told in figures that a restoration must find."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from app.keeping import programs
from kit import embedded, servers
from kit.embedded.provision import conninfo
from kit.errors import Conflict
from kit.french import NBSP
from kit.settings import settings

# Made by kit.embedded.provision as a superuser, and not the dump's to make again.
NOT_RESTORED = (" EXTENSION ", " SCHEMA - public ", " ACL - SCHEMA public ")


@dataclass(frozen=True, slots=True)
class Facts:
    """What was there: rows by table, the heads of the audit chains (tenant → number, hash), portals, registers."""

    migration: str
    tables: Mapping[str, int]
    chains: Mapping[str, tuple[int, str]]
    tenants: tuple[str, ...]
    registers: tuple[str, ...]

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Facts":
        """As JSON gives them."""
        chains = {tenant: (int(number), str(hash_)) for tenant, (number, hash_) in said["chains"].items()}
        return cls(said["migration"], said["tables"], chains, tuple(said["tenants"]), tuple(said["registers"]))


def url() -> str:
    """SQLAlchemy URL for whoever reads every row: crrc_backup, else the owner. Raises Conflict when none is named."""
    named = settings()
    if named.database_backup_url or named.database_owner_url:
        return named.database_backup_url or named.database_owner_url or ""
    if named.database_url is not None:
        raise Conflict(
            "Une sauvegarde lit toutes les lignes de tous les portails, ce que le rôle de l’application ne peut "
            f"pas{NBSP}: donnez CRRC_DATABASE_BACKUP_URL (rôle crrc_backup)."
        )
    servers.database_url()  # migrated if it was not
    started = embedded.start(named.home)
    embedded.provision(started.superuser_url, embedded.DATABASE)  # a server that runs may be older than the role
    return started.database_url("crrc_backup")


@contextmanager
def instant(address: str) -> Iterator[tuple[str, Facts]]:
    """One instant of the database: its name for pg_dump, as long as we stay in here, and what is in it."""
    with psycopg.connect(conninfo(address), autocommit=True) as connection:
        connection.execute("set statement_timeout = 0")
        connection.execute("begin isolation level repeatable read read only")
        (name,) = connection.execute("select pg_export_snapshot()").fetchone() or ("",)
        yield name, facts(connection)


def facts(connection: psycopg.Connection[Any]) -> Facts:
    """What this connection sees. Raises Conflict when there are no tables of ours."""
    names = [row[0] for row in connection.execute("select tablename from pg_tables where schemaname = 'public'")]
    if "alembic_version" not in names:
        raise Conflict("Cette base de données n’a pas les tables du portail. Rien n’a été sauvegardé.")
    rows = {}
    for name in sorted(names):
        counted = connection.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(name))).fetchone()
        rows[name] = int(counted[0]) if counted else 0
    version = connection.execute("select version_num from alembic_version").fetchone()
    heads = connection.execute("select tenant_id::text, number, hash from audit_chain order by 1").fetchall()
    return Facts(
        str(version[0]) if version else "",
        rows,
        {tenant: (number, hash_) for tenant, number, hash_ in heads},
        tuple(row[0] for row in connection.execute("select id::text from tenant order by 1")),
        tuple(row[0] for row in connection.execute("select sha256 from registry_edition order by id")),
    )


def is_empty(address: str) -> bool:
    """Whether nothing was ever made in this database."""
    with psycopg.connect(conninfo(address), autocommit=True) as connection:
        return not connection.execute("select from pg_tables where schemaname = 'public' limit 1").rowcount


def restore(address: str, dump: Path) -> None:
    """Put a dump into an empty database, as its owner; whole or not at all. Raises Conflict."""
    if not is_empty(address):
        raise Conflict(
            f"La base de données «{NBSP}{urlsplit(address).path.strip('/')}{NBSP}» n’est pas vide{NBSP}: une "
            "restauration n’écrase rien. Donnez une base neuve, ou un CRRC_HOME neuf."
        )
    listing = dump.with_suffix(".list")
    lines = programs.list_dump(dump)
    listing.write_text("\n".join(line for line in lines if not any(word in line for word in NOT_RESTORED)))
    programs.restore(address, dump, listing)
