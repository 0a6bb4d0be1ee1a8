"""What the house promises to others, as golden files: states, permissions and routes, the API's description."""

import json
from collections.abc import Callable, Iterator
from pkgutil import walk_packages
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

import billing
import bookings
import campaigns
import finess
import notifications
import privacy
import services_catalog
import tenants
from app.auth import view_permission
from app.factory import create_app
from app.rooms import permissions
from kit.machine import Machine
from notifications.rules.mail import NOTIFICATION


@pytest.fixture(scope="module")
def app(database: str) -> Flask:
    """The whole application."""
    return create_app()


def routes(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Every (method, address, rule), sorted by address."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, rule.rule, rule


def machines() -> dict[str, Machine]:
    """Every machine of every package's rules."""
    found: dict[str, Machine] = {}
    for package in (billing, bookings, campaigns, finess, notifications, privacy, services_catalog, tenants):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if ".rules" in module.name:
                values: list[Any] = list(vars(__import__(module.name, fromlist=["_"])).values())
                found |= {value.name: value for value in values if isinstance(value, Machine)}
    return found


def test_states_are_the_golden_ones(golden: Callable[[str, str], None]) -> None:
    lines = ["# Machine: state --move--> state", ""]
    for name, machine in sorted(machines().items()):
        for word, move in machine.moves.items():
            lines += [f"{name}: {source} --{word}--> {move.target}" for source in sorted(move.sources)]
        lines.append("")
    golden("states.txt", "\n".join(lines))


def test_every_route_has_a_permission(app: Flask) -> None:
    """And a permission that exists in a table."""
    table = permissions()
    missing = [
        f"{method} {address}"
        for method, address, rule in routes(app)
        if view_permission(app, rule.endpoint, method) not in table
    ]
    assert missing == []


def test_permissions_and_routes_are_the_golden_ones(app: Flask, golden: Callable[[str, str], None]) -> None:
    lines = [
        f"{method:6} {address:75} {view_permission(app, rule.endpoint, method)}"
        for method, address, rule in routes(app)
    ]
    golden("permissions.txt", "\n".join(lines) + "\n")


def test_a_move_of_a_machine_has_its_permission() -> None:
    """One word, six places: a move nobody is named for could be made by nobody, or by anybody."""
    moves = {f"{machine.name}.{word}" for machine in machines().values() for word in machine.moves}
    internal = {"decision.release", *(f"notification.{word}" for word in NOTIFICATION.moves if word != "retry")}
    assert moves - internal - permissions().keys() == set()


def test_the_api_is_the_golden_one(app: Flask, golden: Callable[[str, str], None]) -> None:
    description = app.test_client().get("/api/v1/openapi.json").get_json()
    golden("openapi.json", json.dumps(description, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
