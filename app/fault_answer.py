"""How a failure is said: problem+json to a program, a sentence to the script of a page, else a page."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus

import structlog
from flask import g, json, render_template
from flask.globals import request_ctx
from markupsafe import escape
from werkzeug.wrappers import Response

from app.auth import is_api, is_script
from kit.french import duration

log = structlog.get_logger("crrc.faults")


def answer(
    status: int, sentence: str, code: str, fields: Mapping[str, str] | None = None, wait: timedelta | None = None
) -> Response:
    """The failure, in the form its asker reads. `wait` is when to come back, where that is known."""
    if is_api():
        response = _problem(status, sentence, code, fields or {})
    elif is_script():
        response = _for_script(status, sentence, code, fields or {})
    else:
        response = _page(status, sentence, code, wait)
    if wait is not None:
        response.headers["Retry-After"] = str(int(wait.total_seconds()))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _problem(status: int, sentence: str, code: str, fields: Mapping[str, str]) -> Response:
    """RFC 9457."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code,
        "request_id": g.get("request_id"),
    }
    return _json(body, status, fields, "application/problem+json")


def _for_script(status: int, sentence: str, code: str, fields: Mapping[str, str]) -> Response:
    """docs/ui.md."""
    body = {"sentence": sentence, "code": code, "request_id": g.get("request_id")}
    return _json(body, status, fields, "application/json")


def _json(body: dict[str, object], status: int, fields: Mapping[str, str], mimetype: str) -> Response:
    whole = {**body, "fields": dict(fields)} if fields else body
    return Response(json.dumps(whole), status, mimetype=mimetype)


def _page(status: int, sentence: str, code: str, wait: timedelta | None) -> Response:
    general = "errors/400.html" if status < 500 else "errors/500.html"
    retry_after = duration(wait) if wait else None
    g.unread = 0  # a fault asks the database nothing more, and it may be the fault
    if request_ctx.url_adapter is None:  # a Host that is no name: no page of ours has an address
        return Response(_bare(status, sentence), status, mimetype="text/html")
    try:
        html = render_template(
            [f"errors/{code}.html", f"errors/{status}.html", general],
            sentence=sentence,
            status=status,
            retry_after=retry_after,
        )
    except Exception:  # whatever it is: the page of a fault is the last thing that may fail
        log.exception("fault.page", status=status)
        html = _bare(status, sentence)
    return Response(html, status, mimetype="text/html")


def _bare(status: int, sentence: str) -> str:
    return f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{status}</title><p>{escape(sentence)}'
