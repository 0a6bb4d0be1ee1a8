"""The ticker: an entry that fails, or hangs, stops none of the others, and its pulse says so."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from app import schedule
from app.ticker import Entry, tick
from kit import queue
from tenants.models import Tenant
from tests.kit.crew import eventually


def test_an_entry_that_fails_or_hangs_stops_no_other() -> None:
    stop, hang, told = threading.Event(), threading.Event(), []  # type: ignore[var-annotated]

    def fail() -> int:
        raise RuntimeError("broken")

    entries = [
        Entry("fails", 0.01, fail),
        Entry("hangs", 0.01, lambda: int(hang.wait(30))),
        Entry("works", 0.01, lambda: 2),
    ]
    ticking = threading.Thread(target=tick, args=(entries, stop, told.append))
    ticking.start()
    eventually(lambda: entries[2].facts.get("total", 0) > 10)
    eventually(lambda: told)
    hang.set()
    stop.set()
    ticking.join()
    facts: dict[str, Any] = told[0]
    assert facts["fails"]["error"] == "RuntimeError: broken"
    assert (facts["works"]["error"], facts["works"]["count"]) == (None, 2)
    assert "last_at" not in facts["hangs"]


def test_an_entry_that_works_again_says_so() -> None:
    answers: list[Any] = [1, ValueError("no"), 3]

    def act() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return int(answer)

    entry = Entry("sometimes", 1, act)
    seen = []
    for _ in range(3):
        entry.run()
        seen.append((entry.facts["error"], entry.facts["total"]))
    assert seen == [(None, 1), ("ValueError: no", 1), (None, 4)]


@pytest.mark.usefixtures("own")
def test_every_entry_runs_on_an_empty_house(make_tenant: Callable[..., Tenant]) -> None:
    """With two tenants and nothing to do."""
    queue.redis().flushdb()
    make_tenant(), make_tenant()
    for entry in schedule.entries({}):
        entry.run()
        assert entry.facts["error"] is None, entry.name
