"""Another system that is told by webhooks: a real server, which checks signatures its own way and answers as it likes.

Written from the specification (https://www.standardwebhooks.com), without a line of the product.
"""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Heard:
    """One call that was signed well."""

    id: str
    type: str
    subject: str
    body: dict[str, Any]
    at: float


@dataclass
class Listener:
    """What was heard, in order; what was refused, and why. `answers` are given one by one, then 204 for ever."""

    url: str = ""
    secrets: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    answers: list[int | dict[str, Any]] = field(default_factory=list)
    before_answer: threading.Event | None = None
    asked: threading.Event = field(default_factory=threading.Event)
    tolerance: float = 300  # seconds between its clock and the sender's

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(one.type, one.subject) for one in self.heard]

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.heard]

    def judge(self, headers: Any, body: bytes) -> str:
        """Why a call is not believed; "" when it is."""
        number, said_at = headers["webhook-id"], headers["webhook-timestamp"]
        if abs(time.time() - int(said_at)) > self.tolerance:
            return "timestamp"
        for secret in self.secrets:
            key = base64.b64decode(secret.split("_", 1)[1])
            proof = hmac.new(key, f"{number}.{said_at}.{body.decode()}".encode(), hashlib.sha256).digest()
            known = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
            if any(version == "v1" and base64.b64decode(one) == proof for version, one in known):
                return ""
        return "signature"


@contextmanager
def a_listener(*secrets: str) -> Iterator[Listener]:
    """Run it on a port of its own."""
    listener = Listener(secrets=list(secrets))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            fault = listener.judge(self.headers, body)
            if fault:
                listener.refused.append(fault)
                self.send_error(401)
                return
            said = json.loads(body)
            listener.heard.append(
                Heard(self.headers["webhook-id"], said["type"], said["data"]["id"], said, time.monotonic())
            )
            answer = listener.answers.pop(0) if listener.answers else 204
            listener.asked.set()
            if listener.before_answer is not None:
                listener.before_answer.wait(20)
            headers = answer if isinstance(answer, dict) else {"status": answer}
            self.send_response(headers.pop("status"))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.url = f"http://127.0.0.1:{server.server_port}/crrc"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
