"""The fakes as servers on loopback: PISTE and Chorus Pro; an accredited platform. Tests reach them by their address."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, jsonify, request
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.peers.chorus.portal import Portal, Refusal

CALLS: dict[str, Callable[[Portal, dict[str, Any]], dict[str, Any]]] = {
    "factures/v1/deposer/flux": Portal.deposit,
    "factures/v1/rechercher/fournisseur": Portal.search,
    "factures/v1/consulter/historique": Portal.history,
    "transverses/v1/consulterCRDetaille": Portal.report,
    "structures/v1/rechercher": Portal.find_structure,
    "structures/v1/consulter": Portal.view_structure,
    "structures/v1/rechercher/services": Portal.list_services,
}


class HungUp(Exception):
    """The connection is broken without an answer. Nothing is logged of it: it was asked for."""


def chorus_app(portal: Portal) -> Flask:
    """PISTE's token and Chorus Pro's calls."""
    app = Flask("chorus")

    @app.post("/api/oauth/token")
    def token() -> Response:
        return _answer(portal, "token", lambda: portal.give_token(request.form.to_dict()))

    @app.post("/cpro/<path:path>")
    def ask(path: str) -> Response:
        def act() -> dict[str, Any]:
            portal.check_headers(request.headers)
            question = request.get_json(silent=True)
            if path not in CALLS or not isinstance(question, dict):
                raise Refusal(f"unknown call {path}", 404)
            return CALLS[path](portal, question)

        return _answer(portal, path, act)

    return app


def _answer(portal: Any, path: str, act: Callable[[], dict[str, Any]]) -> Response:
    """The answer, or the fault that a test asked for."""
    fault = portal.fault(path)
    if fault == "hang up":
        raise HungUp
    if fault == "slow":
        time.sleep(portal.slow_seconds)
    if fault == "nonsense":
        return Response('{"codeRetour": 0, "numeroFlux', mimetype="application/json")
    if fault == "redirect":
        return Response(status=302, headers={"Location": "/cpro/elsewhere"})
    if isinstance(fault, int):
        return Response("<html>Gateway</html>", fault, mimetype="text/html")
    try:
        facts = act()
    except Refusal as refusal:
        portal.refusals.append(f"{path}: {refusal.why}")
        answer = jsonify({"codeRetour": 40000, "libelle": refusal.why, "error": refusal.why})
        answer.status_code = refusal.status
        return answer
    if fault == "slow after":
        portal.acted.set()
        time.sleep(portal.slow_seconds)
    if fault == "hang up after":
        raise HungUp
    return jsonify(facts)


@dataclass
class Accredited:
    """An accredited platform's flows, in the order they came."""

    token: str = "jeton de la plateforme"
    flows: list[dict[str, Any]] = field(default_factory=list)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    slow_seconds: float = 3.0
    acted: threading.Event = field(default_factory=threading.Event)

    def fault(self, path: str) -> Any:
        """As Portal.fault."""
        self.calls.append(path)
        waiting = self.faults.get(path) or []
        return waiting.pop(0) if waiting else None

    def check(self) -> None:
        """The bearer token."""
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            raise Refusal("token", 401)

    def take(self) -> dict[str, Any]:
        """A flow: its facts, strictly those of the standard, and its file."""
        self.check()
        facts = json.loads(request.form["flowInfo"])
        known = {"trackingId", "name", "processingRule", "flowSyntax", "flowProfile", "sha256"}
        if set(request.form) != {"flowInfo"} or set(request.files) != {"file"} or facts.keys() - known:
            raise Refusal(f"unknown parameter {sorted(facts.keys() - known)}")
        if (facts["flowSyntax"], facts["flowProfile"], facts["processingRule"]) != ("Factur-X", "CIUS", "B2B"):
            raise Refusal("flowSyntax")
        content = request.files["file"].read()
        if hashlib.sha256(content).hexdigest() != facts["sha256"]:
            raise Refusal("sha256", 422)
        flow = {**facts, "flowId": f"flux-{len(self.flows) + 1}", "acknowledgement": {"status": "Pending"}}
        self.flows.append(flow)
        return flow

    def search(self) -> dict[str, Any]:
        """By our own name of it."""
        self.check()
        question = request.get_json()
        if set(question) != {"limit", "where"} or set(question["where"]) != {"trackingId"}:
            raise Refusal(f"unknown parameter {question}")
        return {"results": [one for one in self.flows if one["trackingId"] == question["where"]["trackingId"]]}

    def view(self, flow_id: str) -> dict[str, Any]:
        """Its facts."""
        self.check()
        for one in self.flows:
            if one["flowId"] == flow_id and not request.args:
                return one
        raise Refusal("unknown flow", 404)


def platform_app(platform: Accredited) -> Flask:
    """The flow service of XP Z12-013, the four calls we make."""
    app = Flask("platform")
    app.add_url_rule("/v1/flows", "take", lambda: _answer(platform, "flows", platform.take), methods=["POST"])
    app.add_url_rule(
        "/v1/flows/search", "search", lambda: _answer(platform, "search", platform.search), methods=["POST"]
    )
    app.add_url_rule(
        "/v1/flows/<flow_id>", "view", lambda flow_id: _answer(platform, "view", lambda: platform.view(flow_id))
    )
    app.add_url_rule("/v1/healthcheck", "health", lambda: _answer(platform, "health", lambda: platform.check() or {}))
    return app


class Quiet(WSGIRequestHandler):
    """Logs nothing; hangs up when told to."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Nothing."""

    def run_wsgi(self) -> None:
        """Answer, or break the connection."""
        try:
            super().run_wsgi()
        except HungUp:
            self.close_connection = True


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a port of loopback; gives its address."""
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.logger.disabled = True

    def hang(environ: dict[str, Any], start: Any) -> Any:
        try:
            return app.wsgi_app(environ, start)
        except HungUp:
            environ["werkzeug.socket"].shutdown(2)
            raise

    server = make_server("127.0.0.1", 0, hang, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
