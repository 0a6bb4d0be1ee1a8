"""The tables can be distributed: said by the models, and tried on functions that refuse as Citus does."""

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import Column, Integer, MetaData, Table, Text, UniqueConstraint

from app import citus
from app.commands.citus import citus as commands
from kit.db import Base

# What Citus checks when a table is distributed, as far as its documentation says: the column is in every unique key
# (exclusion constraints too, compared by =), and foreign keys lead to what is distributed alike, or shared.
STAND_IN = """
create temp table placed (spot regclass primary key, shared boolean) on commit drop;
create function pg_temp.create_reference_table(name text) returns void language plpgsql as $$
begin
    if exists (select from pg_constraint c where c.conrelid = name::regclass and c.contype = 'f'
               and c.confrelid <> c.conrelid
               and not exists (select from placed p where p.spot = c.confrelid and p.shared)) then
        raise exception '% refers to what is not shared', name;
    end if;
    if exists (select from pg_attribute a where a.attrelid = name::regclass and a.attidentity <> ''
               and a.atttypid <> 'bigint'::regtype) then
        raise exception '% has a narrow identity', name;
    end if;
    insert into placed values (name::regclass, true);
end $$;
create function pg_temp.create_distributed_table(name text, col text, colocate_with text) returns void
language plpgsql as $$
declare place smallint := (select attnum from pg_attribute where attrelid = name::regclass and attname = col);
begin
    if colocate_with <> 'none' and not exists (select from placed p where p.spot = colocate_with::regclass) then
        raise exception '% is not distributed yet', colocate_with;
    end if;
    if exists (select from pg_index i where i.indrelid = name::regclass and (i.indisunique or i.indisexclusion)
               and place <> all (i.indkey)) then
        raise exception '% has a unique key without its tenant', name;
    end if;
    if exists (select from pg_constraint c left join placed p on p.spot = c.confrelid
               where c.conrelid = name::regclass and c.contype = 'f' and c.confrelid <> c.conrelid
               and (p.spot is null or not p.shared and not place = any (c.conkey))) then
        raise exception '% refers to what is not there, or not by its tenant', name;
    end if;
    insert into placed values (name::regclass, false);
end $$;
"""


def test_nothing_stands_in_the_way() -> None:
    """No key without its tenant, no way from what is shared to what is not."""
    assert citus.obstacles() == []


def test_every_table_has_its_place(database: str) -> None:
    """Run in the order written, on the migrated database; undone."""
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        connection.execute(STAND_IN.encode())
        connection.execute("set local search_path = pg_temp, public")
        for statement in citus.statements():
            connection.execute(statement.replace("select create_", "select pg_temp.create_").encode())
        placed = dict(connection.execute("select spot::text, shared from placed").fetchall())
        connection.rollback()
    assert placed == {name: kind != "tenant" for name, kind in citus.kinds().items()}
    assert placed["candidacy"] is False
    assert placed["establishment"] is True


def test_a_key_without_its_tenant_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a world where somebody forgot."""
    world = MetaData(naming_convention=Base.metadata.naming_convention)
    Table(
        "forgotten",
        world,
        Column("tenant_id", Integer, primary_key=True),
        Column("id", Integer, primary_key=True),
        Column("code", Text),
        UniqueConstraint("code"),
    )
    monkeypatch.setattr(Base, "metadata", world)
    monkeypatch.setattr(citus, "kinds", lambda: {"forgotten": "tenant"})
    assert citus.obstacles() == ["forgotten: uq_forgotten_code does not hold tenant_id"]


def test_the_command_writes_them() -> None:
    said = CliRunner().invoke(commands, ["ddl"])
    assert said.exit_code == 0
    assert "select create_reference_table('user_account');" in said.output
    assert said.output.count("create_distributed_table(") > 90
