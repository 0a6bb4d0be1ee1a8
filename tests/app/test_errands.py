"""Errands: workers are called for what is due, for as long as something is, and a dead one is replaced."""

from collections.abc import Callable
from uuid import UUID

import pytest

from app import errands
from app.errands import ring_errands, run_errand
from kit import queue
from kit.errand import Errand, Stop
from tenants.models import Tenant


def test_a_due_errand_calls_its_workers_once_until_they_have_run(
    make_tenant: Callable[..., Tenant], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.redis().flushdb()
    tenant = make_tenant()
    left = {tenant.id: 5}

    def run(tenant_id: UUID, stop: Stop) -> int:
        done = 0
        while left[tenant_id] and not stop():
            left[tenant_id] -= 1
            done += 1
        return done

    monkeypatch.setattr(errands, "ERRANDS", (Errand("count", lambda one: min(left.get(one, 0), 2), run),))
    assert ring_errands(tenant.id) == 2
    assert ring_errands(tenant.id) == 0, "they are on their way"
    assert run_errand("count", str(tenant.id), "0", lambda: False) == 5
    assert ring_errands(tenant.id) == 0, "nothing is due"
    left[tenant.id] = 1
    queue.queue().empty()  # both jobs have run
    assert ring_errands(tenant.id) == 1, "the place is free again"


def test_an_errand_that_fails_does_not_silence_the_others(monkeypatch: pytest.MonkeyPatch, tenant: Tenant) -> None:
    def fail(tenant_id: UUID) -> int:
        raise RuntimeError("broken")

    def never(tenant_id: UUID, stop: Stop) -> int:
        raise AssertionError

    monkeypatch.setattr(errands, "ERRANDS", (Errand("fails", fail, never), Errand("works", lambda one: 1, never)))
    with pytest.raises(RuntimeError, match="broken"):
        ring_errands(tenant.id)
    job_id = f"errand-works-{tenant.id}-0"
    assert queue.queue().fetch_job(job_id) is not None


def test_a_worker_that_is_stopped_leaves_the_rest(monkeypatch: pytest.MonkeyPatch, tenant: Tenant) -> None:
    def run(tenant_id: UUID, stop: Stop) -> int:
        return 0 if stop() else 1

    monkeypatch.setattr(errands, "ERRANDS", (Errand("stop", lambda one: 1, run),))
    assert run_errand("stop", str(tenant.id), "0", lambda: True) == 0


def test_errands_have_names_of_their_own() -> None:
    names = [one.name for one in errands.ERRANDS]
    assert len(set(names)) == len(names)
