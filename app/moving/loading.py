"""The rows of an export, into the tables of another installation: staged first, then put in at once, by their owner.

What the database refuses to people (an invoice that is born issued, a balance that does not begin at zero) is history
here: its triggers are lifted for this transaction alone, in which nobody else writes to these tables. But the audit log
goes in through its own: the database chains each line again, and the hashes must be those of the export.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql

import migrations.tables  # noqa: F401 (every table)
from kit.db import Base
from kit.errors import Conflict
from kit.french import NBSP
from tenants.queries import dump

# What recognises a secret is not in an export: these rows would open nothing. Their people make others.
LEFT_BEHIND = ("api_client", "api_token", "sign_in_link")
LOG, HEAD = "audit_line", "audit_chain"
BATCH = 1000
Connection = psycopg.Connection[Any]


@dataclass(slots=True)
class Loaded:
    """Rows by table, people who had an account here under another identifier, secrets to be typed again."""

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    known_people: int = 0
    domain: str | None = None
    secrets: dict[str, int] = field(default_factory=dict)


def refuse_other_tables(described: Sequence[Mapping[str, Any]]) -> None:
    """Raise Conflict when the tables of the export are not ours: both installations must be of one version."""
    theirs = {one["table"]: {column["name"] for column in one["columns"]} for one in described}
    ours = {table.name: set(dump.kept(table)) for table in dump.tables()}
    for name in sorted(theirs.keys() | ours.keys()):
        if theirs.get(name) != ours.get(name):
            raise Conflict(
                f"La table {name} de cet export n’est pas celle de cette version{NBSP}: mettez les deux installations "
                "à la même version, puis demandez un autre export."
            )


def stage(connection: Connection, name: str, table: str, lines: Iterable[str]) -> int:
    """Put rows, one JSON object each, into the temporary table `name`, made like `table`; returns how many."""
    connection.execute(
        sql.SQL("create temporary table {} (like {}) on commit drop").format(sql.Identifier(name), _public(table))
    )
    # What is left out of an export is not null here: it comes later.
    for (column,) in connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and attnotnull", [name]
    ).fetchall():
        connection.execute(
            sql.SQL("alter table {} alter column {} drop not null").format(sql.Identifier(name), sql.Identifier(column))
        )
    statement = sql.SQL("insert into {} select * from json_populate_recordset(null::{}, %s::json)").format(
        sql.Identifier(name), _public(table)
    )
    number, batch = 0, list[str]()
    for line in lines:
        batch.append(line)
        if len(batch) == BATCH:
            number += connection.execute(statement, [f"[{','.join(batch)}]"]).rowcount
            batch = []
    return number + (connection.execute(statement, [f"[{','.join(batch)}]"]).rowcount if batch else 0)


def refuse_strangers(connection: Connection, tenant_id: UUID, tables: Sequence[str]) -> None:
    """Raise Conflict when a staged row is another portal's: an export holds one."""
    for table in tables:
        query = sql.SQL("select from {} where tenant_id is distinct from %s limit 1").format(_staged(table))
        if connection.execute(query, [tenant_id]).rowcount:
            raise Conflict(f"La table {table} de cet export contient des lignes d’un autre portail.")


def match_people(connection: Connection) -> int:
    """Whoever has an account here keeps it: staged rows name it instead. Returns how many had another identifier."""
    connection.execute(
        "create temporary table moved on commit drop as "
        "select theirs.id as old, coalesce(same.id, ours.id) as new from staged_user_account theirs "
        "left join user_account same on same.id = theirs.id "
        "left join user_account ours on ours.email_norm = theirs.email "
        "where coalesce(same.id, ours.id) is not null"
    )
    _rename(connection, "user_account", "moved")
    connection.execute(
        "insert into user_account (id, email, email_norm, name, created_at, erased_at) "
        "select id, email, email, name, created_at, erased_at from staged_user_account "
        "where id not in (select old from moved)"
    )
    return connection.execute("select from moved where old <> new").rowcount


