"""A bad evening: people apply, thousands of mails leave, invoices are issued, and everything that can fail does.

`make bench-chaos SEED=… SECONDS=… APPLICANTS=… NOTICES=… INVOICES=…`. Faults are drawn from SEED, which is printed
(bench/chaos/faults.py has them all, on one page). Keys of bench/out/chaos.json that must be 0: `lost`, `double`,
`late_accepted`, `wrongly_dated`, `answers_lost`, `files_lost`, `mails_missing`, `mails_double`, `numbers_missing`,
`numbers_double`, `audit_broken`, `errors_500`, `unsettled`. docs/chaos.md says what people see during each fault.
"""

import json
import os
import sys
import threading
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from random import Random, randrange
from typing import Any

import psycopg

from bench import database, measured
from bench.booking_rush import _wait
from bench.chaos.clock import Clock, library
from bench.chaos.faults import HOUR, Scene
from bench.chaos.house import House, house
from bench.chaos.machine import Machine
from bench.chaos.post import Post
from bench.storm import set_closing
from finess.gateway.synthetic.writer import write
from tests.notifications.post import free_port

HOME = database.HOME / "chaos"
SETTLING = 240.0  # seconds
MUST_BE_0 = (
    *("lost", "double", "late_accepted", "wrongly_dated", "answers_lost", "files_lost", "mails_missing"),
    *("mails_double", "numbers_missing", "numbers_double", "audit_broken", "errors_500", "unsettled"),
)
# What is still to be done, whatever it is; and what of it waits for an hour to come, because a wrong clock said so.
LEFT = """
    select (select count(*) from notification where state = 'pending')
    + (select count(*) from outbox_message where settled_at is null)
    + (select count(*) from deadline where done_at is null and due_at <= now())
    + (select count(*) from invoice where state = 'queued')
    + (select count(*) from invoice_document where made_at is null),
    (select count(*) from notification where state = 'pending' and next_attempt_at > now() + interval '10 minutes')
    + (select count(*) from outbox_message where settled_at is null and relay_after > now() + interval '10 minutes')
"""
DUE_NOW = "update deadline set due_at = now() where subject_id = %s and topic = 'campaign.release_due'"


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
        told = _evening(Random(seed), seconds, environment, world, machine, post)
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


def _evening(
    dice: Random, seconds: int, environment: dict[str, str], world: dict[str, Any], machine: Machine, post: Post
) -> dict[str, Any]:
    """Everything at once; then calm, until nothing is left to do."""
    found = library(HOME)
    clocks = {host: Clock(HOME / f"clock-{host}", found) for host in ("web", "workers")}
    logs = HOME / "logs"
    logs.mkdir(exist_ok=True)
    for log in logs.glob("*.log"):
        log.unlink()
    port = free_port()
    with house(environment, port, {host: clock.environment for host, clock in clocks.items()}, logs) as portal:
        _wait(port)
        scene = Scene(portal, machine, post, clocks, dice)
        for needed, why in (
            (found, "no libfaketime: the hour stays right"),
            (machine.is_mounted, "no mount: no full disk"),
        ):
            if not needed:
                print(f"  left out: {why}", file=sys.stderr)
        begins_at = float(int(time.time() + 3))
        closes_at = begins_at + seconds
        set_closing(environment, closes_at)
        over = threading.Event()
        storms = [
            threading.Thread(target=scene.play, args=[over, begins_at]),
            threading.Thread(
                target=_release, args=[environment, over, begins_at + 12, world["call_id"]], name="release"
            ),
        ]
        for storm in storms:
            storm.start()
        orders = {"port": port, "insists": True, "begins_at": begins_at, "closes_at": closes_at}
        # Some come after the hour.
        orders |= {"ends_at": closes_at + 12} | {key: world[key] for key in ("tenant", "slug", "applicants")}
        try:
            said = measured.answers("bench.storm.crowd", environment=environment, said=json.dumps(orders))
        finally:
            over.set()
            for storm in storms:
                storm.join()
        settled = _settle(environment, clocks["workers"])
        _tell(said, scene, portal)
        return {
            **said,
            "too_late": closes_at + 1,
            "faults": scene.log,
            "kills": portal.kills,
            "post": {key: [asdict(copy) for copy in copies] for key, copies in post.kept.items()},
            "settled": settled,
        }


def _say_what_is_left_out(scene: Scene) -> None:
    if scene.clocks["web"].library is None:
        print("  left out: without a compiler (cc) the hour stays right", file=sys.stderr)
    if not scene.machine.is_mounted:
        print("  left out: only root may mount a small disk, it will not be full", file=sys.stderr)


def _release(environment: dict[str, str], over: threading.Event, at: float, call_id: str) -> None:
    """The notification instant comes; nothing else is done by hand."""
    over.wait(at - time.time())
    while True:
        try:
            with _owner(environment) as owner:
                owner.execute("update campaign set notify_at = now() where id = %s", [call_id])
                owner.execute(
                    "update deadline set due_at = now() where subject_id = %s and topic = 'campaign.release_due'",
                    [call_id],
                )
            return
        except psycopg.OperationalError:
            time.sleep(1)


def _settle(environment: dict[str, str], clock: Clock) -> dict[str, float]:
    """Until nothing is left to do. What was written while a clock was an hour ahead waits for that hour: it comes."""
    began, late = time.monotonic(), 0
    while True:
        with _owner(environment) as owner:
            row = owner.execute(LEFT).fetchone()
        assert row is not None
        left, waits = row
        took = time.monotonic() - began
        if left == 0 or took > SETTLING:
            return {"unsettled": left, "late_by_an_hour": late, "settled_after_seconds": took}
        if left == waits and not late:
            late = waits
            print(f"  {late} wait for an hour that a wrong clock wrote; that hour comes", file=sys.stderr)
            clock.set(HOUR)
        time.sleep(1)


def _owner(environment: dict[str, str]) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(environment["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", ""), connect_timeout=5)


def _tell(said: dict[str, Any], scene: Scene, portal: House) -> None:
    """What people saw: every status of every step, how it ended, and who was started how often."""
    counted = Counter((answer[0], answer[1]) for answer in said["answers"])
    for (step, status), number in sorted(counted.items()):
        print(f"  {step:<10} {status:>4} {number:>8}", file=sys.stderr)
    ends = Counter((one["state"], one["at"], one.get("status"), one.get("why", "")[:90]) for one in said["told"])
    for end, number in ends.most_common(8):
        print(f"  {number:>8} {end}", file=sys.stderr)
    for words, number in Counter(one["insisted"] for one in said["told"] if "insisted" in one).most_common(8):
        print(f"  {number:>8} insisted: {words[:120]}", file=sys.stderr)
    print("  started:", {name: unit.starts for name, unit in portal.units.items()}, file=sys.stderr)
