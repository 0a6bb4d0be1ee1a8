"""Fixtures of people: a browser, somebody signed in, the statements sent to the database."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event

from kit import queue
from kit.actor import Actor
from kit.db import engine
from tenants.models import Tenant
from tests.browser import Browser


@pytest.fixture(scope="session")
def application(database: str) -> Flask:
    """The whole web application."""
    from app.factory import create_app

    return create_app()


@pytest.fixture
def browser(application: Flask, tenant: Tenant) -> Browser:
    """A visitor's browser."""
    return Browser(application, tenant)


@pytest.fixture
def person(application: Flask, tenant: Tenant) -> Callable[..., Actor]:
    """Make somebody signed in, as the portal sees them now: `person("marie@ehpad.fr")`."""
    from tenants.service.session import find_signed_in

    def make(email: str) -> Actor:
        browser = Browser(application, tenant).sign_in(email)
        actor = find_signed_in(tenant.id, browser.session or "", None)
        assert actor is not None
        return actor

    return make


@pytest.fixture
def statements(database: str) -> Iterator[list[str]]:
    """Every SQL statement sent to the database, as it is sent."""
    sent: list[str] = []

    def note(conn: object, cursor: object, statement: str, *rest: object) -> None:
        sent.append(statement)

    event.listen(engine(), "before_cursor_execute", note)
    yield sent
    event.remove(engine(), "before_cursor_execute", note)


@pytest.fixture
def no_limits(database: str) -> None:
    """Forget how often somebody did something: tests ask for more links than a person may."""
    queue.redis().flushdb()
