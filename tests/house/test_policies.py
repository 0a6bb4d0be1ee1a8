"""The wall between tenants, as the database itself describes it."""

from collections.abc import Callable

import psycopg
import pytest

import migrations.tables  # noqa: F401 (every table)
from kit.db import Base

KINDS = {mapper.local_table.name: mapper.class_.table_kind for mapper in Base.registry.mappers}
MACHINERY = {"alembic_version"}


@pytest.fixture(scope="session")
def catalogue(database: str) -> psycopg.Connection:
    """The database as its superuser sees it."""
    return psycopg.connect(database.replace("+psycopg", ""), autocommit=True)


@pytest.fixture(autouse=True, scope="session")
def _closed(catalogue: psycopg.Connection) -> object:
    yield
    catalogue.close()


def test_every_table_has_a_declared_kind(catalogue: psycopg.Connection) -> None:
    tables = {row[0] for row in catalogue.execute("select tablename from pg_tables where schemaname = 'public'")}
    assert tables - MACHINERY == KINDS.keys()


def test_a_tenants_table_is_guarded_and_no_other(catalogue: psycopg.Connection) -> None:
    guarded = {
        row[0]
        for row in catalogue.execute("select relname from pg_class where relrowsecurity and relkind in ('r', 'p')")
    }
    assert guarded == {table for table, kind in KINDS.items() if kind == "tenant"}


def test_a_tenants_table_begins_its_key_with_the_tenant() -> None:
    for table, kind in KINDS.items():
        if kind == "tenant":
            key = [column.name for column in Base.metadata.tables[table].primary_key]
            assert key[0] == "tenant_id", table


def test_no_foreign_key_between_tenants_tables_can_leave_the_tenant() -> None:
    for table in Base.metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            if KINDS[table.name] == KINDS[constraint.referred_table.name] == "tenant":
                pairs = {(column.parent.name, column.column.name) for column in constraint.elements}
                assert ("tenant_id", "tenant_id") in pairs, f"{table.name}: {constraint.name}"


def test_no_view_and_no_function_walks_around_the_policies(catalogue: psycopg.Connection) -> None:
    """A view runs as its owner unless it says otherwise; a SECURITY DEFINER function always does.

    Those we have take nothing and give nothing back. One tidies the statistics and indexes of the register after an
    import, which only their owner may; two move the head of a tenant's audit chain when a line is added, which nothing
    else may.
    """
    views = catalogue.execute(
        "select relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where nspname = 'public' and relkind in ('v', 'm') "
        "and not coalesce(reloptions::text like '%security_invoker=true%', false)"
    ).fetchall()
    functions = catalogue.execute(
        "select proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace "
        "where nspname = 'public' and prosecdef order by 1"
    ).fetchall()
    assert (views, functions) == ([], [("audit_give",), ("audit_take",), ("settle_register",)])


def test_the_application_is_neither_owner_nor_powerful(catalogue: psycopg.Connection) -> None:
    rows = catalogue.execute(
        "select rolname from pg_roles where rolname in ('crrc_app', 'crrc_relay') and (rolsuper or rolbypassrls)"
    ).fetchall()
    owners = {row[0] for row in catalogue.execute("select tableowner from pg_tables where schemaname = 'public'")}
    assert (rows, owners) == ([], {"crrc_owner"})


def test_policies_are_the_golden_ones(catalogue: psycopg.Connection, golden: Callable[[str, str], None]) -> None:
    """Who may see which rows: one line per policy, and per right of the two roles."""
    policies = catalogue.execute(
        "select tablename, policyname, array_to_string(roles, ','), cmd, qual, with_check "
        "from pg_policies order by 1, 2"
    ).fetchall()
    rights = catalogue.execute(
        "select table_name, grantee, string_agg(lower(privilege_type), ' ' order by privilege_type) "
        "from information_schema.role_table_grants "
        "where table_schema = 'public' and grantee in ('crrc_app', 'crrc_relay') group by 1, 2 order by 1, 2"
    ).fetchall()
    lines = ["# Policies: table, name, role, command, rows seen, rows written", ""]
    lines += [" | ".join(str(cell) for cell in row) for row in policies]
    lines += ["", "# Rights: table, role, rights", ""]
    lines += [" | ".join(row) for row in rights]
    golden("policies.txt", "\n".join(lines) + "\n")


def test_models_and_migrations_agree(database: str) -> None:
    """`alembic check`: nothing in the models that the migrations do not make, and the reverse."""
    from alembic import command

    from kit import servers
    from migrations import config

    command.check(config(servers.database_owner_url()))
