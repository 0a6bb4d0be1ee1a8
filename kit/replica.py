"""The streaming replica: read when it holds everything that was committed by now, else the primary is.

Its readers never see an older world than the one they just wrote: the primary is asked how far it is, and the replica
is given a moment to be there. Away, late, promoted or of another server: the primary answers, and the log says so once.
"""

import os
import threading
import time

import structlog
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from kit.db import engine
from kit.pool import open_pool
from kit.settings import settings

CATCH_UP_SECONDS = 1.0
PAUSE_SECONDS = 0.02
AWAY_SECONDS = 15.0  # one that is away, or late, is not asked again before
WHERE = text(
    "select cast(pg_current_wal_flush_lsn() as text), (select system_identifier from pg_control_system())"
)  # what is committed is flushed
# NULL on a server that is no replica, or no more.
THERE = text(
    "select pg_last_wal_replay_lsn() >= cast(:lsn as pg_lsn), "
    "(select system_identifier from pg_control_system()) = :server, pg_is_in_recovery()"
)
log = structlog.get_logger("crrc.replica")


class _Standing:
    """What this process knows of the replica: `none` (no address), `read`, `away`, `late`, `promoted` or `other`."""

    said = "none"
    not_before = 0.0


_standing = _Standing()
_pools: dict[str, Engine] = {}
_making = threading.Lock()


def standing() -> str:
    """What the last reader found: `none` (no address, or nobody asked), `read`, `away`, `late`, `promoted`, `other`."""
    return _standing.said


def reader() -> Engine:
    """Where to read what may be read elsewhere than on the primary."""
    url = settings().database_replica_url
    if url is None or time.monotonic() < _standing.not_before:
        return engine()
    found = _find(url)
    if found != _standing.said:
        (log.info if found == "read" else log.warning)("replica", found=found, before=_standing.said)
    _standing.said = found
    if found == "read":
        return _pool(url)
    _standing.not_before = time.monotonic() + AWAY_SECONDS
    return engine()


def close(*, ours: bool = True) -> None:
    """Close the pool and forget what was found. `ours`: the connections are this process's, not its parent's."""
    for pool in _pools.values():
        pool.dispose(close=ours)
    _pools.clear()
    _standing.said, _standing.not_before = "none", 0.0


def _pool(url: str) -> Engine:
    with _making:
        if url not in _pools:
            _pools[url] = open_pool(url, connect_timeout="2")
        return _pools[url]


def _find(url: str) -> str:
    with engine().connect() as primary:
        lsn, server = primary.execute(WHERE).one()
    end = time.monotonic() + CATCH_UP_SECONDS
    try:
        with _pool(url).connect().execution_options(isolation_level="AUTOCOMMIT") as replica:
            while True:
                is_there, is_same, is_replica = replica.execute(THERE, {"lsn": lsn, "server": server}).one()
                if not is_same or not is_replica:
                    return "promoted" if is_same else "other"
                if is_there:
                    return "read"
                if time.monotonic() > end:
                    return "late"
                time.sleep(PAUSE_SECONDS)
    except SQLAlchemyError:
        return "away"


os.register_at_fork(after_in_child=lambda: close(ours=False))
