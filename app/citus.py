"""How the tables lie on a distributed PostgreSQL (Citus): the rows of a tenant together, what all share on each node.

Generated from the models, so that a new table has its place without anybody thinking of it. docs/scale.md says what
else such an installation takes.
"""

from collections.abc import Iterator

from sqlalchemy import BigInteger, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects.postgresql import ExcludeConstraint

import migrations.tables  # noqa: F401 (every table)
from kit.db import Base

COLUMN = "tenant_id"


def kinds() -> dict[str, str]:
    """Table → `tenant`, `platform` or `reference`."""
    return {str(mapper.class_.__tablename__): mapper.class_.table_kind for mapper in Base.registry.mappers}


def statements() -> list[str]:
    """What to run once as superuser, on the coordinator, after `crrc migrate` and before the first tenant."""
    found = kinds()
    shared = [table for table in Base.metadata.sorted_tables if found[table.name] != "tenant"]
    owned = [table for table in Base.metadata.sorted_tables if found[table.name] == "tenant"]
    lines = ["set citus.enable_unsafe_triggers = on", "set citus.multi_shard_modify_mode = sequential"]
    lines += [f"alter table {table} alter column {column} type bigint" for table, column in _narrow(shared)]
    lines += [f"select create_reference_table('{table.name}')" for table in shared]
    together = "none"
    for table in owned:
        lines.append(f"select create_distributed_table('{table.name}', '{COLUMN}', colocate_with => '{together}')")
        together = owned[0].name
    return lines


def obstacles() -> list[str]:
    """Keys that a distributed table cannot have, in words; none when all is well."""
    found = kinds()
    said = []
    for table in Base.metadata.sorted_tables:
        if found[table.name] == "tenant":
            said += [f"{table.name}: {name} does not hold {COLUMN}" for name in _keys_without_tenant(table)]
        for key in table.foreign_key_constraints:
            target = key.referred_table.name
            if found[target] == "tenant" and found[table.name] != "tenant":
                said.append(f"{table.name}: {key.name} leads from what is shared to {target}, which is not")
            elif found[target] == "tenant" and (COLUMN, COLUMN) not in _pairs(key.elements):
                said.append(f"{table.name}: {key.name} does not hold {COLUMN}")
    return said


def _keys_without_tenant(table: Table) -> Iterator[str]:
    for constraint in table.constraints:
        is_key = isinstance(constraint, (PrimaryKeyConstraint, UniqueConstraint, ExcludeConstraint))
        if is_key and COLUMN not in constraint.columns:  # type: ignore[attr-defined]
            yield str(constraint.name)
    for index in table.indexes:
        if index.unique and COLUMN not in index.columns:
            yield str(index.name)


def _pairs(elements: object) -> set[tuple[str, str]]:
    return {(one.parent.name, one.column.name) for one in elements}  # type: ignore[attr-defined]


def _narrow(tables: list[Table]) -> Iterator[tuple[str, str]]:
    """(table, column) of numbers that the database gives and that are no bigint: several nodes cannot share those."""
    for table in tables:
        for column in table.columns:
            if column.identity is not None and not isinstance(column.type, BigInteger):
                yield table.name, column.name
