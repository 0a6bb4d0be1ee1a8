"""The last ten minutes of a call: everybody applies, and more and more of them, until the last second.

`make bench-storm APPLICANTS=… SECONDS=…`. Keys of bench/out/storm.json: `applicants` (for ten minutes, at the rate that
was asked), `p99_ms` of « Déposer » (aim < 500), `lost`, `double`, `wrongly_dated` (0), `floor_ratio`: submissions a
second, everything else being done, to what the least Flask and psycopg do (aim ≥ 0.5), `fsync_ratio` to the disk's own.
docs/performance.md says what was learnt.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psycopg

from app.processes.web import web_command, web_environment
from bench import database, measured
from bench.booking_rush import _wait
from bench.register import national_register
from kit.settings import settings
from tests.notifications.post import free_port

APPLICANTS = int(os.environ.get("CRRC_BENCH_APPLICANTS") or 3000)
SECONDS = int(os.environ.get("CRRC_BENCH_SECONDS") or 600)
RUSH, AT_ONCE = int(os.environ.get("CRRC_BENCH_RUSH") or 600), 16
CRRC = str(Path(sys.executable).parent / "crrc")


def run() -> dict[str, float]:
    """Every figure of the storm. Fails when something is lost, kept twice or wrongly dated."""
    floor = _floor()
    environment = database.fresh("bench_storm") | {"CRRC_PROXY_STAMPS": "1", "CRRC_SMTP_URL": "null:"}
    world = measured.answers(
        "bench.storm.world", str(APPLICANTS + RUSH), str(national_register()), environment=environment
    )
    with portal(environment) as port:
        orders = {"port": port, "tenant": world["tenant"], "slug": world["slug"]}
        _crowd(orders | {"applicants": world["applicants"][:20], "at_once": 8} | _between(0, 3600), environment)
        rush = _crowd(
            orders | {"applicants": world["applicants"][20:RUSH], "at_once": AT_ONCE} | _between(0, 3600), environment
        )
        hours = _between(5, SECONDS)
        set_closing(environment, hours["closes_at"])
        said = _crowd(orders | {"applicants": world["applicants"][RUSH:]} | hours, environment)
    told = {"told": [*said["told"]], "too_late": hours["closes_at"] + 1}
    checked = measured.answers("bench.storm.check", environment=environment, said=json.dumps(told))
    waits = {step: [answer[2] for answer in said["answers"] if answer[0] == step] for step in STEPS}
    submissions = sum(one["state"] == "submitted" for one in rush["told"]) / rush["seconds"]
    tell(said)
    figures = {
        "applicants": APPLICANTS * 600 / SECONDS,
        "p99_ms": _part(waits["submit"], 0.99),
        **checked,
        "floor_ratio": submissions / floor,
        "fsync_ratio": submissions / _syncs(),
        "submissions_per_second": submissions,
        "floor_per_second": floor,
        "turned_away": sum(answer[1] == 503 for answer in said["answers"]),
        "seconds": SECONDS,
    }
    figures |= {f"{step}.p50_ms": _part(waits[step], 0.5) for step in STEPS}
    figures |= {f"{step}.p99_ms": _part(waits[step], 0.99) for step in STEPS}
    assert checked["lost"] == checked["double"] == checked["wrongly_dated"] == 0, checked
    return figures


STEPS = ("call", "start", "section", "autosave", "attach", "save", "check", "submit", "receipt")


@contextmanager
def portal(environment: dict[str, str]) -> Iterator[int]:
    """Web, worker and scheduler, as `crrc` runs them in production."""
    port = free_port()
    whole = {**os.environ, **environment, "CRRC_PORT": str(port)}
    size = settings()
    commands = [web_command(size, 5), [CRRC, "worker"], [CRRC, "scheduler"]]
    commands[0][commands[0].index("--port") + 1] = str(port)
    whole = web_environment(size, whole)
    log = database.HOME / "storm.log"
    with log.open("wb") as out:
        running = [subprocess.Popen(one, env=whole, stdout=out, stderr=out) for one in commands]
        try:
            _wait(port)
            yield port
        finally:
            for one in reversed(running):
                one.terminate()
            for one in running:
                one.wait(30)


def _floor() -> float:
    """Submissions a second of the least there can be."""
    environment = database.fresh("bench_floor")
    measured.answers("bench.storm.floor", environment=environment)
    port = free_port()
    command = web_command(settings(), 5)
    command[command.index("--port") + 1] = str(port)
    command[-1] = "bench.storm.floor:app"
    web = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        rates = []
        for _ in range(4):
            time.sleep(1)
            rates.append(measured.answers("bench.storm.rush", str(port), str(AT_ONCE), environment=environment)["rate"])
        return median(rates[1:])
    finally:
        web.terminate()
        web.wait(20)


def _crowd(orders: dict[str, Any], environment: dict[str, str]) -> dict[str, Any]:
    return measured.answers("bench.storm.crowd", environment=environment, said=json.dumps(orders))


def _between(begins_in: float, seconds: float) -> dict[str, float]:
    begins_at = float(int(time.time() + begins_in))
    return {"begins_at": begins_at, "closes_at": begins_at + seconds}


def set_closing(environment: dict[str, str], closes_at: float) -> None:
    """The last accepted second begins at `closes_at`."""
    with psycopg.connect(environment["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", "")) as owner:
        owner.execute(
            "update campaign_window set closes_at = %s where closes_at > now()",
            [datetime.fromtimestamp(closes_at, UTC)],
        )


def _syncs() -> float:
    """How often a second the disk of the database keeps eight kilobytes for good."""
    path = database.HOME / "syncs"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
    try:
        started = time.perf_counter()
        for number in range(500):
            os.pwrite(descriptor, b"x" * 8192, 8192 * number)
            os.fdatasync(descriptor)
        return 500 / (time.perf_counter() - started)
    finally:
        os.close(descriptor)
        path.unlink()


def _part(seconds: list[float], part: float) -> float:
    ordered = sorted(seconds) or [0.0]
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def tell(said: dict[str, Any]) -> None:
    """Every status of every step, and why somebody stopped."""
    counted = Counter((answer[0], answer[1]) for answer in said["answers"])
    for (step, status), number in sorted(counted.items()):
        print(f"  {step:<10} {status:>4} {number:>8}", file=sys.stderr)
    ends = Counter((one["state"], one["at"], one.get("status"), one.get("why", "")[:90]) for one in said["told"])
    for end, number in ends.most_common(8):
        print(f"  {number:>8} {end}", file=sys.stderr)
