"""Whoever loses a role, a session or a token while their request comes slowly is nobody once it has come."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from werkzeug.serving import make_server

from kit import signing
from kit.actor import operator
from kit.web import browser_cookie
from tenants.models import Tenant
from tenants.service.role import grant_role, revoke_role
from tenants.service.token import create_token, revoke_token
from tenants.web.cookie import session_cookie
from tests.browser import NAME, Browser

GRADES = "lente@grades.fr"


@pytest.fixture
def port(application: Flask) -> Iterator[int]:
    """The application on a wire."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join(5)


@contextmanager
def held(port: int, path: str, headers: dict[str, str], body: bytes) -> Iterator[list[int]]:
    """Send all but the end of a request; the end leaves after the block, and the answer's status joins the list."""
    wanted = {"Host": "localhost", "Connection": "close", "Content-Length": str(len(body)), **headers}
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in wanted.items())
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(head.encode() + b"\r\n" + body[:5])
        threading.Event().wait(0.5)  # long enough for the head to be read
        status: list[int] = []
        yield status
        wire.sendall(body[5:])
        answer = b""
        while part := wire.recv(65536):
            answer += part
        status.append(int(answer.split()[1]))


def cookies(browser: Browser) -> dict[str, str]:
    return {"Cookie": f"{session_cookie()}={browser.session}; {browser_cookie()}={NAME}"}


def form(tenant: Tenant, **fields: str) -> bytes:
    sealed = {"csrf_token": signing.seal(f"csrf:{NAME}"), **fields}
    return "&".join(f"{name}={value}" for name, value in sealed.items()).encode()


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_role_taken_back_meanwhile(application: Flask, tenant: Tenant, port: int) -> None:
    grant_role(operator("t", tenant.id), GRADES, "grades_manager")
    grant_role(operator("t", tenant.id), "autre@grades.fr", "grades_manager")
    browser = Browser(application, tenant).sign_in(GRADES)
    path = f"/{tenant.slug}/staff/settings/brand"
    with held(port, path, cookies(browser) | FORM, form(tenant, colour="%23123456")) as status:
        revoke_role(operator("t", tenant.id), GRADES, "grades_manager")
    assert status == [403]


def test_a_session_ended_meanwhile(application: Flask, tenant: Tenant, port: int) -> None:
    browser = Browser(application, tenant).sign_in("marie@ehpad.fr")
    mine = cookies(browser)
    with held(port, f"/{tenant.slug}/account", mine | FORM, form(tenant, name="Ravie")) as status:
        assert browser.post("/sign-out").status_code == 303
    assert status == [303]  # to sign in
    assert "Ravie" not in Browser(application, tenant).sign_in("marie@ehpad.fr").get("/account").text


def test_a_token_revoked_meanwhile(tenant: Tenant, port: int) -> None:
    scopes = ["webhook_endpoint"]
    token, secret = create_token(
        operator("t", tenant.id), "Lent", scopes, known_scopes=scopes, roles=["grades_manager"]
    )
    body = json.dumps({"name": "Veille", "url": "https://veille.example/", "topics": ["candidacy.submit"]}).encode()
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    with held(port, f"/api/v1/{tenant.slug}/webhooks", headers, body) as status:
        revoke_token(operator("t", tenant.id), token.id)
    assert status == [401]
