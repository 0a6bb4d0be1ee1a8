"""The evening itself: the portal, its crowd, the faults; then calm, until nothing is left to do."""

import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

import psycopg

from bench import measured
from bench.booking_rush import _wait
from bench.chaos.clock import Clock, library
from bench.chaos.faults import Scene
from bench.chaos.house import House, house
from bench.chaos.machine import Machine
from bench.chaos.post import Post
from bench.storm import set_closing, tell
from tests.notifications.post import free_port

SETTLING = 240.0  # seconds
LATE_COMERS = 12  # seconds after the hour
# What is still to be done, whatever it is.
LEFT = """
    select (select count(*) from notification where state = 'pending')
    + (select count(*) from outbox_message where settled_at is null)
    + (select count(*) from deadline where done_at is null and due_at <= now())
    + (select count(*) from invoice where state = 'queued')
    + (select count(*) from invoice_document where made_at is null)
"""
DUE_NOW = "update deadline set due_at = now() where subject_id = %s and topic = 'campaign.release_due'"


@dataclass(frozen=True)
class Evening:
    """What it is made of; `world` is bench.chaos.world's."""

    home: Path
    environment: dict[str, str]
    world: dict[str, Any]
    machine: Machine
    post: Post

    def spend(self, dice: Random, seconds: int) -> dict[str, Any]:
        """Everything at once; then calm. Returns what everybody was told, and what was broken."""
        found = library(self.home)
        clocks = {host: Clock(self.home / f"clock-{host}", found) for host in ("web", "workers")}
        logs = self.home / "logs"
        logs.mkdir(exist_ok=True)
        for log in logs.glob("*.log"):
            log.unlink()
        port = free_port()
        named = {host: clock.environment for host, clock in clocks.items()}
        with house(self.environment, port, named, logs) as portal:
            _wait(port)
            scene = Scene(portal, self.machine, self.post, clocks, dice)
            _say_what_is_left_out(scene)
            said = self.crowd(scene, port, seconds)
            settled = _settle(self.environment)
            _tell(said, scene, portal)
        return {
            **said,
            "faults": scene.log,
            "kills": portal.kills,
            "post": {key: [asdict(copy) for copy in copies] for key, copies in self.post.kept.items()},
            "settled": settled,
        }

    def crowd(self, scene: Scene, port: int, seconds: int) -> dict[str, Any]:
        """People until the last second, and some after it, while everything fails and a release comes."""
        begins_at = float(int(time.time() + 3))
        closes_at = begins_at + seconds
        set_closing(self.environment, closes_at)
        orders = {"port": port, "insists": True, "begins_at": begins_at, "closes_at": closes_at}
        orders |= {"ends_at": closes_at + LATE_COMERS}
        orders |= {key: self.world[key] for key in ("tenant", "slug", "applicants")}
        with _meanwhile(scene, self.environment, begins_at, self.world["call_id"]):
            said = measured.answers("bench.storm.crowd", environment=self.environment, said=json.dumps(orders))
        return {**said, "too_late": closes_at + 1}


@contextmanager
def _meanwhile(scene: Scene, environment: dict[str, str], begins_at: float, call_id: str) -> Iterator[None]:
    """Faults, and the release of the other call."""
    over = threading.Event()
    acts = [
        threading.Thread(target=scene.play, args=[over, begins_at]),
        threading.Thread(target=_release, args=[environment, over, begins_at + 12, call_id]),
    ]
    for act in acts:
        act.start()
    try:
        yield
    finally:
        over.set()
        for act in acts:
            act.join()


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
                owner.execute(DUE_NOW, [call_id])
            return
        except psycopg.OperationalError:
            time.sleep(1)


def _settle(environment: dict[str, str]) -> dict[str, float]:
    """Until nothing is left to do."""
    began = time.monotonic()
    while True:
        with _owner(environment) as owner:
            row = owner.execute(LEFT).fetchone()
        assert row is not None
        took = time.monotonic() - began
        if row[0] == 0 or took > SETTLING:
            return {"unsettled": row[0], "settled_after_seconds": took}
        time.sleep(1)


def _owner(environment: dict[str, str]) -> "psycopg.Connection[tuple[Any, ...]]":
    return psycopg.connect(environment["CRRC_DATABASE_OWNER_URL"].replace("+psycopg", ""), connect_timeout=5)


def _tell(said: dict[str, Any], scene: Scene, portal: House) -> None:
    """What people saw: every status of every step, how it ended, and who was started how often."""
    tell(said)
    for words, number in Counter(one["insisted"] for one in said["told"] if "insisted" in one).most_common(8):
        print(f"  {number:>8} insisted: {words[:120]}", file=sys.stderr)
    print("  started:", {name: unit.starts for name, unit in portal.units.items()}, file=sys.stderr)
