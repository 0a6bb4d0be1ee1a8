"""OpenTelemetry traces, for whoever wants them: the extra `traces` and OTEL_EXPORTER_OTLP_ENDPOINT. Else nothing is
loaded and nothing costs.

A span says a route, a task, a statement's text with its parameters left out: never an address that was asked, a value,
a person. The library's own instrumentations say addresses, and an address may be a secret (a sign-in link).
"""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from flask import Flask, g, request
from sqlalchemy import Engine, event
from werkzeug.wrappers import Response

from app.watching.measuring import UNSEEN
from kit.errors import Invalid
from kit.settings import settings

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
LONGEST_STATEMENT = 2000
Result = TypeVar("Result")
log = structlog.get_logger("crrc.watching")
_tracer: "Tracer | None" = None


def begin(service: str) -> bool:
    """Send this process's spans, when the environment says where. Raises Invalid when the extra is not installed."""
    global _tracer
    if not any(os.environ.get(name) for name in ENDPOINTS) or os.environ.get("OTEL_SDK_DISABLED", "") == "true":
        return False
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise Invalid(
            "OTEL_EXPORTER_OTLP_ENDPOINT est donné, mais les traces ne sont pas installées\N{NO-BREAK SPACE}: "
            "pip install 'crrc-portal[traces]'."
        ) from None
    named = {} if "OTEL_SERVICE_NAME" in os.environ else {"service.name": service}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider.get_tracer("crrc"))
    log.info("traces", service=service)
    return True


def use(tracer: "Tracer | None") -> None:
    """Let spans go to this tracer; none: nowhere."""
    global _tracer
    _tracer = tracer
    for name, listener in (
        ("before_cursor_execute", _asking),
        ("after_cursor_execute", _answered),
        ("handle_error", _refused),
    ):
        listens = event.contains(Engine, name, listener)
        if tracer is not None and not listens:
            event.listen(Engine, name, listener)
        elif tracer is None and listens:
            event.remove(Engine, name, listener)


def install(app: Flask) -> None:
    """A span for each request. Whoever asks is believed about the trace it belongs to when it is our proxy."""
    if _tracer is None:
        return
    app.before_request(_begin)
    app.after_request(_say)
    app.teardown_request(_end)


def span(name: str, **facts: str | int) -> AbstractContextManager[Any]:
    """A span of a task while the context lasts; nothing when nobody traces."""
    return nullcontext() if _tracer is None else _tracer.start_as_current_span(name, attributes=facts)


def traced(name: str, act: Callable[..., Result]) -> Callable[..., Result]:
    """A task of the workers, in a span of its own. Its arguments are identifiers, and not said."""

    def inside(*args: str) -> Result:
        with span(name):
            return act(*args)

    return inside


def _begin() -> None:
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    if _tracer is None or request.endpoint in UNSEEN:
        return
    parent = extract(dict(request.headers)) if settings().trusted_proxies else None
    route = request.url_rule.rule if request.url_rule else "none"
    opened = _tracer.start_as_current_span(
        f"{request.method} {route}",
        context=parent,
        kind=SpanKind.SERVER,
        attributes={"http.request.method": request.method, "http.route": route},
    )
    g.span_context, g.span = opened, opened.__enter__()


def _say(response: Response) -> Response:
    current = g.get("span")
    if current is not None:
        tenant = g.get("tenant")
        current.set_attribute("http.response.status_code", response.status_code)
        current.set_attribute("crrc.request_id", g.get("request_id") or "")
        current.set_attribute("crrc.tenant", tenant.slug if tenant else "")
    return response


def _end(error: BaseException | None) -> None:
    opened = g.pop("span_context", None)
    if opened is not None:
        opened.__exit__(None, None, None)  # the error itself, with its words, is in the log


def _asking(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    from opentelemetry.trace import SpanKind, get_current_span

    # What is asked outside a request or a task, every second by the clock, would drown the rest.
    if _tracer is not None and context is not None and get_current_span().is_recording():
        verb = statement.split(maxsplit=1)[0].lower() if statement.strip() else "sql"
        context.crrc_span = _tracer.start_span(
            verb,
            kind=SpanKind.CLIENT,
            attributes={"db.system.name": "postgresql", "db.query.text": statement[:LONGEST_STATEMENT]},
        )


def _answered(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
    asked = getattr(context, "crrc_span", None)
    if asked is not None:
        asked.end()


def _refused(failure: Any) -> None:
    _answered(None, None, "", None, failure.execution_context, False)
