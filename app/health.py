"""Whether this process lives (/healthz), and whether the portal can serve (/readyz): each check by its name."""

import time
from collections.abc import Callable
from functools import cache
from typing import Any

from flask import Flask, jsonify
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from kit import clock
from kit.db import engine
from kit.errors import CrrcError
from kit.pool import refuse_endless_waiting
from kit.redis_server import connect
from kit.rls import refuse_powerful_role
from kit.settings import PROJECT
from kit.web import permission

VERSIONS = PROJECT / "migrations" / "versions"
FAILURES = (SQLAlchemyError, RedisError, RuntimeError, CrrcError, OSError)


def install(app: Flask) -> None:
    """Two addresses for probes, outside every portal."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


@permission("public.view")
def healthz() -> Response:
    """The process answers; it touches nothing else."""
    return jsonify(status="ok")


@permission("public.view")
def readyz() -> Response:
    """Every check; 503 when one fails without which nobody can be served.

    Without Redis pages and submissions go on, and mails wait (docs/chaos.md): every host would be taken away at once.
    """
    found = check()
    failing = {name for name, one in found.items() if not one["ok"]}
    status = "ok" if not failing else "degraded" if failing <= SPARED else "failing"
    response = jsonify(status=status, checks=found)
    response.status_code = 503 if status == "failing" else 200
    return response


def check() -> dict[str, dict[str, Any]]:
    """name → {ok, ms, detail}. `detail` says what is wrong without addresses or secrets."""
    return {name: _timed(ask) for name, ask in CHECKS.items()}


@cache
def newest_migration() -> str:
    """The version the code expects: the highest number of a linear history (alembic itself takes half a second)."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def _database() -> str:
    with engine().connect() as connection:
        connection.execute(text("select 1"))
    return "reachable"


def _migrations() -> str:
    with engine().connect() as connection:
        current = connection.execute(text("select version_num from alembic_version")).scalar_one_or_none()
    if current is None or current < newest_migration():
        raise RuntimeError(f"The database is at {current}, the code at {newest_migration()}: run crrc migrate.")
    # Further than the code: an upgrade is on its way, and what is still of the previous release goes on serving.
    return str(current)


def _hour() -> str:
    with engine().connect() as connection:
        clock.agree(float(connection.scalars(text(clock.ASK)).one()))
    return "the database's"


def _role() -> str:
    with engine().connect() as connection:
        refuse_powerful_role(connection)
        refuse_endless_waiting(connection)
    return "bound by row-level security"


def _redis() -> str:
    """In less than the patience of whoever probes, also when it is there and says nothing."""
    with connect(socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
        client.ping()
    return "reachable"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "role": _role,
    "hour": _hour,
    "redis": _redis,
}
SPARED = frozenset({"redis"})


def _timed(ask: Callable[[], str]) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        ok, detail = True, ask()
    except RuntimeError as error:
        ok, detail = False, str(error)
    except FAILURES as error:
        ok, detail = False, type(error).__name__
    return {"ok": ok, "ms": round((time.perf_counter() - started) * 1000, 1), "detail": detail}
