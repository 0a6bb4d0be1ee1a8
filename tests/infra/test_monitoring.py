"""Alert rules and the dashboard name figures that exist, with their labels; what to do about each is written."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask

from app.watching.installation import Installation
from app.watching.meters import meters
from kit import backup_run, clock, pulse
from tenants.models import Tenant

PROJECT = Path(__file__).resolve().parents[2]
MONITORING = PROJECT / "infra" / "monitoring"
ALERTS = MONITORING / "prometheus" / "alerts.yaml"
FIGURE = re.compile(r"\b(crrc_\w+)(?:\{([^}]*)\})?")
GROUPED = re.compile(r"\b(?:by|without)\s*\(([^)]*)\)")
# Prometheus's own labels, and what a template of an alert may say.
THEIRS = {"instance", "job", "le"}


@pytest.fixture(scope="module")
def made(application: Flask) -> Mapping[str, set[str]]:
    """Every figure, by the name of its samples → its labels."""
    found: dict[str, set[str]] = {}
    pulse.beat("scheduler", clock.now(), entries={"relay": {"last_at": clock.now().isoformat(), "every": 1}})
    backup_run.note("backup", "essai", clock.now(), 1)
    own = meters()
    for metric in (own.requests, own.seconds, own.transactions, own.transaction_seconds, own.commands, own.turned_away):
        for suffix in ("_bucket", "_sum", "_count") if metric._type == "histogram" else ("_total",):
            found[f"{metric._name}{suffix}"] = set(metric._labelnames)
    for gauge in (own.in_use, own.pool):
        found[gauge._name] = set()
    for family in Installation().collect():
        suffix = "_total" if family.type == "counter" else ""
        found[f"{family.name}{suffix}"] = set(getattr(family, "_labelnames", ()))
    pulse.stop("scheduler")
    return found


def rules() -> list[dict[str, Any]]:
    """Every alert."""
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def expressions() -> Iterator[tuple[str, str]]:
    """(where, expression) of the alerts and of the dashboard."""
    for rule in rules():
        yield rule["alert"], rule["expr"]
    dashboard = json.loads((MONITORING / "grafana" / "dashboard.json").read_text())
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]["query"]


def test_every_figure_that_is_named_exists_with_its_labels(made: Mapping[str, set[str]]) -> None:
    for where, expression in expressions():
        named = FIGURE.findall(expression)
        assert named or expression.startswith("up{"), where
        labels: set[str] = set()
        for name, selector in named:
            assert name in made, f"{where}: {name}"
            asked = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", selector))
            assert asked <= made[name] | THEIRS, f"{where}: {name} has no {asked - made[name]}"
            labels |= made[name]
        grouped = set(chain.from_iterable(re.findall(r"\w+", one) for one in GROUPED.findall(expression)))
        assert grouped <= labels | THEIRS, f"{where}: {grouped}"


def test_every_figure_is_looked_at(made: Mapping[str, set[str]]) -> None:
    """What nobody draws and nothing watches costs for nothing."""
    named = {name for _, expression in expressions() for name, _ in FIGURE.findall(expression)}
    parts = ("_bucket", "_sum", "_count")
    whole = {name.removesuffix(end) for name in named for end in parts if name.endswith(end)}
    assert {name for name in made if name not in named and name.rpartition("_")[0] not in whole} == set()


def test_routes_and_actions_that_are_named_exist(application: Flask) -> None:
    from app.rooms import permissions

    text = " ".join(expression for _, expression in expressions())
    assert set(re.findall(r'route="([^"]+)"', text)) <= set(application.view_functions)
    assert set(re.findall(r'action="([^"]+)"', text)) <= set(permissions())


def test_every_alert_says_how_bad_and_what_to_do() -> None:
    written = (PROJECT / "docs" / "watching.md").read_text()
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) > 15
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["for"]
        assert rule["annotations"]["summary"].endswith(".")
        assert f"| `{rule['alert']}` |" in written, rule["alert"]
        said = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        grouped = set(chain.from_iterable(re.findall(r"\w+", one) for one in GROUPED.findall(rule["expr"])))
        assert said <= grouped | THEIRS, rule["alert"]


def test_the_dashboard_does_not_overlap_itself() -> None:
    panels = json.loads((MONITORING / "grafana" / "dashboard.json").read_text())["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        where = panel["gridPos"]
        cells = {(where["x"] + x, where["y"] + y) for x in range(where["w"]) for y in range(where["h"])}
        assert not cells & taken, panel["title"]
        assert where["x"] + where["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in panels}) == len(panels)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool (Debian: prometheus) is not on this machine")
def test_prometheus_itself_reads_the_rules() -> None:
    for command in (["check", "rules", str(ALERTS)], ["test", "rules", str(ALERTS.with_name("alerts_test.yaml"))]):
        done = subprocess.run(["promtool", *command], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_portal_is_in_the_figures(application: Flask, tenant: Tenant) -> None:
    found = {sample.labels.get("tenant") for metric in Installation().collect() for sample in metric.samples}
    assert tenant.slug in found
