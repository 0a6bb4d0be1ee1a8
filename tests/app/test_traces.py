"""Traces: a span for a request with its statements, a span for a task; no address, no value, no person."""

from collections.abc import Iterator

import pytest
from flask import Flask
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.factory import create_app
from app.tasks import tasks
from app.watching import traces
from kit.errors import Invalid
from tenants.models import Tenant
from tests.browser import Browser
from tests.privacy.people import a_grades


@pytest.fixture
def told() -> Iterator[InMemorySpanExporter]:
    """Where spans go."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traces.use(provider.get_tracer("tests"))
    yield exporter
    traces.use(None)
    provider.shutdown()


@pytest.fixture
def traced(told: InMemorySpanExporter) -> Flask:
    """The application, while somebody traces."""
    return create_app()


def words(spans: tuple[ReadableSpan, ...]) -> str:
    return " ".join(
        f"{span.name} {dict(span.attributes or {})} {[dict(e.attributes or {}) for e in span.events]}" for span in spans
    )


def test_a_request_is_a_span_and_its_statements_are_inside(
    traced: Flask, told: InMemorySpanExporter, tenant: Tenant
) -> None:
    boss = a_grades(tenant)
    browser = Browser(traced, tenant).sign_in(boss.email)
    told.clear()
    browser.get("/staff/incidents")
    spans = told.get_finished_spans()
    (root,) = [span for span in spans if span.parent is None]
    assert root.name == "GET /<tenant>/staff/incidents"
    assert root.attributes is not None
    assert root.attributes["http.response.status_code"] == 200
    assert root.attributes["crrc.tenant"] == tenant.slug
    inside = [span for span in spans if span.parent is not None]
    assert len(inside) > 3
    assert {span.context.trace_id for span in spans} == {root.context.trace_id}
    assert any("from incident" in str(dict(span.attributes or {})).lower() for span in inside)
    said = words(spans)
    for secret in (boss.email, browser.session or "?", str(boss.user_id), tenant.name):
        assert secret not in said


def test_no_address_is_said(traced: Flask, told: InMemorySpanExporter, tenant: Tenant) -> None:
    Browser(traced, tenant).get("/sign-in/un-secret-de-connexion?next=/ailleurs")
    Browser(traced, tenant).get("/nulle-part/un-secret-encore")
    said = words(told.get_finished_spans())
    assert "GET /<tenant>/sign-in/<secret>" in said
    assert "secret-" not in said
    assert "ailleurs" not in said


def test_a_task_is_a_span(told: InMemorySpanExporter, tenant: Tenant, database: str) -> None:
    with pytest.raises(StopIteration):
        tasks({}, lambda: False)["run_errand"]("none", str(tenant.id), "0")
    assert [span.name for span in told.get_finished_spans()][-1] == "run_errand"


def test_without_an_endpoint_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in traces.ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    assert traces.begin("tests") is False
    with traces.span("rien") as nothing:
        assert nothing is None


def test_an_endpoint_without_the_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Invalid, match=r"crrc-portal\[traces\]"):
        traces.begin("tests")
