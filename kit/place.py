"""The place of a request among those that this process answers at once (app.admission), lent while it waits for others.

Few places make a process fast: threads that compute at once only take Python's lock from each other. A server of
somebody else that is slow to answer must then not keep a place that somebody could be served in.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Semaphore

from kit.transaction import is_under_way

_held: ContextVar[Semaphore | None] = ContextVar("place", default=None)


@contextmanager
def held(places: Semaphore) -> Iterator[None]:
    """What is done here holds one of `places`, which was taken; given back at the end."""
    token = _held.set(places)
    try:
        yield
    finally:
        _held.reset(token)
        places.release()


@contextmanager
def lent() -> Iterator[None]:
    """Let another request have the place while another server is waited for; then wait for a place again.

    Nothing is lent outside a request, nor inside a transaction: whoever gets the place may wait for its locks. For the
    same reason no lock of this process may be held here.
    """
    places = _held.get()
    if places is None or is_under_way():
        yield
        return
    places.release()
    try:
        yield
    finally:
        places.acquire()