def match_registers(connection: Connection, registers: Sequence[Mapping[str, Any]]) -> None:
    """The editions that rows name are known here by their SHA-256. Raises Conflict when one was never imported."""
    connection.execute("create temporary table editions (old int, new int) on commit drop")
    for one in registers:
        found = connection.execute("select id from registry_edition where sha256 = %s", [one["sha256"]]).fetchone()
        if found is None:
            raise Conflict(
                f"Ce portail s’appuie sur une édition du registre qui n’est pas ici{NBSP}: importez d’abord "
                f"{one['file_name']} (SHA-256 {one['sha256'][:16]}…) avec «{NBSP}crrc finess import{NBSP}»."
            )
        connection.execute("insert into editions values (%s, %s)", [one["id"], found[0]])
    _rename(connection, "registry_edition", "editions")


def _rename(connection: Connection, referred: str, moved: str) -> None:
    """Every staged column that points at `referred`, from old to new, all at once."""
    for table in dump.tables():
        columns = [key.parent.name for key in table.foreign_keys if key.column.table.name == referred]
        for column in columns if table.name not in LEFT_BEHIND else ():
            connection.execute(
                sql.SQL("update {} one set {} = moved.new from {} moved where one.{} = moved.old").format(
                    _staged(table.name), sql.Identifier(column), sql.Identifier(moved), sql.Identifier(column)
                )
            )


def put_in(connection: Connection, loaded: Loaded) -> None:
    """Staged rows into their tables, parents first. The log and its head come last, by `chain`."""
    for table in dump.tables():
        if table.name in (*LEFT_BEHIND, LOG, HEAD):
            continue
        for column in table.columns:
            if column.info.get("sealed"):
                count = _blank(connection, table.name, column.name, bool(column.nullable))
                loaded.secrets |= {str(column): count} if count else {}
        guarded = connection.execute(
            "select from pg_trigger where tgrelid = %s::regclass and not tgisinternal limit 1", [table.name]
        ).rowcount
        if guarded:
            connection.execute(sql.SQL("alter table {} disable trigger user").format(_public(table.name)))
        done = connection.execute(
            sql.SQL("insert into {} select * from {}").format(_public(table.name), _staged(table.name))
        )
        loaded.rows[table.name] = done.rowcount
        if guarded:
            connection.execute(sql.SQL("alter table {} enable trigger user").format(_public(table.name)))


def _blank(connection: Connection, table: str, column: str, nullable: bool) -> int:
    """A secret that did not come is none; returns how many there were rows for."""
    if nullable:
        return connection.execute(sql.SQL("select from {}").format(_staged(table))).rowcount
    statement = sql.SQL("update {} set {} = ''").format(_staged(table), sql.Identifier(column))
    return connection.execute(statement).rowcount


def chain(connection: Connection, tenant_id: UUID, loaded: Loaded) -> None:
    """The audit log, line after line: the database chains it anew. Raises Conflict when it is not the one that left."""
    connection.execute("select set_config('app.tenant_id', %s, true)", [str(tenant_id)])
    first = connection.execute("select min(number) from staged_audit_line").fetchone()
    if first and first[0] and first[0] > 1:
        # The lines before were purged up to a signed anchor: what came after follows it.
        connection.execute(
            "insert into audit_chain select tenant_id, number, hash from staged_audit_anchor where number = %s",
            [first[0] - 1],
        )
    done = connection.execute("insert into audit_line select * from staged_audit_line order by number")
    loaded.rows[LOG] = done.rowcount
    wrong = connection.execute(
        "select theirs.number from staged_audit_line theirs left join audit_line ours using (tenant_id, id) "
        "where (ours.number, ours.hash) is distinct from (theirs.number, theirs.hash) order by 1 limit 1"
    ).fetchone()
    if wrong is not None:
        raise Conflict(
            f"Le journal de cet export ne se referme pas{NBSP}: la ligne {wrong[0]} a été altérée ou retirée."
        )
    heads = connection.execute(
        "select from staged_audit_chain theirs left join audit_chain ours using (tenant_id) "
        "where (ours.number, ours.hash) is distinct from (theirs.number, theirs.hash)"
    )
    if heads.rowcount:
        raise Conflict("Le journal de cet export ne finit pas où il dit finir.")


def known_tables() -> list[str]:
    """The tables whose rows come."""
    return [table.name for table in dump.tables() if table.name not in LEFT_BEHIND]


def _public(table: str) -> sql.Composed:
    if table not in Base.metadata.tables:
        raise ValueError(table)
    return sql.SQL("public.{}").format(sql.Identifier(table))


def _staged(table: str) -> sql.Identifier:
    return sql.Identifier(f"staged_{table}")
