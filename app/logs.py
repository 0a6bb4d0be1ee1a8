"""Logs: one JSON object per line, on the standard error. No address with a secret in it, no cookie, no form.

What libraries and our own modules tell the standard library is written the same way: nobody's words make a second line.
"""

import logging
import re
import sys
from typing import Any

import structlog
from flask import Flask, g, request
from werkzeug.wrappers import Response

from app.arrival import REQUEST_ID, milliseconds
from app.watching.measuring import BUSY

log = structlog.get_logger("crrc.requests")
# Without the local variables: a cookie, a link's secret, what people wrote would be among them.
TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
# At its DEBUG level Authlib writes the access tokens it gives, whatever level somebody chooses for the rest.
TALKATIVE = ("authlib",)
# « DETAIL:  Key (email_norm)=(…) already exists. »: of a table without a wall, PostgreSQL repeats what people wrote, in
# its own language. Up to what SQLAlchemy and Python write after it.
AFTER = r"\n(?:\[SQL|\(Background|The above|During handling|Traceback|  File )"
DETAIL = re.compile(rf"D[EÉ]TAIL ?: .*?(?={AFTER}|\Z)", re.DOTALL)


def without_rows(_: Any, __: str, said: Any) -> Any:
    """What is said, in every depth, without the rows that the database repeats."""
    if isinstance(said, str):
        return DETAIL.sub("DETAIL: (left out)", said) if "TAIL" in said else said
    if isinstance(said, dict):
        return {name: without_rows(_, __, value) for name, value in said.items()}
    if isinstance(said, list):
        return [without_rows(_, __, value) for value in said]
    return said


SAID: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    TRACEBACKS,
    without_rows,
]


class StandardError(logging.Handler):
    """The standard library's records, as JSON lines on whatever the standard error is now."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line."""
        try:
            sys.stderr.write(f"{self.format(record)}\n")
        except Exception:
            self.handleError(record)


def configure() -> None:
    """Write JSON lines. For every process of ours, once."""
    structlog.configure(
        processors=[*SAID, structlog.processors.JSONRenderer()],
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    root = logging.getLogger()
    if not any(isinstance(one, StandardError) for one in root.handlers):
        handler = StandardError()
        handler.setFormatter(
            structlog.stdlib.ProcessorFormatter(
                foreign_pre_chain=[*SAID, structlog.stdlib.add_logger_name],
                processors=[
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
            )
        )
        root.addHandler(handler)


def install(app: Flask) -> None:
    """One line per request, except the files of the page and the probes."""
    app.after_request(_write)


def _to_standard_error(*names: Any) -> structlog.WriteLogger:
    """A line and its end are written in one piece: the web's processes share the standard error."""
    return structlog.WriteLogger(sys.stderr)


def _write(response: Response) -> Response:
    if request.endpoint not in ("static", "healthz", "readyz", "metrics"):
        actor, tenant = g.get("actor"), g.get("tenant")
        log.info(
            "request",
            method=request.method,
            route=request.url_rule.rule if request.url_rule else None,
            status=response.status_code,
            ms=milliseconds(request.environ),
            request_id=g.get("request_id"),
            tenant=tenant.slug if tenant else None,
            actor=actor.kind if actor else None,
            user_id=str(actor.user_id) if actor and actor.user_id else None,
        )
    return response


def write_turned_away(environ: dict[str, Any]) -> None:
    """The line of a request that was told to come back before anybody knew whose it was (app/admission.py)."""
    log.info(
        "request",
        method=environ["REQUEST_METHOD"],
        route=BUSY,
        status=503,
        ms=milliseconds(environ),
        request_id=environ.get(REQUEST_ID),
        tenant=None,
        actor=None,
        user_id=None,
    )
