"""The database: declarative base, the kinds of tables, the engine. Nothing here opens a transaction."""

import os
from collections.abc import Iterable
from functools import cache
from typing import Annotated, Any, ClassVar, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import DateTime, Text, Uuid
from uuid_utils.compat import uuid7 as uuid7

from kit import servers
from kit.pool import open_pool

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
