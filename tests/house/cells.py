"""The matrix role × route × whose: everybody who may ask, every address, and what each one is answered.

A request runs in a transaction that is undone: what one cell may do changes nothing for the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import Connection
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import kit.transaction
from app.rooms import permissions
from kit import db, signing
from kit.actor import Actor, operator
from kit.db import uuid7
from kit.permissions import allows
from kit.transaction import transaction
from tenants.models import Organisation, OrganisationMember, Tenant
from tenants.rules.roles import ORGANISATION_ROLES, TENANT_ROLES
from tenants.service.account import take_account
from tenants.service.role import grant_role
from tenants.service.session import find_bearer, find_signed_in
from tenants.service.token import create_token
from tests.bodies import sample_of
from tests.browser import NAME, Browser
from tests.house.test_isolation_inside import BODIES
from tests.sides import Sides

# What names no thing of anybody, or a part of a thing already addressed: any value will do.
ANY = {
    "slug": "appel",
    "service_slug": "prestation",
    "code": "2JKG",
    "secret": "0" * 64,
    "key": "engagements-pris",
    "number": "1",
    "version_number": "1",
    "name": "index",
    "filename": "robots.txt",
}
# Words of the matrix, by what was answered.
YES, NO, ABSENT, SIGN_IN, FAULT = "+", "-", "·", "?", "!"


@dataclass(frozen=True)
class Asker:
    """Somebody, as person and as program: `whose` says where their roles are, seen from the things asked for."""

    role: str
    whose: str
    actor: Actor
    browser: Browser
    token: str | None


def askers(app: Flask, sides: Sides, elsewhere: Tenant) -> Iterator[Asker]:
    """Everybody: each role of the portal, of both sides of a mission, of their rivals; the same in another portal."""
    here, boss = sides.tenant, operator("tests", sides.tenant.id)
    nobody = Browser(app, here)
    yield Asker("visitor", "nobody", Actor("anonymous", here.id), nobody, None)
    yield _asker(app, here, "person", "nobody", None, None)
    owned = {"facility": sides.facility["organisation_id"], "provider": sides.provider["provider_id"]}
    rivals = {name: str(next(iter(sides.people[f"other_{name}"].actor.organisations))) for name in owned}
    for whose, organisations in (("own", owned), ("other", rivals)):
        for name, organisation in organisations.items():
            for role in ORGANISATION_ROLES:
                yield _asker(app, here, f"{name}.{role}", whose, UUID(organisation), role)
    for role in TENANT_ROLES:
        yield _asker(app, here, role, "own", None, role)
    there = {"facility": _organisation(elsewhere, "350000063"), "provider": _organisation(elsewhere, None)}
    for name, inside in there.items():
        for role in ORGANISATION_ROLES:
            yield _asker(app, elsewhere, f"{name}.{role}", "elsewhere", inside, role)
    for role in TENANT_ROLES:
        yield _asker(app, elsewhere, role, "elsewhere", None, role)
    assert boss.tenant_id == here.id


def _organisation(tenant: Tenant, finess_ej: str | None) -> UUID:
    with transaction(operator("tests", tenant.id)) as tx:
        kind = "legal_entity" if finess_ej else "provider"
        row = tx.add(Organisation(id=uuid7(), kind=kind, finess_ej=finess_ej, name="Ailleurs", created_at=tx.now))
        return row.id


def _asker(app: Flask, tenant: Tenant, name: str, whose: str, organisation_id: UUID | None, role: str | None) -> Asker:
    email = f"{name.replace('_', '.')}.{whose}@matrix.test"
    boss = operator("tests", tenant.id)
    place: dict[str, Any] = {}
    if organisation_id is not None and role is not None:
        with transaction(boss) as tx:
            user, inside = take_account(tx, email), tx.session.get_one(Organisation, (tenant.id, organisation_id))
            columns = {"organisation_id": inside.id, "user_id": user.id, "role": role}
            tx.add(OrganisationMember(**columns, function="Essai", joined_at=tx.now))
            place = {"finess_ej": inside.finess_ej} if inside.finess_ej else {"provider": str(inside.id)}
    elif role is not None:
        grant_role(boss, email, role)
    browser = Browser(app, tenant).sign_in(email)
    actor = find_signed_in(tenant.id, browser.session or "", None)
    assert actor is not None
    scopes = sorted({action.partition(".")[0] for action in permissions()})
    token = None
    if role is not None:
        token = create_token(boss, "matrice", scopes, known_scopes=list(permissions()), roles=[role], **place)[1]
        find_bearer(tenant.id, token, None)  # noted as in use once, and not cell after cell
    return Asker(name, whose, actor, browser, token)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is committed inside is undone after: every session joins one transaction that never commits."""
    with db.engine().connect() as connection, pytest.MonkeyPatch.context() as patch:

        def joined() -> Connection:
            if not connection.in_transaction():
                connection.begin()
                connection.begin_nested()  # what a session undoes is its own part, and what it commits is kept here
            return connection

        patch.setattr(kit.transaction, "engine", joined)
        yield


def answer(app: Flask, asker: Asker, method: str, rule: Rule, values: dict[str, str]) -> str:
    """The word of a cell."""
    known = ANY | values | {"tenant": asker.browser.tenant.slug}
    path = app.url_map.bind("localhost").build(rule.endpoint, {one: known[one] for one in rule.arguments}, method)
    own = BODIES.get(rule.endpoint, {})
    if rule.rule.startswith("/api/"):
        headers = {"If-Match": '"1"'} | ({"Authorization": f"Bearer {asker.token}"} if asker.token else {})
        body = sample_of(app.view_functions[rule.endpoint]) | ({"json": own} if own else {})
        response = app.test_client().open(path, method=method, headers=headers, **body)
    else:
        mine = str(next(iter(asker.actor.organisations), UUID(int=0)))  # where a form asks for whom
        form = {"csrf_token": signing.seal(f"csrf:{NAME}"), "organisation": mine, **own}
        response = asker.browser.client.open(path, method=method, data=None if method == "GET" else form)
    with response:
        return word(response)


def word(response: TestResponse) -> str:
    """What an answer says of a right. A 404 is the answer of what does not exist."""
    if response.status_code == 401 or "/sign-in?" in response.headers.get("Location", ""):
        return SIGN_IN
    return FAULT if response.status_code >= 500 else {403: NO, 404: ABSENT}.get(response.status_code, YES)


def hopeless(asker: Asker, action: str) -> bool:
    """Whether the table of permissions refuses before any thing is looked at."""
    return not allows(permissions(), asker.actor, action)
