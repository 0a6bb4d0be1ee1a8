"""Row-level security, shown on every table: with a tenant set, a plain SELECT gives its rows and no other; with none,
it raises; nothing is written for another tenant, changed or removed at another's.

In a database of its own, every table has rows of two tenants with the same identifiers. They are made from the columns'
types alone: checks, triggers, foreign and unique keys, which say what a row may hold and not who may see it, are gone.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Column, Table
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

import migrations.tables  # noqa: F401 (every table)
from kit.actor import Actor, operator, system
from kit.db import Base, uuid7
from kit.rls import bind
from kit.transaction import transaction
from tests.databases import own_database

KINDS: Mapping[str, str] = {m.local_table.name: m.class_.table_kind for m in Base.registry.mappers}  # type: ignore[attr-defined]
TABLES: Mapping[str, Table] = Base.metadata.tables
OURS = sorted(name for name, kind in KINDS.items() if kind == "tenant")
OPEN = sorted(name for name, kind in KINDS.items() if kind != "tenant")
A, B = UUID(int=0xA), UUID(int=0xB)
SOMEBODY, ELSE = UUID(int=0x51), UUID(int=0x52)
EACH = 2
# Why a table has no wall: each is a decision, read in review.
NO_WALL = {
    "backup_run": "when the whole installation was kept: no portal's, and nothing of anybody's",
    "tenant": "the portals themselves: who asks for one by its address must find it",
    "user_account": "a person is one account in every portal; it is read by its identifier or its address",
    "session": "a person's, whatever the portal; found by the digest of a secret",
    "external_identity": "a person's, whatever the portal; found by (issuer, sub)",
    "totp_secret": "a person's second factor, sealed",
    "passkey": "a person's second factor; found by its identifier",
    "recovery_code": "a person's second factor, as digests",
    "challenge": "a question asked of a browser, before anybody knows who is there; found by its identifier",
    "connected_account": "which portal an account of the payment provider belongs to: asked before the portal is known",
    "pulse": "signs of life of the installation's processes",
    "establishment": "the national register, that everybody reads",
    "legal_entity": "the national register",
    "registry_edition": "the national register",
    "import_remark": "the national register",
}
# What somebody on no portal may see of a tenant's table: their own rows.
OWN_PLACES = {"membership", "organisation_member"}


def value_of(column: Column[Any], number: int) -> Any:
    """Something that the column can hold, another for another number."""
    kind = column.type
    if isinstance(kind, JSONB):
        return "{}"
    if isinstance(kind, TSVECTOR):
        return ""
    values = {UUID: UUID(int=number), str: f"t{number}", int: number, bool: False, date: date(2026, 1, number)}
    return datetime(2026, 1, number, tzinfo=UTC) if kind.python_type is datetime else values[kind.python_type]


def row_of(table: Table, number: int, tenant: UUID | None) -> dict[str, Any]:
    """A row with nothing but what must be there."""
    key = {column.name for column in table.primary_key}
    row = {
        column.name: value_of(column, number)
        for column in table.columns
        if (column.name in key or not column.nullable) and column.computed is None and column.identity is None
    }
    # A place is somebody's: one of theirs in each tenant, and others'.
    who = {"user_id": SOMEBODY if number == 1 else ELSE} if table.name in OWN_PLACES else {}
    return row | who | ({"tenant_id": tenant} if tenant else {})


def insert(connection: psycopg.Connection[Any], table: str, row: Mapping[str, Any]) -> None:
    """One row, through whatever policies stand for the connection."""
    statement = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, row)),
        sql.SQL(", ").join(map(sql.Placeholder, row)),
    )
    connection.execute(statement, row)


def each(table: str) -> int:
    """How many rows each tenant has: one where the tenant is the whole key."""
    return 1 if [column.name for column in TABLES[table].primary_key] == ["tenant_id"] else EACH


@dataclass(frozen=True)
class Walls:
    """A database where every table has rows of two tenants: the application's connection, and the superuser's URL."""

    connection: psycopg.Connection[Any]
    superuser: str


@pytest.fixture(scope="module")
def walls(servers: Any, database: str) -> Iterator[Walls]:
    """Rows of two tenants in every table."""
    with own_database(servers, f"crrc_walls_{os.getpid()}") as superuser:
        url = superuser.replace("+psycopg", "")
        with psycopg.connect(url) as root:
            _open_everything_but_the_walls(root)
            for name, table in TABLES.items():
                for owner in [A, B] if KINDS[name] == "tenant" else [None]:
                    for number in range(1, each(name) + 1):
                        insert(root, name, row_of(table, number, owner))
        with psycopg.connect(url.replace("postgres@", "crrc_app@")) as connection:
            yield Walls(connection, url)


def _open_everything_but_the_walls(root: psycopg.Connection[Any]) -> None:
    inside = "join pg_namespace n on n.oid = {}namespace and n.nspname = 'public'"
    for table, name in root.execute(
        f"select conrelid::regclass::text, conname from pg_constraint c {inside.format('con')} "
        "where contype in ('c', 'x', 'f', 'u') order by contype in ('u', 'x'), conname"
    ).fetchall():
        root.execute(sql.SQL("alter table {} drop constraint {} cascade").format(sql.SQL(table), sql.Identifier(name)))
    for (name,) in root.execute(
        f"select relname from pg_index i join pg_class c on c.oid = i.indexrelid {inside.format('rel')} "
        "where indisunique and not indisprimary"
    ).fetchall():
        root.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    for table in TABLES:
        root.execute(sql.SQL("alter table {} disable trigger all").format(sql.Identifier(table)))


@contextmanager
def application(walls: Walls, tenant: UUID | None, **more: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the application role, bound to a tenant as kit.rls.bind does; nothing of it stays."""
    settings = {**({"app.tenant_id": str(tenant), "app.actor_kind": "person"} if tenant else {}), **more}
    try:
        for name, value in settings.items():
            walls.connection.execute("select set_config(%s, %s, true)", [name, value])
        yield walls.connection
    finally:
        walls.connection.rollback()


