"""The server: on loopback, in a thread of tests or as a process; and faults on demand."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, make_server

from tests.peers.stripe import api, control, hosted, money
from tests.peers.stripe.delivery import Post
from tests.peers.stripe.ledger import Ledger, Thing


@dataclass
class Fault:
    """What goes wrong at the next requests of a path: `before` anything is done, or `after`, with the answer lost.

    `status` is answered, after `seconds`.
    """

    path: str
    method: str = "POST"
    when: str = "after"
    status: int = 503
    seconds: float = 0.0
    times: int = 1


@dataclass
class Peer:
    """A Stripe. `address` is what CRRC_STRIPE_API_BASE names."""

    ledger: Ledger = field(default_factory=Ledger)
    faults: list[Fault] = field(default_factory=list)
    address: str = ""
    reached: threading.Event = field(default_factory=threading.Event)
    _server: BaseWSGIServer | None = None

    def __post_init__(self) -> None:
        self.post = Post(self.ledger)

    def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen, in a thread."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        app = Flask("tests.peers.stripe")
        for blueprint in (api.blueprint, hosted.blueprint, control.blueprint):
            app.register_blueprint(blueprint)
        app.before_request(self._before)
        app.after_request(self._after)
        self._server = make_server(host, port, app, threaded=True)
        self.address = f"http://{host}:{self._server.server_port}"
        app.config.update(LEDGER=self.ledger, POST=self.post, ADDRESS=self.address)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.post.start()

    def stop(self) -> None:
        """Close."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def account(self, account_id: str, *keys: str, **kind: bool) -> str:
        """Open an account; returns its name."""
        return self.ledger.account(account_id, *keys, **kind).id

    def sessions(self, account_id: str) -> list[Thing]:
        """The payment pages of an account, the last made first."""
        return self.ledger.all(account_id, "checkout.session")

    def pay(self, session_id: str, how: str = "card") -> None:
        """Pay a page."""
        money.pay(self.ledger, session_id, how)

    def fail(self, path: str, **words: Any) -> None:
        """Let the next requests of a path go wrong."""
        self.reached.clear()
        self.faults.append(Fault(path, **words))

    def asked(self, method: str, path: str) -> int:
        """How many requests of a method had this in their path."""
        return sum(one[0] == method and path in one[1] for one in self.ledger.asked)

    def _before(self) -> Response | None:
        return self._break("before")

    def _after(self, response: Response) -> Response:
        return self._break("after") or response

    def _break(self, when: str) -> Response | None:
        fits = (one for one in self.faults if one.when == when and one.method == request.method)
        fault = next((one for one in fits if one.path in request.path), None)
        if fault is None:
            return None
        fault.times -= 1
        if fault.times == 0:
            self.faults.remove(fault)
        self.reached.set()
        time.sleep(fault.seconds)
        answer = jsonify(error={"type": "api_error", "message": "Something went wrong"})
        answer.status_code = fault.status
        return answer


@contextmanager
def open_peer() -> Iterator[Peer]:
    """A Stripe of one's own."""
    peer = Peer()
    peer.start()
    try:
        yield peer
    finally:
        peer.stop()
