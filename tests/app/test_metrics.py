"""Figures for Prometheus: who may read them, what they say, what they cost, and that nobody is in them."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from app.watching import installation, measuring, scrape
from app.watching.meters import meters
from kit import clock, pulse
from kit.actor import anonymous
from kit.settings import settings
from notifications.service.incident import list_incidents
from tenants.models import Tenant
from tests.browser import Browser
from tests.notifications.incidents import an_incident
from tests.privacy.people import a_grades

PROJECT = Path(__file__).resolve().parents[2]
TOKEN = "un-jeton-de-mesure-assez-long"


@pytest.fixture(autouse=True)
def _read_anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is kept from the test before."""
    monkeypatch.setattr(scrape, "_installation", installation.Installation())
    yield
    settings.cache_clear()


def ask(application: Flask, address: str = "127.0.0.1", **headers: str) -> TestResponse:
    return application.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})


def figures(application: Flask) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every figure, by its name and its labels."""
    answer = ask(application)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_this_machine_may_read_them_and_a_proxy_may_not_ask_for_others(application: Flask) -> None:
    assert ask(application).status_code == 200
    assert ask(application, "::1").status_code == 200
    assert ask(application, "10.0.0.7").status_code == 404
    for name in scrape.FORWARDED:
        assert ask(application, **{name: "for=203.0.113.9"}).status_code == 404
    assert ask(application, Host="crrc.example.fr").status_code == 404  # a name that leads here in a browser


def test_others_show_the_token(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    far = "203.0.113.9"
    assert ask(application, far, Authorization="Bearer ").status_code == 404
    monkeypatch.setenv("CRRC_METRICS_TOKEN", TOKEN)
    settings.cache_clear()
    assert ask(application, far, Authorization=f"Bearer {TOKEN}", Host="10.1.2.3:8000").status_code == 200
    for wrong in (f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer é", ""):
        assert ask(application, far, Authorization=wrong).status_code == 404
    assert TOKEN not in repr(settings())


def test_an_answer_is_counted_by_its_route(application: Flask, tenant: Tenant) -> None:
    browser = Browser(application, tenant)
    before = figures(application)
    for path in ("/status", "/status", "/nulle-part/motcache-1", "/sign-in/motcache-2"):
        browser.get(path)
    application.test_client().open(f"/{tenant.slug}/status", method="BREW")
    after = figures(application)

    def grown(route: str, method: str, status: str) -> float:
        key = ("crrc_requests_total", (("method", method), ("route", route), ("status", status)))
        return after.get(key, 0) - before.get(key, 0)

    assert grown("status.view", "GET", "200") == 2
    assert grown("none", "GET", "404") == 1
    assert grown("none", "OTHER", "405") == 1
    length = ("crrc_request_seconds_count", (("route", "status.view"),))
    assert after[length] - before.get(length, 0) == 2
    assert ("crrc_requests_total", (("method", "GET"), ("route", "healthz"), ("status", "200"))) not in after
    said = ask(application).text
    assert "motcache" not in said
    assert tenant.name not in said


def test_commands_and_transactions_are_counted_when_they_end(application: Flask, tenant: Tenant) -> None:
    before = figures(application)
    an_incident(tenant)
    an_incident(tenant)
    with pytest.raises(Exception, match="n’est pas enregistré"):
        an_incident(tenant, title="")
    after = figures(application)
    opened = ("crrc_commands_total", (("action", "incident.open"),))
    assert after[opened] - before.get(opened, 0) == 2
    undone = ("crrc_transactions_total", (("outcome", "rollback"),))
    assert after[undone] - before.get(undone, 0) == 1
    assert after["crrc_transaction_seconds_count", ()] > before.get(("crrc_transaction_seconds_count", ()), 0)
    in_use = ("crrc_pool_connections_in_use", ())
    assert after[in_use] == before[in_use]
    assert after["crrc_pool_connections", ()] == 5


@pytest.mark.usefixtures("own")
def test_one_scrape_says_all(application: Flask, tenant: Tenant) -> None:
    an_incident(tenant)
    pulse.beat("worker", clock.now(), done=7, failed=1, memory=64_000_000)
    entries = {"deadlines": {"last_at": clock.now().isoformat(), "every": 1}}
    pulse.beat("scheduler", clock.now(), entries=entries, memory=1)
    try:
        found = figures(application)
    finally:
        pulse.stop("worker")
        pulse.stop("scheduler")
    assert found["crrc_processes", (("sort", "worker"),)] == 1
    assert found["crrc_process_memory_bytes", (("sort", "worker"),)] == 64_000_000
    assert found["crrc_clock_age_seconds", (("entry", "deadlines"),)] < 5
    assert found["crrc_incidents_open", (("tenant", tenant.slug),)] == 1
    assert found["crrc_deadlines_late", (("tenant", tenant.slug),)] == 0
    assert found["crrc_outbox_waiting", (("tenant", tenant.slug),)] >= 1
    assert found["crrc_mails", (("state", "failed"), ("tenant", tenant.slug))] == 0
    assert found["crrc_ready", (("check", "database"),)] == 1
    assert found["crrc_queue_jobs", (("state", "queued"),)] >= 0
    assert found["crrc_web_memory_bytes", ()] > 10_000_000
    assert [value for (name, _), value in found.items() if name == "crrc_tasks_total"] == [7, 1]


def test_what_cannot_be_read_is_absent_and_the_rest_is_there(
    application: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> Iterator[installation.Metric]:
        raise OSError
        yield

    monkeypatch.setattr(installation, "READS", (installation._web, away))
    found = {name for name, _ in figures(application)}
    assert "crrc_web_processes" in found
    assert "crrc_processes" not in found
    assert "crrc_requests_total" in found


def test_figures_of_the_installation_are_kept_ten_seconds(application: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(installation, "READS", (lambda: asked.append(1) or [],))
    ask(application)
    ask(application)
    assert asked == [1]


def test_measuring_costs_a_few_microseconds_and_no_statement(application: Flask) -> None:
    """On a busy machine too: the best of several rounds."""
    with application.test_request_context("/"):
        response = application.response_class()

        def one_round(number: int = 2000) -> float:
            begun = time.perf_counter()
            for _ in range(number):
                measuring._answered(response)
            return (time.perf_counter() - begun) / number

        assert min(one_round() for _ in range(5)) < 50e-6


def test_labels_come_from_lists_of_ours(application: Flask, tenant: Tenant) -> None:
    """A figure per person, per file or per address would be both too many and too much."""
    list_incidents(anonymous(tenant.id))
    a_grades(tenant)
    named = {label for name, labels in figures(application) for label, _ in labels if name.startswith("crrc_")}
    assert named <= {"route", "method", "status", "le", "outcome", "action", "check", "sort", "process", "entry"} | {
        "state",
        "tenant",
    }
    routes = set(application.view_functions) | {measuring.NOWHERE, measuring.BUSY}
    routes |= {"taking.take"}  # of an application that another test makes in this process
    assert {dict(labels)["route"] for _, labels in figures(application) if "route" in dict(labels)} <= routes


def test_every_figure_has_its_line_in_the_documentation(application: Flask) -> None:
    text = (PROJECT / "docs" / "watching.md").read_text()
    said = set(re.findall(r"`(crrc_\w+)`", text))
    made = {metric.name for metric in meters().registry.collect()}
    made |= {metric.name for metric in installation.Installation().collect()}
    assert made - {name.removesuffix("_total") for name in said} == set()


SERVE = """
import os, sys
from app.watching import sharing
sharing.share()
from app.watching.meters import meters
meters().requests.labels("campaigns.home", "GET", "200").inc(int(sys.argv[1]))
meters().in_use.inc()
if sys.argv[1] == "3":
    os.kill(os.getpid(), 9)
if sys.argv[1] == "5":
    from prometheus_client import generate_latest
    print(generate_latest(sharing.registry()).decode(), len(sharing.processes()))
"""


def test_processes_of_a_web_count_together_and_those_that_died_are_not_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three children of this process, one after the other; the first was killed. Another web's folder goes away."""
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    ended = tmp_path / f"{socket.gethostname()}-999999-1"
    elsewhere = tmp_path / "another-host-999999-1"
    for folder in (ended, elsewhere):
        folder.mkdir()
    for number in ("3", "4", "5"):
        done = subprocess.run([sys.executable, "-c", SERVE, number], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    assert 'crrc_requests_total{method="GET",route="campaigns.home",status="200"} 12.0' in done.stdout
    assert "crrc_pool_connections_in_use 1.0" in done.stdout, "what dead processes held is given back"
    assert done.stdout.split()[-1] == "1"
    assert (ended.exists(), elsewhere.exists()) == (False, True)


def test_a_folder_that_cannot_be_written_costs_no_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "file"))
    done = subprocess.run([sys.executable, "-c", SERVE, "5"], capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    assert "metrics_not_shared" in done.stdout + done.stderr
    assert '{method="GET",route="campaigns.home",status="200"} 5.0' in done.stdout