def tenants_in(connection: psycopg.Connection[Any], table: str) -> list[UUID]:
    """Whose rows a plain SELECT gives."""
    found = connection.execute(sql.SQL("select tenant_id from {}").format(sql.Identifier(table))).fetchall()
    return [row[0] for row in found]


def test_the_role_that_looks_is_the_applications(walls: Walls) -> None:
    with application(walls, A) as connection:
        assert connection.execute("select current_user, session_user").fetchall() == [("crrc_app", "crrc_app")]


def test_every_table_has_rows_of_two_tenants(walls: Walls) -> None:
    """Seen by the superuser: or the tests below would say nothing."""
    with psycopg.connect(walls.superuser) as root:
        for table in OURS:
            assert sorted(tenants_in(root, table)) == [A] * each(table) + [B] * each(table), table


@pytest.mark.parametrize("table", OURS)
def test_a_select_gives_one_tenants_rows_and_no_other(walls: Walls, table: str) -> None:
    for tenant in (A, B):
        with application(walls, tenant) as connection:
            assert tenants_in(connection, table) == [tenant] * each(table)
            asked = sql.SQL("select count(*) from {} where tenant_id = %s").format(sql.Identifier(table))
            other = B if tenant == A else A
            assert connection.execute(asked, [other]).fetchall() == [(0,)], "not even when asked by name"
    with application(walls, UUID(int=0xC)) as connection:
        assert tenants_in(connection, table) == []


@pytest.mark.parametrize("table", OURS)
def test_without_a_tenant_it_raises(walls: Walls, table: str) -> None:
    """Never set (a setting that does not exist), or set in a transaction before ('' is no tenant either)."""
    with application(walls, None) as connection, pytest.raises(psycopg.Error, match=r"app\.tenant_id|type uuid"):
        tenants_in(connection, table)


def test_a_new_connection_is_bound_to_nobody(walls: Walls) -> None:
    with psycopg.connect(walls.superuser.replace("postgres@", "crrc_app@")) as connection:
        with pytest.raises(psycopg.errors.UndefinedObject, match=r"app\.tenant_id"):
            tenants_in(connection, "audit_line")
        connection.rollback()
        connection.execute("select set_config('app.tenant_id', %s, true)", [str(A)])
        assert set(tenants_in(connection, "audit_line")) == {A}
        connection.commit()
        with pytest.raises(psycopg.errors.InvalidTextRepresentation, match="type uuid"):
            tenants_in(connection, "audit_line")


@pytest.mark.parametrize("table", OURS)
def test_nothing_is_written_for_another_tenant(walls: Walls, table: str) -> None:
    """Refused by the policy, or because nobody may insert there at all (the audit chain's head)."""
    row = row_of(TABLES[table], 9, B)
    with application(walls, A) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        insert(connection, table, row)


