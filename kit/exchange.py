"""Several statements in one exchange with the database, where the driver would have one for each."""

import json
from collections.abc import Sequence
from typing import Any, cast

import psycopg
from psycopg.pq import Escaping, ExecStatus, TransactionStatus
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

DONE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


def is_idle(connection: Connection) -> bool:
    """Whether no transaction has begun on the server yet."""
    return _driver(connection).pgconn.transaction_status == TransactionStatus.IDLE


def quoted(connection: Connection, rows: Sequence[dict[str, Any]]) -> str:
    """Rows as the text of a literal of SQL, to be read by jsonb_to_recordset."""
    return bytes(Escaping(_driver(connection).pgconn).escape_literal(json.dumps(rows).encode())).decode()


def say(connection: Connection, statements: str) -> list[bytes]:
    """Have them done, in order; the first that fails ends it. Returns the first row of the last one, as text.

    Raises sqlalchemy.exc.DBAPIError, as a statement of the session would; a connection that was lost serves nobody
    again. The text is in no error: it may hold what people wrote.
    """
    driver = _driver(connection)
    try:
        done = driver.pgconn.exec_(statements.encode())
        fault: psycopg.Error | None = None if done.status in DONE else psycopg.errors.error_from_result(done)
    except psycopg.Error as away:
        fault = away
    if fault is None:
        return [done.get_value(0, column) or b"" for column in range(done.nfields)] if done.ntuples else []
    if fault.sqlstate is None:  # nobody answered: the connection was cut, and is no fault of what was said
        fault = psycopg.OperationalError(str(fault))
        connection.invalidate(fault)
    raise DBAPIError.instance(None, None, fault, psycopg.Error, hide_parameters=True)


def _driver(connection: Connection) -> psycopg.Connection[object]:
    return cast("psycopg.Connection[object]", connection.connection.driver_connection)
