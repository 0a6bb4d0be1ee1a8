"""Who is served first when everybody comes at once: what is submitted, then what is saved, then what is read.

A process answers few pages at a time and lets some wait; the others are told at once, by a page that costs nothing and
comes back by itself. What somebody writes is never turned away here: it has places of its own, and threads to wait in.
"""

import json
import random
import re
import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.arrival import REQUEST_ID
from app.headers import FIXED
from app.logs import write_turned_away
from app.watching.measuring import count_turned_away
from kit.french import NBSP
from kit.place import held

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

WAITING = 10  # pages that wait for each that is answered: half a second
ROOM = 16  # threads for each place: one page, ten that wait for it, and five writings, of which four wait
LONGEST_WAIT = 5.0  # seconds in the queue of the pages
COME_BACK = range(4, 10)  # seconds: not everybody at the same one
SUBMIT = "/submit"  # how the address of what is judged at its hour ends
FREE = ("/static/", "/healthz", "/readyz", "/metrics")
LOOKS = re.compile("/[^/]+/brand.css")  # a portal's colours: a page that was let in is shown whole
READS = frozenset({"GET", "HEAD", "OPTIONS"})
SECONDS = "{seconds}"  # stands in the page for when it comes back
# Its style, its font and its signs are files of ours, which nobody waits for. No script, no form, no frame.
POLICY = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self' data:; frame-ancestors 'none'"
SENTENCE = (
    f"Beaucoup de monde consulte le portail en ce moment. Ce que vous avez enregistré est conservé{NBSP}; enregistrer "
    "et déposer un dossier passent avant les autres pages."
)

PROBLEM = json.dumps(
    {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": SENTENCE, "code": "busy"}
).encode()


class Admission:
    """WSGI middleware: so many pages, as many savings and as many submissions are under way as there are `places`; the
    others wait their turn. ROOM is how many threads the server needs for all of them. `page` is what a reader too many
    gets: written beforehand, with SECONDS in it."""

    def __init__(self, application: "WSGIApplication", places: int, page: str) -> None:
        self.application = application
        self.page = page
        self.most_waiting = places * WAITING
        self.waiting = 0
        self._pages, self._savings, self._submissions = (threading.BoundedSemaphore(places) for _ in range(3))
        self._lock = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        is_read = environ["REQUEST_METHOD"] in READS
        if path.startswith(FREE) or (is_read and LOOKS.fullmatch(path)):
            return self.application(environ, start_response)
        if not is_read:
            places = self._submissions if path.endswith(SUBMIT) else self._savings
            places.acquire()
            with held(places):
                return self.application(environ, start_response)
        if not self._enter():
            return self._turn_away(environ, start_response)
        with held(self._pages):
            # The answers of the house are whole when they are returned (files apart, which are read by the server).
            return self.application(environ, start_response)

    def _enter(self) -> bool:
        """Take a place among the pages, after a wait if the queue is short."""
        if self._pages.acquire(blocking=False):
            return True
        with self._lock:
            if self.waiting >= self.most_waiting:
                return False
            self.waiting += 1
        try:
            return self._pages.acquire(timeout=LONGEST_WAIT)
        finally:
            with self._lock:
                self.waiting -= 1

    def _turn_away(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        count_turned_away(environ)
        write_turned_away(environ)
        seconds = str(random.choice(COME_BACK))  # noqa: S311 - no secret
        if environ.get("PATH_INFO", "").startswith("/api/"):
            kind, content = "application/problem+json", PROBLEM
        else:
            kind, content = "text/html; charset=utf-8", self.page.replace(SECONDS, seconds).encode()
        headers = FIXED | {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            "Retry-After": seconds,
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            "X-Request-Id": environ.get(REQUEST_ID, ""),
        }
        start_response("503 Service Unavailable", list(headers.items()))
        return [content] if environ["REQUEST_METHOD"] != "HEAD" else []
