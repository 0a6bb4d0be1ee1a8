"""The hour: it stands still in a request, and a host whose hour is not the database's does nothing."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select

from app import health
from app.factory import create_app
from kit import clock, relay
from kit.actor import operator, system
from kit.db import uuid7
from kit.errors import Unsure
from kit.outbox import OutboxMessage
from kit.transaction import Tx, transaction
from tenants.models import Tenant

WRONG = [3600.0, -3600.0, 121.0, -121.0]


@pytest.fixture
def wrong_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the hour of this host, as `date -s` would."""
    right = time.time

    def move(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: right() + seconds)

    return move


def told(tenant: Tenant, subject: UUID) -> bool:
    """Whether there is news of it."""
    with transaction(system(tenant.id, "t")) as tx:
        return tx.session.scalar(select(OutboxMessage.id).where(OutboxMessage.subject_id == subject)) is not None


@pytest.mark.parametrize("seconds", WRONG)
def test_nothing_is_done_at_an_hour_that_two_hosts_disagree_about(
    tenant: Tenant, wrong_by: Callable[[float], None], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = uuid7()
    wrong_by(seconds)
    with pytest.raises(Unsure, match="Rien n’a été fait"), transaction(system(tenant.id, "t")) as tx:
        tx.emit("a.told", mark)
    monkeypatch.undo()
    assert not told(tenant, mark), "nothing is kept of it"


@pytest.mark.parametrize("seconds", [0.0, 100.0, -100.0])
def test_a_minute_is_the_machines_own_business(
    tenant: Tenant, wrong_by: Callable[[float], None], seconds: float
) -> None:
    mark = uuid7()
    wrong_by(seconds)
    with transaction(system(tenant.id, "t")) as tx:
        tx.emit("a.told", mark)
    assert told(tenant, mark)


def test_what_is_due_is_neither_fired_nor_rung_an_hour_early(
    tenant: Tenant, wrong_by: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The release of a call would tell everybody before the day."""
    mark = uuid7()
    with transaction(system(tenant.id, "t")) as tx:
        tx.due("a.release", mark, datetime.fromtimestamp(time.time() + 1800, UTC))
    rung: list[object] = []
    wrong_by(3600)
    with pytest.raises(Unsure):
        relay.fire_due(tenant.id)
    with pytest.raises(Unsure):
        relay.relay({"a.release": [_never]}, lambda *one: rung.append(one))
    assert health.check()["hour"]["ok"] is False
    monkeypatch.undo()
    assert rung == []
    assert not told(tenant, mark)
    assert health.check()["hour"]["ok"] is True


def _never(tx: Tx, message: OutboxMessage) -> None:
    raise AssertionError("nobody was to be told")


def test_a_request_that_came_in_at_a_wrong_hour_is_not_saved_by_the_right_one(
    tenant: Tenant, wrong_by: Callable[[float], None]
) -> None:
    """Somebody puts the clock right while it is served: the instant it would be dated by is still wrong."""
    wrong_by(-3600)
    with clock.arrived(clock.now()):
        wrong_by(0)
        with pytest.raises(Unsure), transaction(system(tenant.id, "t")):
            pass
    with clock.arrived(clock.now()):
        wrong_by(3600)
        with transaction(system(tenant.id, "t")) as tx:
            assert abs(tx.now.timestamp() + 3600 - time.time()) < 60


def test_people_are_told(tenant: Tenant, wrong_by: Callable[[float], None]) -> None:
    client = create_app().test_client()
    client.get(f"/{tenant.slug}/")
    wrong_by(-3600)
    for path, words in ((f"/{tenant.slug}/", "Rien n’a été fait"), (f"/api/v1/{tenant.slug}/campaigns", "unsure_of")):
        answer = client.get(path)
        assert answer.status_code == 503
        assert words in answer.text


def test_on_the_platform_nobody_is_judged(wrong_by: Callable[[float], None]) -> None:
    """`crrc doctor` still runs, and says so."""
    wrong_by(3600)
    with transaction(operator("t")) as tx:
        assert tx.now is not None


def test_a_frozen_hour_is_compared_with_nothing(tenant: Tenant) -> None:
    """A request that arrived in time is served late by a busy machine: its instant is old, the clocks agree."""
    with clock.frozen(datetime(2025, 9, 23, 21, 59, 59, tzinfo=UTC)), transaction(system(tenant.id, "t")) as tx:
        assert tx.now.year == 2025
