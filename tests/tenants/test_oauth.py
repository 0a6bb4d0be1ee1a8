"""Short tokens (OAuth 2.0, client credentials): asked for, refused, narrowed, stopped; a real library as the client."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from kit import clock
from kit.actor import Actor, operator
from kit.audit import AuditLine
from kit.errors import Invalid, NotFound
from kit.outbox import Deadline
from kit.transaction import transaction
from tenants.models import ApiClient, ApiToken, Tenant
from tenants.service.client import create_client, renew_client, revoke_client
from tenants.service.program import list_programs

KNOWN = ("tenant.view", "invoice.view", "invoice.queue", "order.view")
HELD = ["invoice", "order.view"]
pytestmark = pytest.mark.usefixtures("no_limits")


@pytest.fixture
def boss(tenant: Tenant) -> Actor:
    return operator("root", tenant.id)


@pytest.fixture
def made(boss: Actor) -> tuple[str, str]:
    """A client's identifier and secret."""
    client, secret = create_client(boss, "Entrepôt", HELD, known_scopes=KNOWN)
    return str(client.id), secret


class Door:
    """Where a portal gives its tokens."""

    def __init__(self, application: Flask, tenant: Tenant) -> None:
        self.client, self.tenant = application.test_client(), tenant

    def ask(self, client: tuple[str, str] | None = None, **form: Any) -> TestResponse:
        headers = {}
        if client is not None:
            headers["Authorization"] = "Basic " + base64.b64encode(":".join(client).encode()).decode()
        data = {"grant_type": "client_credentials", **form}
        return self.client.post(f"/api/v1/{self.tenant.slug}/oauth/token", data=data, headers=headers)

    def me(self, token: str) -> TestResponse:
        return self.client.get(f"/api/v1/{self.tenant.slug}/me", headers={"Authorization": f"Bearer {token}"})


@pytest.fixture
def door(application: Flask, tenant: Tenant) -> Door:
    return Door(application, tenant)


@pytest.mark.parametrize("way", ["basic", "post"])
def test_a_client_gets_a_token_of_an_hour(door: Door, made: tuple[str, str], way: str) -> None:
    said = door.ask(made) if way == "basic" else door.ask(client_id=made[0], client_secret=made[1])
    assert said.status_code == 200
    assert (said.headers["Cache-Control"], said.headers["Pragma"]) == ("no-store", "no-cache")
    body = said.get_json()
    assert body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 3600, "invoice order.view")
    me = door.me(body["access_token"]).get_json()
    assert (me["name"], me["scopes"]) == ("Entrepôt", ["invoice", "order.view"])
    with clock.frozen(clock.now() + timedelta(minutes=61)):
        assert door.me(body["access_token"]).status_code == 401


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("invoice.view", "invoice.view"),
        ("order.view invoice.view", "invoice.view order.view"),
        ("invoice", "invoice"),
        ("", "invoice order.view"),
        ("order", None),
        ("tenant.view", None),
        ("invoice.view tenant.view", None),
        ("INVOICE", None),
        ("é\x00\x1f", None),
        ('"\\', None),
    ],
    ids=range(10),
)
def test_scopes_are_narrowed_and_never_widened(
    door: Door, made: tuple[str, str], asked: str, given: str | None
) -> None:
    said = door.ask(made, scope=asked)
    if given is None:
        assert (said.status_code, said.get_json()["error"]) == (400, "invalid_scope")
    else:
        assert said.get_json()["scope"] == given
        assert door.me(said.get_json()["access_token"]).get_json()["scopes"] == given.split()


