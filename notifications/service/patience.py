"""Insisting on a write that must not be lost: the mail has left, and PostgreSQL is restarting."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

PATIENCE = 45.0  # seconds: less than a task may last
Result = TypeVar("Result")
log = logging.getLogger(__name__)


def insist(write: Callable[[], Result]) -> Result:
    """Do `write` until the database takes it, for 45 s at most; then raise its error. Returns what it returns."""
    end, pause = time.monotonic() + PATIENCE, 0.1
    while True:
        try:
            return write()
        except (OperationalError, InterfaceError, PoolTimeoutError):
            if time.monotonic() + pause > end:
                raise
            log.warning("The database is away; what has become of it will be written in %.1f s.", pause)
            time.sleep(pause)
            pause = min(pause * 2, 2.0)
