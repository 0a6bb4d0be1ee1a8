"""The faults, on one page: what is done, for how long, and what undoes it. Drawn from a seed that is printed."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from bench.chaos.clock import Clock
from bench.chaos.house import House
from bench.chaos.machine import Machine
from bench.chaos.post import Post

HOUR = 3600
Act = Callable[[], object]


@dataclass(frozen=True)
class Fault:
    """`begin` may say what it did; after `holds` seconds (between two numbers) `end` repairs."""

    name: str
    begin: Act
    end: Act = lambda: None
    holds: tuple[float, float] = (0.0, 0.0)


@dataclass
class Scene:
    """All that can be broken."""

    house: House
    machine: Machine
    post: Post
    clocks: dict[str, Clock]
    dice: Random
    log: list[dict[str, object]] = field(default_factory=list)

    def faults(self) -> list[Fault]:
        """Those that this machine allows."""
        house, machine, post, dice = self.house, self.machine, self.post, self.dice

        def mood(name: str) -> Act:
            return lambda: setattr(post, "mood", name)

        def hour(host: str, seconds: int) -> Act:
            return lambda: self.clocks[host].set(seconds)

        well = mood("well")
        found = [
            Fault("web killed", lambda: house.kill("web", dice)),
            Fault("worker killed", lambda: house.kill("worker", dice)),
            Fault("worker killed again", lambda: house.kill("worker", dice)),
            Fault("scheduler killed", lambda: house.kill("scheduler", dice)),
            Fault("database stopped", machine.stop_database, machine.start_database, (1, 12)),
            Fault("database connection killed", lambda: machine.kill_backend(dice)),
            Fault(
                "database frozen",
                lambda: machine.freeze_database(signal.SIGSTOP),
                lambda: machine.freeze_database(signal.SIGCONT),
                (3, 9),
            ),
            Fault("Redis flushed", machine.flush_redis),
            Fault("Redis stopped", machine.stop_redis, machine.start_redis, (4, 12)),
            Fault("mail server down", post.close, post.open, (4, 10)),
            Fault("mail server silent", mood("silent"), well, (4, 14)),
            Fault("mail server hangs up before the text", mood("deaf"), well, (1, 3)),
            Fault("mail server hangs up instead of its answer", mood("mute"), well, (1, 3)),
        ]
        if machine.is_mounted:
            found.append(Fault("disk full", machine.fill, machine.tidy, (4, 10)))
        for host in ("web", "workers") if self.clocks["web"].library else ():
            found += [
                Fault(f"{host}: an hour ahead", hour(host, HOUR), hour(host, 0), (3, 8)),
                Fault(f"{host}: an hour behind", hour(host, -HOUR), hour(host, 0), (3, 8)),
            ]
        return found

    def draw(self) -> Iterator[Fault]:
        """Every fault once, in any order, then again in another; those of the mail server, which is left alone for a
        while after each, in the first half."""
        while True:
            deck = self.faults()
            self.dice.shuffle(deck)
            half = len(deck) // 2
            late = [one for one in deck[half:] if one.name.startswith("mail")]
            deck = [one for one in deck if one not in late]
            for one in late:
                deck.insert(self.dice.randrange(half), one)
            yield from deck

    def play(self, over: threading.Event, begins_at: float) -> None:
        """One after the other, with a pause between two, until it is over."""
        for fault in self.draw():
            if over.wait(self.dice.uniform(2, 6)):
                return
            holds = self.dice.uniform(*fault.holds)
            said = self._try(fault.begin)
            at = time.time() - begins_at
            print(f"  {at:6.1f} s  {fault.name} {said or ''} ({holds:.1f} s)", file=sys.stderr)
            over.wait(holds)
            said = self._try(fault.end) or said
            self.log.append({"name": fault.name, "at": round(at, 1), "held": round(holds, 1), "said": str(said or "")})

    def _try(self, act: Act) -> object:
        try:
            return act()
        except Exception as error:
            print(f"  the fault itself failed: {error!r}", file=sys.stderr)
            return repr(error)
