"""The test that matters most, generated from the URL map: what a region made does not exist for another.

Somebody with every role in region B, signed in (or a program with a token of B), asks B for everything that A made, and
A for everything that is not public. The answer must be the one given for something that does not exist.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.auth import view_permission
from app.rooms import permissions
from campaigns.models import Submission
from kit import signing
from kit.actor import operator, system
from kit.transaction import transaction
from kit.web import browser_cookie
from tenants.models import Tenant
from tenants.rules.roles import TENANT_ROLES
from tenants.service.organisation import join_organisation
from tenants.service.role import grant_role
from tenants.service.token import create_token
from tests.browser import NAME, Browser
from tests.campaigns.files import a_call, a_file, a_person
from tests.services_catalog.market import a_service
from tests.sides import two_sides

# What a region shows to everybody, or lets anybody begin. Each word is a decision: adding one is read in review.
PUBLIC = {
    "public.view",
    "tenant.view",
    "campaign.view",
    "campaign.check",
    "receipt.view",
    "service.view",
    "register.view",
    "incident.view",
    "candidacy.start",
    "candidacy.mine",
    "award.mine",
    "sign_in_link.ask",
    "sign_in_link.use",
    "session.end",
    "account.view",
    "account.edit",
    "notification.view",
    "notification.read",
}


@dataclass(frozen=True)
class Made:
    """What region A made, by the name of the argument that addresses it; `absent` has the same names and nothing."""

    tenant: Tenant
    values: dict[str, str]
    absent: dict[str, str]


@pytest.fixture(scope="module")
def made(application: Flask, make_tenant: Callable[..., Tenant]) -> Made:
    """A region with a call, a submitted file, its receipt, a service, and two sides of a mission (tests/sides.py)."""
    tenant = make_tenant()
    call = a_call(tenant)
    file = a_file(tenant, call)
    with transaction(system(tenant.id, "tests")) as tx:
        submission = tx.session.scalars(select(Submission)).one()
    values = two_sides(application, tenant).values | {
        "slug": call.slug,
        "candidacy_id": str(file),
        "code": submission.code,
        "service_slug": a_service(tenant)[0].slug,
    }
    absent = {name: "adresse-inconnue" if name.endswith("slug") else str(uuid4()) for name in values}
    return Made(tenant, values, absent)


@pytest.fixture(scope="module")
def stranger(application: Flask, make_tenant: Callable[..., Tenant]) -> Browser:
    """Somebody with every role in region B, and an organisation there."""
    tenant = make_tenant()
    person = a_person(tenant)
    for role in TENANT_ROLES:
        grant_role(operator("tests", tenant.id), person.email, role)
    join_organisation(person, "350000055", "EHPAD d’ailleurs", "Direction")
    return Browser(application, tenant).sign_in(person.email)


def rules(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every (method, rule) that addresses a thing of a region."""
    for rule in app.url_map.iter_rules():
        if rule.arguments - {"tenant"} and "tenant" in rule.arguments and "secret" not in rule.arguments:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule


def ask(app: Flask, client: Callable[..., TestResponse], method: str, rule: Rule, values: dict[str, str]) -> int:
    """The status of a request; a body that says nothing, a seal where pages want one."""
    adapter = app.url_map.bind("localhost")
    path = adapter.build(rule.endpoint, values, method)
    form = {"csrf_token": signing.seal(f"csrf:{NAME}"), "organisation": str(uuid4())}  # where a form asks for whom
    body: dict[str, dict[str, str]] = {"json": {}} if path.startswith("/api/") else {"data": form}
    return client(path, method=method, headers={"If-Match": '"1"'}, **({} if method == "GET" else body)).status_code


def test_there_is_an_example_of_everything_that_has_an_address(application: Flask, made: Made) -> None:
    """A new kind of address must come with its example above, or this test says nothing about it."""
    named = {name for _, rule in rules(application) for name in rule.arguments} - {"tenant"}
    assert named - made.values.keys() - OTHERS.keys() == set()


# Arguments that name a part of a thing already addressed, and any value for them.
OTHERS = {"key": "engagements-pris", "number": "1", "version_number": "1"}


def test_in_ones_own_region_what_another_made_does_not_exist(application: Flask, made: Made, stranger: Browser) -> None:
    checked = 0
    token = create_token(
        operator("tests", stranger.tenant.id), "essai", ["campaign", "candidacy"], known_scopes=list(permissions())
    )[1]
    program = application.test_client()

    def as_program(path: str, headers: dict[str, str], **options: object) -> TestResponse:
        return program.open(path, headers={**headers, "Authorization": f"Bearer {token}"}, **options)  # type: ignore[arg-type]

    for method, rule in rules(application):
        client = as_program if rule.rule.startswith("/api/") else stranger.client.open
        here = {"tenant": stranger.tenant.slug} | {
            name: value for name, value in OTHERS.items() if name in rule.arguments
        }
        theirs = ask(application, client, method, rule, here | chosen(rule, made.values))
        nothing = ask(application, client, method, rule, here | chosen(rule, made.absent))
        assert theirs == nothing, f"{method} {rule.rule}: {theirs} for another region's, {nothing} for nothing"
        assert theirs in (401, 403, 404, 422), f"{method} {rule.rule}: {theirs}"
        if method == "GET":
            assert theirs == 404 or rule.rule.startswith("/api/"), f"{method} {rule.rule}: {theirs}"
        checked += 1
    assert checked > 20


def test_in_another_region_a_stranger_is_nobody(application: Flask, made: Made, stranger: Browser) -> None:
    """Roles do not travel: whoever rules in B reads in A what any visitor reads."""
    for method, rule in rules(application):
        if view_permission(application, rule.endpoint, method) in PUBLIC or rule.rule.startswith("/api/"):
            continue
        values = {"tenant": made.tenant.slug} | chosen(rule, made.values)
        values |= chosen(rule, OTHERS)
        status = ask(application, stranger.client.open, method, rule, values)
        assert status in (403, 404), f"{method} {rule.rule}: {status}"


def test_a_token_of_another_region_opens_nothing(application: Flask, made: Made, stranger: Browser) -> None:
    secret = create_token(
        operator("tests", stranger.tenant.id), "essai", ["campaign", "candidacy"], known_scopes=list(permissions())
    )[1]
    client = application.test_client()
    client.set_cookie(browser_cookie(), NAME)
    for method, rule in rules(application):
        if not rule.rule.startswith("/api/"):
            continue
        values = {"tenant": made.tenant.slug} | chosen(rule, made.values) | chosen(rule, OTHERS)
        path = application.url_map.bind("localhost").build(rule.endpoint, values, method)
        answer = client.open(path, method=method, json={}, headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code in (401, 404), f"{method} {rule.rule}: {answer.status_code}"


def chosen(rule: Rule, values: dict[str, str]) -> dict[str, str]:
    """The values a rule needs."""
    return {name: value for name, value in values.items() if name in rule.arguments}
