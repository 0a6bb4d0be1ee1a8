"""The supervisor: reads what its processes say, starts again those that crash, and stops all in order."""

import time
from collections.abc import Callable, Sequence

from app.processes.child import Child, Running
from app.processes.ports import answers
from app.processes.voices import Voices, stop_signals

TICK = 0.25  # seconds between two looks at who is alive
CODE_TICK = 1.0  # seconds between two looks at the code


def supervise(
    children: Sequence[Child],
    announce: Callable[[], None] | None = None,
    fingerprint: Callable[[], object] | None = None,
) -> None:
    """Run `children` until SIGINT, SIGTERM or SIGHUP, then stop them, last started first, and return.

    `announce` is called once, when every child that has a port answers on it. `fingerprint` says what the code looks
    like: when its answer changes, the children that reload start again.
    """
    with stop_signals() as (asked, wakeup):
        house = House(children, Voices([child.name for child in children], wakeup), asked)
        try:
            house.run(announce, fingerprint)
        finally:
            house.stop()


class House:
    """The children of one supervisor. `asked` grows with each signal that asks to stop."""

    def __init__(self, children: Sequence[Child], voices: Voices, asked: list[int]) -> None:
        self.everybody = [Running(child) for child in children]
        self.voices = voices
        self.asked = asked

    def run(self, announce: Callable[[], None] | None, fingerprint: Callable[[], object] | None) -> None:
        """Keep everybody alive until a signal asks to stop."""
        code, looked_at = (fingerprint() if fingerprint else None), time.monotonic()
        while not self.asked:
            self.start_due()
            self.voices.listen(TICK)
            self.notice_crashes()
            if announce and self.is_up():
                announce()
                announce = None
            if fingerprint and time.monotonic() - looked_at > CODE_TICK:
                before, code, looked_at = code, fingerprint(), time.monotonic()
                if code != before:
                    self.reload()

    def start_due(self) -> None:
        """Start whoever does not run and has waited long enough."""
        for running in self.everybody:
            if running.process is None and time.monotonic() >= running.start_at:
                self.voices.add(running.child.name, running.start())

    def notice_crashes(self) -> None:
        """Say who ended without having been asked; it starts again after a pause."""
        for running in self.everybody:
            code = running.ended()
            if code is not None:
                running.wait_before_next_start()
                self.forget(running)
                self.voices.say(running.child.name, f"arrêté (code {code}), reprise dans {running.pause:g} s")

    def is_up(self) -> bool:
        """Whether every child that has a port answers on it."""
        return all(running.child.port is None or answers(running.child.port) for running in self.everybody)

    def reload(self) -> None:
        """The code changed: stop whoever reads it; the next look starts them again."""
        for running in self.everybody:
            if running.child.reload and running.process:
                self.voices.say(running.child.name, "le code a changé, reprise")
                self.end(running)

    def stop(self) -> None:
        """Stop everybody, last started first."""
        for running in reversed(self.everybody):
            self.end(running)

    def end(self, running: Running) -> None:
        """Stop one: asked first, and read while it finishes; killed after its patience, or at a second Ctrl-C."""
        deadline = time.monotonic() + running.child.patience
        running.terminate()
        while running.process and running.ended() is None:
            if time.monotonic() > deadline or len(self.asked) > 1:
                running.kill()
            self.voices.listen(TICK)
        self.forget(running)

    def forget(self, running: Running) -> None:
        """Pass on its last words; it does not run any more."""
        if running.process and running.process.stdout:
            self.voices.remove(running.process.stdout)
        running.process = None
