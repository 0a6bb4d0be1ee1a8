"""The database: declarative base, the kinds of tables, the engine. Nothing here opens a transaction."""

import os
import select
import time
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, ClassVar, TypeAlias
from uuid import UUID

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import BigInteger, ForeignKeyConstraint, MetaData, create_engine, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import DateTime, Text, Uuid
from uuid_utils.compat import uuid7 as uuid7

from kit import servers
from kit.embedded.provision import LIMITS
from kit.settings import settings

# A host that is gone is noticed in seconds, not in the system's quarter of an hour. A URL that says otherwise is right.
PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "20",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}
IDLE_SECONDS = 1.0  # a connection that was idle longer is asked whether it is alive
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
INSTANT = DateTime(timezone=True)
Cents: TypeAlias = Annotated[int, mapped_column(BigInteger)]  # an amount of money, in euro cents


class Base(DeclarativeBase):
    """Every table. A concrete class mixes in exactly one kind below; tests/house compares kinds with the policies."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        UUID: Uuid,
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }
    table_kind: ClassVar[str]


class OwnedByTenant:
    """Rows of one tenant: `tenant_id` leads the primary key and every foreign key, and a policy guards them."""

    table_kind: ClassVar[str] = "tenant"
    tenant_id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10)


class Platform:
    """Rows of the installation: users, tenants, sessions, pulses. No policy; queries are few and listed."""

    table_kind: ClassVar[str] = "platform"


class Reference:
    """Facts of the outside world that every tenant reads: the register, its nomenclatures."""

    table_kind: ClassVar[str] = "reference"


class Identified:
    """A time-ordered identifier made in Python (UUIDv7), second in the primary key."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-9)


def tenant_key(column: str, table: str, **options: Any) -> ForeignKeyConstraint:
    """A foreign key that cannot leave the tenant: (tenant_id, column) → table(tenant_id, id)."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], **options)


def one_of(column: str, values: Iterable[str]) -> str:
    """The CHECK that keeps `column` among `values`: text and CHECK, for an enum's comparison is not leakproof."""
    return f"{column} in ({', '.join(repr(value) for value in values)})"


@cache
def engine() -> Engine:
    """The process's pool of connections, as the application role. Threads + 1 connections at most."""
    return open_pool(servers.database_url())


def open_pool(url: str, **more: str) -> Engine:
    """A pool of CRRC_POOL_SIZE connections to `url`, each waiting as long as LIMITS say; `more` is for libpq."""
    made = create_engine(
        url,
        pool_size=int(os.environ.get("CRRC_POOL_SIZE", "5")),
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # an error is logged: what people wrote is not
        connect_args=connection_arguments(url) | more,
    )
    event.listen(made, "checkin", _leave)
    event.listen(made, "checkout", _greet)
    return made


def _leave(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["left_at"] = time.monotonic()


def _greet(connection: psycopg.Connection[Any], record: ConnectionPoolEntry, _: object) -> None:
    """A connection that was idle is asked whether it is alive. One that has just served is not, unless something came
    on it meanwhile (its end): it would cost each request an exchange with the database for each of its transactions."""
    was_used = time.monotonic() - record.info.get("left_at", time.monotonic()) < IDLE_SECONDS
    if was_used and not _came(connection.pgconn.socket):
        return
    try:
        alive = connection.pgconn.exec_(b"").status == ExecStatus.EMPTY_QUERY
    except psycopg.Error:
        alive = False
    if not alive:
        raise DisconnectionError("The connection did not survive its idleness.")  # the pool opens another


def _came(socket: int) -> bool:
    """Whether something is there to read, or the other side left: a microsecond, and no exchange."""
    watch = select.poll()
    watch.register(socket, select.POLLIN)
    return bool(watch.poll(0))


def connection_arguments(url: str) -> dict[str, Any]:
    """What a connection is opened with. Through PgBouncer in transaction mode nothing outlives a transaction: the
    limits are the role's (kit.embedded.provision), and statements are prepared only if it follows them (1.22)."""
    arguments: dict[str, Any] = {name: said for name, said in PATIENCE.items() if name not in make_url(url).query}
    pooler = settings().pgbouncer
    if pooler is None:
        arguments["options"] = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    elif pooler == "plain":
        arguments["prepare_threshold"] = None
    return arguments


def refuse_endless_waiting(connection: Connection) -> None:
    """Raise RuntimeError when a statement may last for ever: neither the connection nor the role limits it."""
    if connection.scalar(text("select current_setting('statement_timeout')")) == "0":
        raise RuntimeError("The role has no statement_timeout: provision the database again (docs/scale.md).")


def close_engine() -> None:
    """Close the pool's connections: the next use opens a new pool, maybe on another database."""
    if engine.cache_info().currsize:
        engine().dispose()
    engine.cache_clear()


def forget_engine() -> None:
    """After a fork, let go of the parent's pool without touching its connections."""
    if engine.cache_info().currsize:
        engine().dispose(close=False)
    engine.cache_clear()


os.register_at_fork(after_in_child=forget_engine)
