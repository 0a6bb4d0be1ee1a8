"""Writing somebody's name wherever the database lets one write it, then looking where it is left."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
from psycopg import sql

from kit.db import Base, OwnedByTenant

NAME, EMAIL = "Solenn Kerguélen", "solenn.kerguelen@ajoncs.invalid"
SAID = f"Vu avec {NAME} <{EMAIL}>"


def written_columns() -> Iterator[tuple[str, str, str]]:
    """(table, column, type) of every text or JSON column of tenants' tables; keys, sealed secrets, numbers apart."""
    for mapper in Base.registry.mappers:
        if not issubclass(mapper.class_, OwnedByTenant):
            continue
        for column in mapper.local_table.columns:  # type: ignore[attr-defined]
            kind = type(column.type).__name__
            if kind in ("Text", "JSONB") and not (
                column.info.get("sealed") or column.primary_key or column.name == "number"
            ):
                yield mapper.local_table.name, column.name, kind  # type: ignore[attr-defined]


def poison(url: str, tenant_id: UUID) -> set[str]:
    """Write the name and the address in every column of every row that takes them: `table.column` of those that did.

    Behind the application's back: triggers and foreign keys sleep. What a CHECK or a key refuses is left as it was.
    """
    done = set()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for table, column, kind in written_columns():
            value = {
                "Text": sql.SQL("coalesce({c}, '') || {said}"),
                "JSONB": sql.SQL(
                    "case jsonb_typeof({c}) when 'array' then {c} || to_jsonb({said}::text) "
                    "when 'object' then {c} || jsonb_build_object('said', {lines}::text) "
                    "else to_jsonb({said}::text) end"
                ),
            }[kind].format(
                c=sql.Identifier(column), said=sql.Literal(f" {SAID}"), lines=sql.Literal(f"Ligne\n{NAME}\t{EMAIL}")
            )
            change = sql.SQL("update {t} set {c} = {v} where tenant_id = {id}").format(
                t=sql.Identifier(table), c=sql.Identifier(column), v=value, id=sql.Literal(tenant_id)
            )
            try:
                if connection.execute(change).rowcount:
                    done.add(f"{table}.{column}")
            except psycopg.Error:
                continue  # a state, a key, a digest: nothing that people write
    return done


def named(url: str, tenant_id: UUID | None = None, words: tuple[str, ...] = (NAME, EMAIL)) -> set[str]:
    """`table.column` of what says one of the words, whatever their case: in every table, or in one tenant's rows."""
    found = set()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for table in Base.metadata.tables.values():
            mine = sql.SQL("and tenant_id = {}").format(sql.Literal(tenant_id))
            where = mine if tenant_id is not None and "tenant_id" in table.columns else sql.SQL("")
            for column in table.columns:
                if type(column.type).__name__ not in ("Text", "JSONB"):
                    continue
                query = sql.SQL("select exists (select from {t} where {c}::text ilike any ({w}) {where})").format(
                    t=sql.Identifier(table.name),
                    c=sql.Identifier(column.name),
                    w=sql.Literal([f"%{word}%" for word in words]),
                    where=where,
                )
                row = connection.execute(query).fetchone()
                if row is not None and row[0]:
                    found.add(f"{table.name}.{column.name}")
    return found
