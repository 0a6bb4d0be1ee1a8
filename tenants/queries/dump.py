"""Every row of a tenant, table after table, as PostgreSQL's COPY writes them: a few kilobytes at a time."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Table, text
from sqlalchemy.orm import Session

from kit.db import Base
from tenants.rules.export import DIGESTS, ON_THE_WAY

# JSON writes control characters in letters: these two never occur in it, so that no line is ever quoted.
_LINES = "format csv, quote e'\\x01', delimiter e'\\x02'"
_CSV = "format csv, header"


def tables() -> list[Table]:
    """The tables of tenants, and those of the installation that name one, in an order that loads again."""
    return [table for table in Base.metadata.sorted_tables if "tenant_id" in table.columns]


def kept(table: Table) -> list[str]:
    """The columns that are written: all but sealed secrets and what recognises a secret."""
    return [column.name for column in table.columns if not _is_secret(column)]


def left_out() -> list[str]:
    """`table.column` of what is not written."""
    return [f"{table.name}.{column.name}" for table in tables() for column in table.columns if _is_secret(column)]


def describe() -> list[dict[str, Any]]:
    """Each table: its columns with their type, its key, and what it points at."""
    return [
        {
            "table": table.name,
            "columns": [
                {"name": column.name, "type": str(column.type).lower(), "nullable": bool(column.nullable)}
                for column in table.columns
                if not _is_secret(column)
            ],
            "primary_key": [column.name for column in table.primary_key],
            "foreign_keys": [
                {
                    "columns": [one.parent.name for one in key.elements],
                    "table": key.referred_table.name,
                    "references": [one.column.name for one in key.elements],
                }
                for key in sorted(table.foreign_key_constraints, key=lambda key: str(key.name))
            ],
        }
        for table in tables()
    ]


def copy_table(session: Session, table: Table, tenant_id: UUID, as_json: bool) -> Iterator[bytes]:
    """The tenant's rows of a table, in the order of its key."""
    columns = ", ".join(_quoted(name) for name in kept(table))
    order = ", ".join(_quoted(column.name) for column in table.primary_key)
    rows = f"select {columns} from {_quoted(table.name)} where tenant_id = '{tenant_id}' order by {order}"  # noqa: S608
    return _copy(session, rows, as_json)


def copy_people(session: Session, tenant_id: UUID, as_json: bool) -> Iterator[bytes]:
    """Whoever a row of the tenant names: who they are, and nothing of what they do elsewhere."""
    named = " union ".join(
        f"select {_quoted(key.parent.name)} from {_quoted(table.name)} where tenant_id = '{tenant_id}'"  # noqa: S608
        for table in tables()
        for key in table.foreign_keys
        if key.column.table.name == "user_account"
    )
    rows = f"select id, name, email, created_at, erased_at from user_account where id in ({named}) order by id"  # noqa: S608
    return _copy(session, rows, as_json)


def copy_portal(session: Session, tenant_id: UUID, as_json: bool) -> Iterator[bytes]:
    """The portal itself."""
    return _copy(session, f"select * from tenant where id = '{tenant_id}'", as_json)  # noqa: S608


def list_registers(session: Session, tenant_id: UUID) -> list[dict[str, Any]]:
    """The editions of the national register that rows of the tenant name, by what recognises each elsewhere."""
    named = " union ".join(
        f"select {_quoted(key.parent.name)} from {_quoted(table.name)} where tenant_id = '{tenant_id}'"  # noqa: S608
        for table in tables()
        for key in table.foreign_keys
        if key.column.table.name == "registry_edition"
    )
    found = session.execute(
        text(f"select id, source, file_name, sha256 from registry_edition where id in ({named}) order by id")  # noqa: S608
    )
    return [dict(one) for one in found.mappings()]


def _copy(session: Session, rows: str, as_json: bool) -> Iterator[bytes]:
    wanted = f"select row_to_json(one) from ({rows}) one" if as_json else rows  # noqa: S608
    connection: Any = session.connection().connection.driver_connection
    with (
        connection.cursor() as cursor,
        cursor.copy(f"copy ({wanted}) to stdout ({_LINES if as_json else _CSV})") as lines,
    ):
        for piece in lines:
            yield bytes(piece)


def take_time(session: Session) -> None:
    """Let this transaction's statements last: a big table is written as fast as the archive takes it."""
    session.execute(text("set local statement_timeout = 0"))


def _is_secret(column: Column[Any]) -> bool:
    return bool(column.info.get("sealed")) or column.name in DIGESTS or str(column) in ON_THE_WAY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
