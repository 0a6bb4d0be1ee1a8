"""Pools of connections to PostgreSQL: their patience, whether they still live, what PgBouncer wants."""

import os
import select
import time
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from kit.embedded.provision import LIMITS
from kit.settings import settings

# A host that is gone is noticed in seconds, not in the system's quarter of an hour. A URL that says otherwise is right.
PATIENCE = {
    "connect_timeout": "5",
    "keepalives_idle": "4",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
IDLE_SECONDS = 1.0  # a connection that was idle longer is asked whether it is alive


def open_pool(url: str, **more: str) -> Engine:
    """A pool of CRRC_POOL_SIZE connections to `url`, each waiting as long as LIMITS say; `more` is for libpq."""
    made = create_engine(
        url,
        pool_size=int(os.environ.get("CRRC_POOL_SIZE", "5")),
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,  # an error is logged: what people wrote is not
        connect_args=connection_arguments(url) | more,
    )
    event.listen(made, "checkin", _leave)
    event.listen(made, "checkout", _greet)
    return made


def _leave(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["left_at"] = time.monotonic()


def _greet(connection: psycopg.Connection[Any], record: ConnectionPoolEntry, _: object) -> None:
    """A connection that was idle is asked whether it is alive. One that has just served is not, unless something came
    on it meanwhile (its end): it would cost each request an exchange with the database for each of its transactions."""
    was_used = time.monotonic() - record.info.get("left_at", time.monotonic()) < IDLE_SECONDS
    if was_used and not _came(connection.pgconn.socket):
        return
    try:
        alive = connection.pgconn.exec_(b"").status == ExecStatus.EMPTY_QUERY
    except psycopg.Error:
        alive = False
    if not alive:
        raise DisconnectionError("The connection did not survive its idleness.")  # the pool opens another


def _came(socket: int) -> bool:
    """Whether something is there to read, or the other side left: a microsecond, and no exchange."""
    watch = select.poll()
    watch.register(socket, select.POLLIN)
    return bool(watch.poll(0))


def connection_arguments(url: str) -> dict[str, Any]:
    """What a connection is opened with. Through PgBouncer in transaction mode nothing outlives a transaction: the
    limits are the role's (kit.embedded.provision), and statements are prepared only if it follows them (1.22)."""
    arguments: dict[str, Any] = {name: said for name, said in PATIENCE.items() if name not in make_url(url).query}
    pooler = settings().pgbouncer
    if pooler is None:
        arguments["options"] = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    elif pooler == "plain":
        arguments["prepare_threshold"] = None
    return arguments


def refuse_endless_waiting(connection: Connection) -> None:
    """Raise RuntimeError when a statement may last for ever: neither the connection nor the role limits it."""
    if connection.scalar(text("select current_setting('statement_timeout')")) == "0":
        raise RuntimeError("The role has no statement_timeout: provision the database again (docs/scale.md).")