def test_who_is_not_known_is_told_the_same_whatever_is_wrong(door: Door, made: tuple[str, str]) -> None:
    """Identifier or secret, alive or revoked: nothing is learned."""
    answers = [
        door.ask((made[0], "crrcs_autre")),
        door.ask((str(uuid4()), made[1])),
        door.ask(("pas-un-identifiant", made[1])),
        door.ask((made[0], "")),
        door.ask((made[0].upper(), made[1] + "x")),
        door.ask(("é\x00", "é")),
    ]
    assert {one.status_code for one in answers} == {401}
    assert {one.get_data() for one in answers} == {answers[0].get_data()}
    assert {one.headers["WWW-Authenticate"].partition(" ")[0] for one in answers} == {"Basic"}
    assert all(one.headers["Cache-Control"] == "no-store" for one in answers)
    posted = [door.ask(client_id=made[0], client_secret="non"), door.ask(client_id="x"), door.ask()]
    assert {(one.status_code, one.get_json()["error"]) for one in posted} == {(400, "invalid_client")}


@pytest.mark.parametrize("header", ["Basic !!!", "Basic /w==", "Basic", "Basic YQ==", "Bearer abc", "Digest a=b", "é"])
def test_a_header_that_is_none(door: Door, header: str) -> None:
    said = door.client.post(
        f"/api/v1/{door.tenant.slug}/oauth/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header},
    )
    assert (said.status_code, said.get_json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        ("", "application/x-www-form-urlencoded", "invalid_request"),
        ("grant_type=", "application/x-www-form-urlencoded", "invalid_request"),
        ("grant_type=password&username=a&password=b", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        ("grant_type=%22%C3%A9%00", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        ("grant_type=client_credentials&grant_type=x", "application/x-www-form-urlencoded", "invalid_request"),
        ("grant_type=client_credentials&scope=a&scope=b", "application/x-www-form-urlencoded", "invalid_request"),
        ("grant_type=client_credentials&client_secret=x", "application/x-www-form-urlencoded", "invalid_request"),
        ('{"grant_type": "client_credentials"}', "application/json", "invalid_request"),
        ("grant_type=client_credentials", "text/plain", "invalid_request"),
    ],
    ids=range(9),
)
def test_a_request_that_is_none(door: Door, made: tuple[str, str], body: str, kind: str, error: str) -> None:
    secret = base64.b64encode(":".join(made).encode()).decode()
    said = door.client.post(
        f"/api/v1/{door.tenant.slug}/oauth/token",
        data=body,
        content_type=kind,
        headers={"Authorization": f"Basic {secret}"},
    )
    assert (said.status_code, said.get_json()["error"]) == (400, error)
    assert said.headers["Cache-Control"] == "no-store"


def test_nothing_is_read_in_the_address(door: Door, made: tuple[str, str]) -> None:
    """Addresses are kept in logs."""
    query = f"grant_type=client_credentials&client_id={made[0]}&client_secret={made[1]}"
    said = door.client.post(f"/api/v1/{door.tenant.slug}/oauth/token?{query}")
    assert (said.status_code, said.get_json()["error"]) == (400, "invalid_request")
    assert door.client.get(f"/api/v1/{door.tenant.slug}/oauth/token?{query}").status_code == 405


def test_a_client_of_another_portal_is_nobody(
    application: Flask, made: tuple[str, str], make_tenant: Callable[..., Tenant]
) -> None:
    assert Door(application, make_tenant()).ask(made).status_code == 401


def test_a_secret_is_renewed_with_a_week_to_change(door: Door, boss: Actor, made: tuple[str, str]) -> None:
    client, newer = renew_client(boss, _id(boss))
    assert door.ask(made).status_code == door.ask((made[0], newer)).status_code == 200
    with clock.frozen(clock.now() + timedelta(days=7, seconds=1)):
        assert door.ask(made).status_code == 401
        assert door.ask((made[0], newer)).status_code == 200
    assert client.expires_at - clock.now() > timedelta(days=364)
    with clock.frozen(clock.now() + timedelta(days=366)):
        assert door.ask((made[0], newer)).status_code == 401


def test_a_client_that_is_stopped_stops_at_once_with_its_tokens(door: Door, boss: Actor, made: tuple[str, str]) -> None:
    token = door.ask(made).get_json()["access_token"]
    revoke_client(boss, _id(boss))
    revoke_client(boss, _id(boss))
    assert door.me(token).status_code == 401
    assert door.ask(made).status_code == 401
    with pytest.raises(NotFound):
        renew_client(boss, _id(boss))


def test_stopping_and_asking_at_the_same_instant_leaves_no_token_alive(
    application: Flask, tenant: Tenant, boss: Actor, made: tuple[str, str]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(lambda: Door(application, tenant).ask(made)) for _ in range(6)]
        pool.submit(revoke_client, boss, _id(boss)).result()
        given = [one.result().get_json().get("access_token") for one in asked]
    door = Door(application, tenant)
    assert {door.me(token).status_code for token in given if token} <= {401}


def test_a_token_ends_with_its_client(door: Door, boss: Actor) -> None:
    client, secret = create_client(boss, "Bref", HELD, known_scopes=KNOWN, lifetime=timedelta(minutes=5))
    token = door.ask((str(client.id), secret)).get_json()["access_token"]
    with clock.frozen(clock.now() + timedelta(minutes=6)):
        assert door.me(token).status_code == 401


def test_guessing_is_stopped_by_address_and_a_good_client_still_passes(door: Door, made: tuple[str, str]) -> None:
    statuses = [door.ask((made[0], f"crrcs_{number}")).status_code for number in range(22)]
    assert statuses == [401] * 20 + [429] * 2
    assert door.ask(made).status_code == 200


def test_what_is_kept_is_no_secret(door: Door, boss: Actor, tenant: Tenant, made: tuple[str, str]) -> None:
    token = door.ask(made).get_json()["access_token"]
    with transaction(boss) as tx:
        client = tx.session.scalars(select(ApiClient)).one()
        kept = tx.session.scalars(select(ApiToken)).one()
        lines = tx.session.scalars(select(AuditLine).where(AuditLine.action == "access_token.ask")).all()
        due = tx.session.scalars(select(Deadline).where(Deadline.topic == "api_client.expires_soon")).one()
    assert made[1] not in (client.digest, kept.digest)
    assert (client.used_at, kept.client_id) == (kept.created_at, client.id)
    assert [(one.facts["client"], token in str(one.facts)) for one in lines] == [(made[0], False)]
    assert due.due_at == client.expires_at - timedelta(days=14)
    programs = list_programs(boss)
    assert ([one.id for one in programs.clients], list(programs.tokens)) == ([client.id], [])


def test_a_client_is_made_of_what_exists(boss: Actor) -> None:
    for name, scopes, lifetime in [
        ("", HELD, 365),
        ("x" * 121, HELD, 365),
        ("Bon", [], 365),
        ("Bon", ["rien"], 365),
        ("Bon", HELD, 731),
        ("Bon", HELD, 0),
    ]:
        with pytest.raises(Invalid):
            create_client(boss, name, scopes, known_scopes=KNOWN, lifetime=timedelta(days=lifetime))


def test_the_door_describes_itself(door: Door) -> None:
    said = door.client.get(f"/api/v1/{door.tenant.slug}/.well-known/oauth-authorization-server").get_json()
    assert said["token_endpoint"] == f"{said['issuer']}/oauth/token"
    assert said["grant_types_supported"] == ["client_credentials"]


def test_a_library_finds_its_way(door: Door, made: tuple[str, str], live_portal: str) -> None:
    """Authlib's own client, over a real wire, from the description alone."""
    from authlib.integrations.requests_client import OAuth2Session

    session = OAuth2Session(*made, scope="invoice.view")
    import requests

    base = f"{live_portal}/api/v1/{door.tenant.slug}"
    described = requests.get(f"{base}/.well-known/oauth-authorization-server", timeout=5).json()
    path = described["token_endpoint"].partition("/api/")[2]
    token = session.fetch_token(f"{live_portal}/api/{path}", grant_type="client_credentials")
    assert token["scope"] == "invoice.view"
    assert session.get(f"{base}/me").json()["scopes"] == ["invoice.view"]


@pytest.fixture
def live_portal(application: Flask) -> Any:
    """The application on a port."""
    import threading

    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join(5)


def _id(boss: Actor) -> Any:
    with transaction(boss) as tx:
        return tx.session.scalars(select(ApiClient.id)).one()
