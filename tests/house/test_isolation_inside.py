"""Inside one region, generated from the URL map: what a facility or a provider made does not exist for another one.

Somebody who owns another facility's account, or another provider's, signed in or as a program whose token has every
scope, asks for everything. The answer must be the one for something that does not exist: 404; or 403 where nobody of a
facility or of a provider ever goes (the staff's pages), and then for what does not exist as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.auth import view_permission
from app.rooms import permissions
from kit import signing
from kit.permissions import allows
from tenants.models import Tenant
from tests.bodies import sample_of
from tests.browser import NAME
from tests.sides import Sides, Somebody, Values, two_sides

# Arguments that name what belongs to the region, or a part of a thing already addressed: any value will do.
SHARED = {"slug": "appel", "service_slug": "prestation", "code": "2JKG", "secret": "0" * 64}
PARTS = {"key": "engagements-pris", "number": "1", "version_number": "1"}

# What anybody signed in may do to whatever is named, and why. Each line is a decision, read in review.
OPEN: dict[str, str] = {"status_api.view_incident": "what the GRADeS tells everybody of the service"}

# What a list may name of others' things. Prices: each is somebody's, in a lot, and a buyer is told both. The state of
# the service names its incidents, which are told to everybody.
NAMED: dict[str, set[str]] = {
    "/api/v1/<tenant>/prices": {"lot_id", "provider_id"},
    "/api/v1/<tenant>/status": {"incident_id"},
}

# Bodies that a view reads before it looks for the thing, where its schema does not say enough (tests/bodies.py) or a
# page reads its form first: the answer would be 422 for everything, and prove nothing.
BODIES: dict[str, dict[str, Any]] = {
    "review_api.assign_file": {"assignee_id": None},
    "planning_api.choose_dates": {"consultant_id": str(uuid4()), "halves": ["2026-12-08:am"]},
    "planning_api.remove_exceptions": {"first": "2026-12-08:am", "last": "2026-12-08:pm"},
    "availability.remove_exception": {"first": "2026-12-08:am", "last": "2026-12-08:pm"},
}


@pytest.fixture(scope="module")
def sides(application: Flask, make_tenant: Callable[..., Tenant]) -> Sides:
    """The region with its two facilities and its two providers."""
    return two_sides(application, make_tenant())


def rules(app: Flask) -> Iterator[tuple[str, Rule, set[str]]]:
    """(method, rule, the arguments that name somebody's thing) of every address that names one."""
    for rule in app.url_map.iter_rules():
        things = rule.arguments - {"tenant"} - SHARED.keys() - PARTS.keys()
        if "tenant" in rule.arguments and things and rule.endpoint not in OPEN:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule, things


def ask(app: Flask, who: Somebody, method: str, rule: Rule, values: Values) -> TestResponse:
    """What somebody is answered: a person for pages, their program for the API."""
    known = SHARED | PARTS | values | {"tenant": who.browser.tenant.slug}
    path = app.url_map.bind("localhost").build(rule.endpoint, {name: known[name] for name in rule.arguments}, method)
    body = BODIES.get(rule.endpoint, {})
    if rule.rule.startswith("/api/"):
        headers = {"If-Match": '"1"', "Authorization": f"Bearer {who.token}"}
        sent = sample_of(app.view_functions[rule.endpoint]) | ({"json": body} if body else {})
        return app.test_client().open(path, method=method, headers=headers, **sent)
    mine = str(next(iter(who.actor.organisations)))  # where a form asks for whom
    form = {"csrf_token": signing.seal(f"csrf:{NAME}"), "organisation": mine, **body}
    return who.browser.client.open(path, method=method, data=None if method == "GET" else form)


def leak(app: Flask, who: Somebody, method: str, rule: Rule, values: Values) -> str:
    """How an address shows that the thing is there for somebody else; "" when it does not."""
    action = view_permission(app, rule.endpoint, method) or ""
    asks = replace(who.actor, kind="token", user_id=None) if rule.rule.startswith("/api/") else who.actor
    hopeless = not allows(permissions(), asks, action)
    theirs = ask(app, who, method, rule, values).status_code
    nothing = ask(app, who, method, rule, {name: str(uuid4()) for name in values}).status_code
    if theirs == nothing and theirs in ((403, 404) if hopeless else (404,)):
        return ""
    return f"{method} {rule.rule} ({rule.endpoint}): {theirs}, and {nothing} for nothing"


def test_there_is_an_example_of_everything_that_has_an_address(application: Flask, sides: Sides) -> None:
    named = {name for _, _, things in rules(application) for name in things}
    assert named - sides.values.keys() == set()


@pytest.mark.parametrize("name", ["other_facility", "other_provider"])
def test_what_others_made_does_not_exist(application: Flask, sides: Sides, name: str) -> None:
    """Facility against facility, provider against provider, and each against the other kind."""
    suppliers = {"organisation_id": sides.provider["provider_id"]}
    found = [
        leak(application, sides.people[name], method, rule, {one: values[one] for one in things})
        for method, rule, things in rules(application)
        for values in ((sides.values, sides.values | suppliers) if "organisation_id" in things else (sides.values,))
    ]
    assert "\n".join(filter(None, found)) == ""
    assert len(found) > 80


@pytest.mark.parametrize(("name", "side"), [("facility", "provider"), ("provider", "facility")])
def test_a_mission_in_common_shows_nothing_else_of_the_other_side(
    application: Flask, sides: Sides, name: str, side: str
) -> None:
    """The facility does not read its provider's file, nor the provider its client's files, rights and accounts."""
    values: Values = getattr(sides, side)
    found = [
        leak(application, sides.people[name], method, rule, {one: values[one] for one in things})
        for method, rule, things in rules(application)
        if things <= values.keys()
    ]
    assert "\n".join(filter(None, found)) == ""


@pytest.mark.parametrize("name", ["other_facility", "other_provider"])
def test_no_list_names_what_others_made(application: Flask, sides: Sides, name: str) -> None:
    """Every page and every list of the API that names nothing in its address."""
    pages = [one for one in application.url_map.iter_rules() if "GET" in (one.methods or ())]
    lists = [one for one in pages if one.arguments == {"tenant"}]
    answers = {rule.rule: ask(application, sides.people[name], "GET", rule, {}) for rule in lists}
    texts = {path: answer.get_data(as_text=True) for path, answer in answers.items()}
    shown = {(path, name) for path, text in texts.items() for mark, name in sides.marks.items() if mark in text}
    assert {(path, name) for path, name in shown if name not in NAMED.get(path, set())} == set()
    assert [path for path, answer in answers.items() if answer.status_code >= 500] == []
    assert sum(answer.status_code == 200 for answer in answers.values()) > 12


def test_who_made_it_reads_it(application: Flask, sides: Sides) -> None:
    """Else everything above would be true of a portal that shows nothing to anybody."""
    seen = {"provider": "/providers/{provider_id}", "facility": "/organisations/{organisation_id}/members"}
    for name, path in seen.items():
        assert sides.people[name].browser.get(path.format(**sides.values)).status_code == 200
    for name in ("facility", "provider"):
        assert sides.people[name].browser.get(f"/orders/{sides.values['order_id']}").status_code == 200
