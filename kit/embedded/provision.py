"""Roles, database and extensions that the portal needs, on the embedded server or on a real one (PostgreSQL 15+)."""

from collections.abc import Mapping

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

# Owner: makes and changes tables (migrations). Application: neither owner nor superuser, so row-level security holds
# it; it inherits nothing, and takes the relay's rights only by SET ROLE. Relay: reads every tenant's outbox, no more.
# Backup: reads every row of every tenant, for pg_dump must, and writes nothing (docs/adr/0019-the-backup-role.md).
ROLES = {
    "crrc_owner": "login",
    "crrc_app": "login noinherit",
    "crrc_relay": "nologin",
    "crrc_backup": "login bypassrls",
}
# How long the application waits, said by its connections, and kept by its role for those that a pooler opens.
LIMITS = {"statement_timeout": "60000", "lock_timeout": "15000", "timezone": "UTC"}
# How long the server waits for a host that is gone without a word: less than others wait for what it has locked.
LIMITS |= {
    "tcp_user_timeout": "10000",
    "tcp_keepalives_idle": "4",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}
EXTENSIONS = ("btree_gist",)  # windows of one call cannot overlap


def conninfo(url: str) -> str:
    """The libpq address of a SQLAlchemy URL."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def provision(superuser_url: str, database: str, passwords: Mapping[str, str] | None = None) -> None:
    """Make roles, `database` and extensions where they are missing. Idempotent.

    `passwords`, by role: for a server reached over the network. A managed server lends no superuser: its administrator,
    who makes roles and databases, may not make one that walks around row-level security, so there is no crrc_backup.
    """
    with psycopg.connect(conninfo(superuser_url), autocommit=True) as server:
        server.execute("select pg_advisory_lock(720704)")  # until we leave: roles are of the whole server
        lent = _is_superuser(server)
        for role, attributes in ROLES.items():
            if lent or "bypassrls" not in attributes:
                _make_role(server, role, attributes, (passwords or {}).get(role))
        _limit(server)
        server.execute("grant crrc_relay to crrc_app")
        if lent:
            server.execute("grant pg_read_all_data to crrc_backup")
            server.execute("alter role crrc_backup set default_transaction_read_only = on")
        else:
            server.execute("grant crrc_owner to current_user")  # who gives a database to a role must be of it
        if not server.execute("select from pg_database where datname = %s", [database]).rowcount:
            _create(server, database, template="template0")
    _equip(superuser_url, database)


def drop_database(superuser_url: str, name: str) -> None:
    """Drop database `name` if it exists; whoever is connected to it is thrown out."""
    with psycopg.connect(conninfo(superuser_url), autocommit=True) as server:
        server.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def fresh_database(superuser_url: str, name: str, template: str | None = None) -> None:
    """Drop database `name` and make it anew: a copy of `template` (nobody may be connected to it), or empty."""
    drop_database(superuser_url, name)
    with psycopg.connect(conninfo(superuser_url), autocommit=True) as server:
        _create(server, name, template or "template0")
    _equip(superuser_url, name)


def _is_superuser(server: psycopg.Connection) -> bool:
    found = server.execute("select rolsuper from pg_roles where rolname = current_user").fetchone()
    return bool(found and found[0])


def _make_role(server: psycopg.Connection, role: str, attributes: str, password: str | None) -> None:
    name = sql.Identifier(role)
    if not server.execute("select from pg_roles where rolname = %s", [role]).rowcount:
        server.execute(sql.SQL("create role {} " + attributes).format(name))
    if password is not None:
        server.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(password)))


def _limit(server: psycopg.Connection) -> None:
    """What the application's connections say of themselves, for those whose pooler cannot."""
    found = server.execute("select rolconfig from pg_roles where rolname = 'crrc_app'").fetchone()
    for name, value in LIMITS.items():
        if f"{name}={value}" not in ((found and found[0]) or ()):
            statement = sql.SQL("alter role crrc_app set {} = {}")
            server.execute(statement.format(sql.Identifier(name), sql.Literal(value)))


def _create(server: psycopg.Connection, database: str, template: str) -> None:
    statement = sql.SQL("create database {} owner crrc_owner template {}")
    try:
        server.execute(statement.format(sql.Identifier(database), sql.Identifier(template)))
    except errors.ObjectInUse as error:
        raise RuntimeError(f"{template} cannot be copied while somebody is connected to it.") from error


def _equip(superuser_url: str, database: str) -> None:
    """Extensions (most need a superuser), and nobody but our roles."""
    with psycopg.connect(make_conninfo(conninfo(superuser_url), dbname=database), autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
        name = sql.Identifier(database)
        connection.execute(sql.SQL("revoke all on database {} from public").format(name))
        connection.execute(sql.SQL("grant connect, temporary on database {} to crrc_app").format(name))
        if _is_superuser(connection):
            connection.execute(sql.SQL("grant connect on database {} to crrc_backup").format(name))
