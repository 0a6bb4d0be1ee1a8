"""What happens to a request first: its number, and its instant of arrival, at which the clock then stands still."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from kit import clock
from kit.db import uuid7

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID = "crrc.request_id"
STARTED = "crrc.started"


class Arrival:
    """WSGI middleware: whatever is compared with the clock during a request is compared with the request's arrival.

    A file sent at 23:59:59 and read at 00:00:03 by a busy server was in time.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        arrived_at = clock.now()
        environ[REQUEST_ID] = uuid7().hex
        environ[STARTED] = time.perf_counter()
        with clock.frozen(arrived_at):
            return self.application(environ, start_response)


def milliseconds(environ: dict[str, Any]) -> float:
    """How long ago the request arrived, in ms."""
    return round((time.perf_counter() - environ.get(STARTED, time.perf_counter())) * 1000, 1)
