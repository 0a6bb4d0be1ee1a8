"""How often a program may call and a stranger may send: by token, by address, with Redis and without."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from werkzeug.test import TestResponse

from app.limits import address
from kit import clock, limits
from kit.actor import anonymous, operator
from kit.settings import settings
from tenants.models import Tenant
from tenants.service.token import create_token
from tests.browser import Browser

pytestmark = pytest.mark.usefixtures("no_limits", "thirty")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def thirty(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Thirty calls a minute for a token, six for a stranger, three wrong tokens; and no minute ends meanwhile."""
    monkeypatch.setenv("CRRC_API_PER_MINUTE", "30")
    settings.cache_clear()
    with clock.frozen(clock.now().replace(second=20)):
        yield
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis does not answer."""
    absent = Redis(port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(limits, "counters", lambda: absent)
    monkeypatch.setattr(limits, "_away_until", 0.0)
    monkeypatch.setattr(limits, "_here", {})


class Program:
    """A program with a token, or without, somewhere."""

    def __init__(self, application: Flask, tenant: Tenant, secret: str | None = None, at: str = "192.0.2.7") -> None:
        self.client, self.tenant, self.at = application.test_client(), tenant, at
        self.headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}

    def call(self, path: str = "/portal") -> TestResponse:
        # The middleware of Arrival reads the clock: it is frozen around the whole test.
        return self.client.get(
            f"/api/v1/{self.tenant.slug}{path}", headers=self.headers, environ_base={"REMOTE_ADDR": self.at}
        )


@pytest.fixture
def program(application: Flask, tenant: Tenant) -> Callable[..., Program]:
    def make(secret: str | None = "", at: str = "192.0.2.7") -> Program:
        if secret == "":
            secret = create_token(operator("t", tenant.id), "essai", ["tenant"], known_scopes=["tenant.view"])[1]
        return Program(application, tenant, secret, at)

    return make


def test_a_token_may_call_so_often_and_is_told_where_it_stands(program: Callable[..., Program]) -> None:
    mine, other = program(), program()
    answers = [mine.call() for _ in range(32)]
    assert [one.status_code for one in answers] == [200] * 30 + [429] * 2
    first, last = answers[0], answers[-1]
    assert (first.headers["RateLimit-Limit"], first.headers["RateLimit-Remaining"]) == ("30", "29")
    assert first.headers["RateLimit-Reset"] == last.headers["Retry-After"] == "40"
    assert (last.mimetype, last.headers["RateLimit-Remaining"]) == ("application/problem+json", "0")
    assert last.get_json(force=True)["code"] == "too_many_requests"
    assert "30 par minute" in last.get_json(force=True)["detail"]
    assert other.call().status_code == 200, "another token, from the same address"
    with clock.frozen(clock.now() + timedelta(seconds=41)):
        assert mine.call().status_code == 200


def test_a_stranger_is_counted_by_address(program: Callable[..., Program]) -> None:
    assert [program(None).call().status_code for _ in range(8)] == [200] * 6 + [429] * 2
    assert program(None, "192.0.2.8").call().status_code == 200
    assert program().call().status_code == 200, "who has a token passes, from the same address"


def test_one_subscriber_of_ipv6_is_one(program: Callable[..., Program]) -> None:
    statuses = [program(None, f"2001:db8:1:2::{number}").call().status_code for number in range(8)]
    assert statuses == [200] * 6 + [429] * 2
    assert program(None, "2001:db8:1:3::1").call().status_code == 200


def test_wrong_tokens_are_stopped_and_good_ones_of_the_same_address_pass(program: Callable[..., Program]) -> None:
    statuses = [program(f"crrc_{number}").call().status_code for number in range(6)]
    assert statuses == [401] * 3 + [429] * 3
    assert program().call().status_code == 200
    assert program("crrc_x", "192.0.2.9").call().status_code == 401


def test_forms_of_strangers_are_counted_and_of_people_signed_in_are_not(application: Flask, tenant: Tenant) -> None:
    stranger = Browser(application, tenant)
    statuses = [stranger.post("/sign-in", {"email": ""}).status_code for _ in range(8)]
    assert statuses[:6] == [422] * 6
    assert statuses[6:] == [429] * 2
    assert stranger.get("/sign-in").status_code == 200


def test_without_redis_the_limit_holds_and_costs_nothing(program: Callable[..., Program], away: None) -> None:
    mine = program()
    begun = time.monotonic()
    assert [mine.call().status_code for _ in range(32)] == [200] * 30 + [429] * 2
    assert time.monotonic() - begun < 2


def test_a_silent_redis_is_asked_once_in_five_seconds(monkeypatch: pytest.MonkeyPatch, away: None) -> None:
    asked = []

    def silent() -> Redis:
        asked.append(1)
        return Redis(port=1, retry=Retry(NoBackoff(), 0))

    monkeypatch.setattr(limits, "counters", silent)
    for _ in range(10):
        limits.count_one("essai", "x", 5, MINUTE)
    assert len(asked) == 1
    assert limits.count_one("essai", "x", 5, MINUTE).is_over


def test_the_first_requests_of_a_process_come_together(database: str) -> None:
    """Each of their threads makes a client of Redis; those that are not kept close nobody's connection."""

    def first(_: int) -> int:
        return limits.count_one("first", "x", 10_000, MINUTE).count

    before = first(0)
    for _ in range(20):
        limits.counters.cache_clear()
        with ThreadPoolExecutor(12) as threads:
            list(threads.map(first, range(12)))
    assert first(0) == before + 241


def test_what_an_address_is(application: Flask) -> None:
    for seen, counted in [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("", ""),
        ("unix:", "unix:"),
    ]:
        with application.test_request_context("/", environ_base={"REMOTE_ADDR": seen}):
            assert address() == counted


def test_a_flood_of_new_subjects_frees_nobody_that_is_being_guessed(
    monkeypatch: pytest.MonkeyPatch, away: None
) -> None:
    """Without Redis there is room for so many: what was counted most stays."""
    monkeypatch.setattr(limits, "MOST_REMEMBERED", 100)
    for _ in range(6):
        limits.count_one("second-factor", "somebody", 5, MINUTE)
    for number in range(1000):
        limits.count_one("sign-in-address", str(number), 5, MINUTE)
    assert limits.count_one("second-factor", "somebody", 5, MINUTE).count == 7
    assert len(limits._here) <= 100


def test_a_subscriber_s_many_addresses_ask_for_links_as_one(application: Flask, tenant: Tenant) -> None:
    """Of 2^64 addresses of one IPv6 network, each would have its own count."""
    from kit.errors import TooManyRequests
    from tenants.service.sign_in import MOST_BY_IP, ask_sign_in_link

    who = anonymous(tenant.id)
    for number in range(MOST_BY_IP):
        ask_sign_in_link(who, f"p{number}@ehpad.fr", "/", f"2001:db8:1:2::{number:x}", "b" * 43)
    with pytest.raises(TooManyRequests):
        ask_sign_in_link(who, "last@ehpad.fr", "/", "2001:db8:1:2:ffff::1", "b" * 43)
    ask_sign_in_link(who, "neighbour@ehpad.fr", "/", "2001:db8:1:3::1", "b" * 43)


def test_what_a_limit_costs(tenant: Tenant) -> None:
    """One round trip to Redis, whatever the subject."""
    limits.count_one("essai", "cost", 10**6, MINUTE)
    begun = time.perf_counter()
    for _ in range(200):
        limits.count_one("essai", "cost", 10**6, MINUTE)
    each = (time.perf_counter() - begun) / 200
    assert each < 0.005