@pytest.mark.parametrize("table", OURS)
def test_nothing_of_another_tenant_is_changed_removed_or_taken(walls: Walls, table: str) -> None:
    name = sql.Identifier(table)
    column = sql.Identifier(next(iter(TABLES[table].primary_key)).name)
    attempts = {
        "change": sql.SQL("update {} set {c} = {c} where tenant_id = %(b)s").format(name, c=column),
        "give": sql.SQL("update {} set tenant_id = %(b)s where tenant_id = %(a)s").format(name),
        "take": sql.SQL("update {} set tenant_id = %(a)s where tenant_id = %(b)s").format(name),
        "remove": sql.SQL("delete from {} where tenant_id = %(b)s").format(name),
        "lock": sql.SQL("select from {} where tenant_id = %(b)s for update").format(name),
    }
    for what, statement in attempts.items():
        with application(walls, A) as connection:
            try:
                touched = connection.execute(statement, {"a": A, "b": B}).rowcount
            except psycopg.errors.InsufficientPrivilege:
                continue
            assert (touched, what == "give") == (0, False), f"{what} {table}"


def test_a_join_or_a_subquery_is_no_way_around(walls: Walls) -> None:
    with application(walls, A) as connection:
        for statement in (
            "select l.tenant_id from audit_line l join outbox_message m using (id)",
            "select tenant_id from (select * from audit_line union all select * from audit_line) s",
            "select tenant_id from audit_line l where exists (select from tenant o where o.id <> l.tenant_id)",
            "with found as (select * from audit_line) select tenant_id from found",
        ):
            assert {row[0] for row in connection.execute(statement)} <= {A}


def test_truncate_and_the_walls_themselves_are_out_of_reach(walls: Walls) -> None:
    for statement in (
        "truncate audit_line",
        "alter table audit_line disable row level security",
        "drop policy tenant_isolation on audit_line",
        "set role crrc_owner",
        "set session authorization postgres",
        "set row_security = off; select from audit_line",
        "create function all_lines() returns setof audit_line language sql as 'select * from audit_line'",
    ):
        with application(walls, A) as connection, pytest.raises(psycopg.Error):
            connection.execute(statement)


@pytest.mark.parametrize("table", OURS)
def test_the_relay_sees_the_outbox_and_nothing_else(walls: Walls, table: str) -> None:
    """It moves the messages of every tenant; of whom they are, of what: identifiers alone."""
    with application(walls, None) as connection:
        connection.execute("set local role crrc_relay")
        if table == "outbox_message":
            assert sorted(tenants_in(connection, table)) == [A] * EACH + [B] * EACH
            return
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tenants_in(connection, table)


@pytest.mark.parametrize("table", OPEN)
def test_the_relay_sees_no_table_of_the_platform(walls: Walls, table: str) -> None:
    with application(walls, None) as connection:
        connection.execute("set local role crrc_relay")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(sql.SQL("select from {}").format(sql.Identifier(table)))


@pytest.mark.parametrize("table", OURS)
def test_somebody_on_no_portal_sees_their_own_places_alone(walls: Walls, table: str) -> None:
    """Who they are is told as kit.rls.bind tells it; the tenant of nobody has no row."""
    with application(walls, UUID(int=0), **{"app.person_id": str(SOMEBODY)}) as connection:
        seen = tenants_in(connection, table)
        assert sorted(seen) == ([A, B] if table in OWN_PLACES else [])
        if table in OWN_PLACES:
            statement = sql.SQL("delete from {} where user_id = %s").format(sql.Identifier(table))
            assert connection.execute(statement, [SOMEBODY]).rowcount == 0, "they read, and change nothing"


def test_a_person_in_a_portal_does_not_see_their_places_elsewhere(walls: Walls) -> None:
    """A session of one portal, with a person's identifier left over, is still that portal's."""
    for table in OWN_PLACES:
        with application(walls, A) as connection:
            assert set(tenants_in(connection, table)) == {A}


def test_who_is_bound_to_what(database: str) -> None:
    """What kit.rls.bind says, read back from the database, and gone with the transaction."""
    tenant, user = uuid7(), uuid7()
    said = "select current_setting('app.tenant_id', true), current_setting('app.person_id', true)"
    cases = (
        (system(tenant, "t"), str(tenant), ("", None)),
        (operator("t", tenant), str(tenant), ("", None)),
        (Actor("person", tenant, user), str(tenant), ("", None)),
        (Actor("person", None, user), str(UUID(int=0)), (str(user),)),
        (operator("t"), None, ("", None)),
        (Actor("anonymous", None), None, ("", None)),
    )
    assert bind is not None
    for actor, wanted, people in cases:
        with transaction(actor) as tx:
            found = tx.session.connection().exec_driver_sql(said).one()
        assert (found[0] or None) == wanted
        assert found[1] in people


def test_every_table_without_a_wall_has_its_reason() -> None:
    assert sorted(NO_WALL) == OPEN
    for name in OPEN:
        named = "tenant_id" in TABLES[name].columns
        assert not named or name == "connected_account", f"{name} names a tenant: why has it no wall?"
