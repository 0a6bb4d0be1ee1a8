"""The purge of a portal whose day has come: every row, by the database's owner, and every file.

The application's role could not: it may not touch the audit log, nor what is issued. Table after table, children first,
each in a transaction of its own: a purge that is interrupted goes on where it stood.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine, Table, create_engine, text
from sqlalchemy.engine import Connection

import migrations.tables  # noqa: F401 (every table)
from kit import servers
from kit.db import Base
from kit.errors import Conflict
from kit.settings import settings
from kit.storage import storage
from tenants.models import Tenant
from tenants.queries.dump import tables
from tenants.service.portal import forget_portals

FILES = "fichiers"


def count(tenant: Tenant) -> dict[str, int]:
    """Table → rows that a purge would delete, those without any left out; and the files."""
    with _owner() as engine, engine.connect() as connection:
        found = {table.name: _count(connection, table, tenant.id) for table in tables()}
        found["user_account"] = len(_lonely(connection, tenant.id, _named(connection, tenant.id)))
    found[FILES] = len(storage().names(tenant.id))
    return {name: number for name, number in found.items() if number}


def purge(tenant: Tenant, now: datetime) -> dict[str, int]:
    """Delete everything of the portal; returns what count() returns. Raises Conflict before its day."""
    done: dict[str, int] = {}
    with _owner() as engine:
        _refuse_early(engine, tenant.id, now)
        people = _remember(engine, tenant.id)
        for name in storage().names(tenant.id):
            storage().forget(name)
            done[FILES] = done.get(FILES, 0) + 1
        for table in reversed(tables()):
            with engine.begin() as connection:
                done[table.name] = _delete(connection, table, tenant.id)
        with engine.begin() as connection:
            done["user_account"] = _delete_people(connection, _lonely(connection, tenant.id, people))
            connection.execute(text("delete from tenant where id = :id"), {"id": tenant.id})
    _notebook(tenant.id).unlink()
    forget_portals()
    return {name: number for name, number in done.items() if number}


def _refuse_early(engine: Engine, tenant_id: UUID, now: datetime) -> None:
    """Raise Conflict before its day, as the row says now: somebody may just have cancelled."""
    with engine.connect() as connection:
        day = connection.execute(text("select delete_after from tenant where id = :id"), {"id": tenant_id}).scalar()
    if day is None or day > now:
        raise Conflict("Ce portail ne peut pas encore être purgé\N{NO-BREAK SPACE}: son jour n’est pas venu.")


def _remember(engine: Engine, tenant_id: UUID) -> list[UUID]:
    """Whoever the portal names, written down before their places go: a purge that is taken up again still knows."""
    notebook = _notebook(tenant_id)
    if not notebook.exists():
        with engine.connect() as connection:
            named = _named(connection, tenant_id)
        notebook.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        notebook.write_text("\n".join(map(str, named)))
    return [UUID(line) for line in notebook.read_text().split()]


def _notebook(tenant_id: UUID) -> Path:
    return settings().home / "purges" / str(tenant_id)


@contextmanager
def _owner() -> Iterator[Engine]:
    engine = create_engine(servers.database_owner_url(), connect_args={"options": "-c lock_timeout=15000"})
    try:
        yield engine
    finally:
        engine.dispose()


def _count(connection: Connection, table: Table, tenant_id: UUID) -> int:
    rows = connection.execute(text(f"select count(*) from {table.name} where tenant_id = :id"), {"id": tenant_id})  # noqa: S608
    return int(rows.scalar_one())


def _delete(connection: Connection, table: Table, tenant_id: UUID) -> int:
    """What is frozen is kept by triggers, which its owner lifts for this transaction alone: nobody else writes there
    meanwhile."""
    guarded = connection.execute(
        text("select exists (select from pg_trigger where tgrelid = cast(:name as regclass) and not tgisinternal)"),
        {"name": table.name},
    ).scalar_one()
    if guarded:
        connection.execute(text(f"alter table {table.name} disable trigger user"))
    gone = connection.execute(text(f"delete from {table.name} where tenant_id = :id"), {"id": tenant_id}).rowcount  # noqa: S608
    if guarded:
        connection.execute(text(f"alter table {table.name} enable trigger user"))
    return int(gone)


def _naming() -> list[tuple[Table, str]]:
    """(table, column) of everything that names a person."""
    return [
        (table, key.parent.name)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "user_account"
    ]


def _named(connection: Connection, tenant_id: UUID) -> list[UUID]:
    """Whoever a row of the portal names."""
    owned = [(table, column) for table, column in _naming() if "tenant_id" in table.columns]
    union = " union ".join(f"select {column} from {table.name} where tenant_id = :id" for table, column in owned)  # noqa: S608
    return [row[0] for row in connection.execute(text(union), {"id": tenant_id}) if row[0] is not None]


def _lonely(connection: Connection, tenant_id: UUID, people: list[UUID]) -> list[UUID]:
    """Those among them whom no other portal names."""
    owned = [(table, column) for table, column in _naming() if "tenant_id" in table.columns]
    elsewhere = " union ".join(
        f"select {column} from {table.name} where tenant_id <> :id and {column} = any(:people)"  # noqa: S608
        for table, column in owned
    )
    kept = {row[0] for row in connection.execute(text(elsewhere), {"id": tenant_id, "people": people})}
    return [one for one in people if one not in kept]


def _delete_people(connection: Connection, people: list[UUID]) -> int:
    """Them, and what only they had: sessions, factors, identities."""
    for table, column in reversed([one for one in _naming() if "tenant_id" not in one[0].columns]):
        connection.execute(text(f"delete from {table.name} where {column} = any(:people)"), {"people": people})  # noqa: S608
    gone = connection.execute(text("delete from user_account where id = any(:people)"), {"people": people}).rowcount
    return int(gone)
