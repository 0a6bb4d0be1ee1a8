"""Puts the web application together."""

from typing import Any

import orjson
from flask import Flask, request
from flask.json.provider import JSONProvider

from app import (
    api,
    auth,
    bodies,
    compression,
    faults,
    headers,
    health,
    home,
    hosts,
    limits,
    logs,
    rendering,
    scopes,
    topics,
    webhooks,
    well_known,
)
from app.admission import Admission
from app.arrival import Arrival
from app.busy import busy_page
from app.legal import legal
from app.rooms import blueprints
from app.status import status
from app.watching import measuring, scrape, traces
from kit import signing
from kit.settings import settings
from kit.web import cookie_name, is_secure, permission

LARGEST_BODY = 25 * 1024 * 1024
LARGEST_TEXT = 2 * 1024 * 1024  # a JSON body, the text fields of a form; files are counted apart, on disk

# In the order in which a request meets them.
PARTS = (
    compression.install,
    traces.install,
    faults.install,
    logs.install,
    headers.install,
    hosts.install,
    auth.install,
    limits.install,
    bodies.install,
    rendering.install,
    health.install,
    measuring.install,
    scrape.install,
    home.install,
    well_known.install,
    webhooks.install,
    topics.install,
    api.install,
    scopes.install,
)


class OrJson(JSONProvider):
    """orjson: UUIDs and instants in ISO 8601, strict UTF-8, and an error in place of a crash on deep nesting."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return orjson.loads(s)


def create_app() -> Flask:
    """The whole application: every package's pages and API, one way to identify, to fail, to render."""
    app = Flask("app", static_folder="static", template_folder="templates")
    app.json = OrJson(app)
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        MAX_FORM_MEMORY_SIZE=LARGEST_TEXT,
        MAX_FORM_PARTS=2000,
        SECRET_KEY=signing.seal("flask-session"),
        SESSION_COOKIE_NAME=cookie_name("crrc_notice"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=is_secure(),
    )
    app.url_map.strict_slashes = app.url_map.merge_slashes = False  # a redirection would repeat the Host
    permission("public.view")(app.view_functions["static"])
    app.before_request(_limit_text)
    for install in PARTS:
        install(app)
    for blueprint in (legal, status, *blueprints("web")):
        written = (blueprint.url_prefix or "").removeprefix("/<tenant>")
        app.register_blueprint(blueprint, url_prefix=f"/<tenant>{written}")
    admission = Admission(app.wsgi_app, settings().web_places, busy_page(app))
    app.wsgi_app = Arrival(admission)  # type: ignore[method-assign]
    return app


def _limit_text() -> None:
    """What is read into memory in one piece is small; Werkzeug limits it like a file."""
    if request.mimetype != "multipart/form-data":
        request.max_content_length = LARGEST_TEXT
