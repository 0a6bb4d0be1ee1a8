"""What the wall between tenants costs: the same transactions, as the application behind it and as the owner without.

The owner walks through the policies (they are not forced upon it), so it names the tenant in each condition and binds
nothing: the floor, in the same rounds, on the same rows. `*.bind_us` is what telling the database for whom costs.
"""

import os
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from uuid import UUID

import psycopg
from sqlalchemy import create_engine, delete, insert, select, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bench import database
from kit.actor import system
from kit.db import uuid7
from kit.outbox import Deadline
from kit.rls import bind

TENANTS, ROWS = 4, 20_000
ROUNDS, ACTS = 41, 60
AT = datetime(2026, 1, 1, tzinfo=UTC)
Act = Callable[[Session, UUID, UUID], object]


def run() -> dict[str, float]:
    """Microseconds of a transaction behind the wall and without, and their ratio, by what it does."""
    environment = database.fresh("bench_rls")
    walled = _engine(environment["CRRC_DATABASE_URL"])
    bare = _engine(environment["CRRC_DATABASE_OWNER_URL"])
    keys = _fill(bare, environment["CRRC_DATABASE_OWNER_URL"])
    figures: dict[str, float] = {"rows": TENANTS * ROWS}
    for name, act in (("nothing", _nothing), ("by_key", _by_key), ("list_of_50", _list), ("insert", _insert)):
        acts = {
            "wall": partial(_bound, walled, act),
            "floor": partial(_unbound, bare, act),
            "unbound": partial(_unbound, walled, act) if name == "nothing" else None,
        }
        spent = _race({key: one for key, one in acts.items() if one is not None}, keys)
        figures |= {f"{name}.{key}_us": value for key, value in spent.items()}
        figures[f"{name}.ratio"] = spent["wall"] / spent["floor"]
    figures["bind_us"] = figures["nothing.wall_us"] - figures["nothing.unbound_us"]
    for engine in (walled, bare):
        engine.dispose()
    return figures


def _engine(url: str) -> Engine:
    return create_engine(url, pool_size=1, max_overflow=0, connect_args={"options": "-c timezone=UTC"})


def _fill(bare: Engine, url: str) -> Sequence[tuple[UUID, UUID]]:
    """Rows of several tenants, and keys of some of them, in no order."""
    tenants = [uuid7() for _ in range(TENANTS)]
    keys = []
    with Session(bare) as session, session.begin():
        for number in range(ROWS):
            rows = [
                {
                    "tenant_id": one,
                    "id": uuid7(),
                    "topic": "t",
                    "subject_id": uuid7(),
                    "key": "",
                    "due_at": _due(number),
                }
                for one in tenants
            ]
            session.execute(insert(Deadline), rows)
            if number % (ROWS // 100) == 0:
                keys += [(row["tenant_id"], row["id"]) for row in rows]
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("vacuum analyze deadline")
    return sorted(keys, key=lambda key: os.urandom(8))  # type: ignore[arg-type]


def _due(number: int) -> datetime:
    return AT + timedelta(minutes=number)


def _race(acts: dict[str, Callable[[UUID, UUID], object]], keys: Sequence[tuple[UUID, UUID]]) -> dict[str, float]:
    """Median microseconds of each, in rounds that alternate: what disturbs one disturbs the others."""
    spent: dict[str, list[float]] = {name: [] for name in acts}
    for turn in range(ROUNDS):
        for name, act in acts.items():
            started = time.perf_counter()
            for number in range(ACTS):
                act(*keys[(turn * ACTS + number) % len(keys)])
            spent[name].append((time.perf_counter() - started) / ACTS * 1e6)
    return {name: median(times[1:]) for name, times in spent.items()}


def _bound(engine: Engine, act: Act, tenant_id: UUID, key: UUID) -> None:
    """As kit.transaction does."""
    with Session(engine) as session, session.begin():
        bind(session, system(tenant_id, "bench"))
        act(session, tenant_id, key)


def _unbound(engine: Engine, act: Act, tenant_id: UUID, key: UUID) -> None:
    with Session(engine) as session, session.begin():
        act(session, tenant_id, key)


def _nothing(session: Session, tenant_id: UUID, key: UUID) -> object:
    return session.execute(text("select 1"))


def _by_key(session: Session, tenant_id: UUID, key: UUID) -> object:
    return session.get_one(Deadline, (tenant_id, key))


def _list(session: Session, tenant_id: UUID, key: UUID) -> object:
    query = select(Deadline).where(
        Deadline.tenant_id == tenant_id, Deadline.done_at.is_(None), Deadline.due_at >= AT + timedelta(days=3)
    )
    return session.scalars(query.order_by(Deadline.due_at).limit(50)).all()


def _insert(session: Session, tenant_id: UUID, key: UUID) -> object:
    one = uuid7()
    session.add(Deadline(tenant_id=tenant_id, id=one, topic="t", subject_id=one, due_at=AT - timedelta(days=1)))
    session.flush()
    return session.execute(delete(Deadline).where(Deadline.tenant_id == tenant_id, Deadline.id == one))
