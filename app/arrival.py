"""What happens to a request first: its number, and its instant of arrival, at which the clock then stands still."""

import re
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from kit import clock
from kit.db import uuid7
from kit.settings import settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID = "crrc.request_id"
STARTED = "crrc.started"
LONGEST_QUEUE = timedelta(seconds=120)
_SAID = re.compile(r"(?:t=)?([0-9]{10}\.[0-9]{1,6})")


class Arrival:
    """WSGI middleware: whatever is compared with the clock during a request is compared with the request's arrival.

    A file sent at 23:59:59 and read at 00:00:03 by a busy server was in time. Behind a proxy that stamps what it hears
    (CRRC_PROXY_STAMPS; `X-Request-Start: t=<seconds>`, nginx's $msec), the instant is the proxy's: it waits for nobody.
    """

    def __init__(self, application: "WSGIApplication") -> None:
        self.application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        arrived_at = clock.now()
        if settings().proxy_stamps:
            arrived_at = told_by_proxy(environ.get("HTTP_X_REQUEST_START", ""), arrived_at)
        environ[REQUEST_ID] = uuid7().hex
        environ[STARTED] = time.perf_counter()
        with clock.arrived(arrived_at):
            return self.application(environ, start_response)


def told_by_proxy(said: str, now: datetime) -> datetime:
    """When the proxy heard the request; `now` when it says nothing, or something a clock of ours would not say: an
    instant to come, or one older than anybody waits."""
    found = _SAID.fullmatch(said)
    if found is None:
        return now
    heard_at = datetime.fromtimestamp(float(found[1]), UTC)
    return heard_at if now - LONGEST_QUEUE <= heard_at <= now else now


def milliseconds(environ: dict[str, Any]) -> float:
    """How long ago the request arrived, in ms."""
    return round((time.perf_counter() - environ.get(STARTED, time.perf_counter())) * 1000, 1)
