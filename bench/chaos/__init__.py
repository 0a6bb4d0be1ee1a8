"""A bad evening: people apply, thousands of mails leave, invoices are issued, and everything that can fail does.

`make bench-chaos SEED=… SECONDS=… APPLICANTS=… NOTICES=… INVOICES=…`. Faults are drawn from SEED, which is printed
(bench/chaos/faults.py has them all, on one page). Keys of bench/out/chaos.json that must be 0: `lost`, `double`,
`late_accepted`, `wrongly_dated`, `misjudged`, `answers_lost`, `files_lost`, `mails_missing`, `mails_double`,
`numbers_missing`, `numbers_double`, `audit_broken`, `errors_500`, `unsettled`. docs/chaos.md says what people see
during each fault.
"""

import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from random import Random, randrange

from bench import database, measured
from bench.chaos.evening import Evening
from bench.chaos.machine import Machine
from bench.chaos.post import Post
from finess.gateway.synthetic.writer import write
from tests.notifications.post import free_port

HOME = database.HOME / "chaos"
MUST_BE_0 = (
    *("lost", "double", "late_accepted", "wrongly_dated", "misjudged", "answers_lost", "files_lost"),
    *("mails_missing", "mails_double", "numbers_missing", "numbers_double", "audit_broken", "errors_500", "unsettled"),
)


def given(name: str, otherwise: int) -> int:
    """A size that somebody asked for."""
    return int(os.environ.get(f"CRRC_BENCH_{name}") or otherwise)


def run() -> dict[str, float]:
    """Every figure. Fails when anything is lost, twice, late, or never ends."""
    seed, seconds = given("SEED", randrange(1_000_000)), given("SECONDS", 150)
    applicants, notices, drafts = given("APPLICANTS", 400), given("NOTICES", 10_000), given("INVOICES", 300)
    print(
        f"\nSEED={seed} SECONDS={seconds} APPLICANTS={applicants} NOTICES={notices} INVOICES={drafts}", file=sys.stderr
    )
    started = time.monotonic()
    environment = database.fresh("bench_chaos", HOME)
    machine, post = Machine(HOME), Post(free_port())
    machine.redis().flushall()
    machine.mount()
    post.open()
    environment |= {
        "CRRC_PROXY_STAMPS": "1",
        "CRRC_SMTP_URL": f"smtp://127.0.0.1:{post.port}",
        "CRRC_STORAGE_URL": (machine.disk / "storage").as_uri(),
    }
    try:
        sizes = (str(applicants), str(notices), str(drafts), str(_register()))
        world = measured.answers("bench.chaos.world", *sizes, environment=environment)
        told = Evening(HOME, environment, world, machine, post).spend(Random(seed), seconds)
        told |= {key: world[key] for key in ("slug", "billed_id")} | {"notices": notices}
        checked = measured.answers("bench.chaos.check", environment=environment, said=json.dumps(told))
    finally:
        post.close()
        machine.unmount()
        database.stop(HOME)
    figures = {
        "seed": seed,
        "faults": len(told["faults"]),
        "kills": len(told["kills"]),
        **checked,
        "errors_500": sum(answer[1] == 500 for answer in told["answers"]),
        **told["settled"],
        "seconds": time.monotonic() - started,
    }
    wrong = {name: figures[name] for name in MUST_BE_0 if figures[name]}
    assert not wrong, f"SEED={seed}: {wrong}"
    return figures


def _register() -> Path:
    path = HOME / "register.json.gz"
    if not path.exists():
        write(path, 2025, 0.1, datetime(2026, 11, 20, 4, tzinfo=UTC))
    return path
