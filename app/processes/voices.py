"""What the processes say, line by line under their names, and the signals that ask to stop."""

import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_LINE = 64_000  # bytes; a process that never ends its line is read all the same


class Voices:
    """The outputs of the processes, passed on to ours."""

    def __init__(self, names: Sequence[str], wakeup: socket.socket) -> None:
        self.width = max(len(name) for name in names)
        self.outputs: dict[IO[bytes], str] = {}
        self.unfinished: dict[IO[bytes], bytes] = {}
        self.selector = selectors.DefaultSelector()
        self.wakeup = wakeup
        self.selector.register(wakeup, selectors.EVENT_READ)

    def add(self, name: str, output: IO[bytes]) -> None:
        """Listen to `output`, unbuffered, as `name`."""
        os.set_blocking(output.fileno(), False)
        self.outputs[output], self.unfinished[output] = name, b""
        self.selector.register(output, selectors.EVENT_READ, output)

    def remove(self, output: IO[bytes]) -> None:
        """Pass on what is left, and close."""
        while self._read(output):
            pass
        last = self.unfinished.pop(output)
        if last:
            self.say(self.outputs[output], last.decode(errors="replace"))
        del self.outputs[output]
        with suppress(KeyError):  # its end was read already
            self.selector.unregister(output)
        output.close()

    def listen(self, seconds: float) -> None:
        """Pass on what is said. Returns after `seconds`, or sooner when something happened."""
        for key, _ in self.selector.select(seconds):
            if key.data is None:
                with suppress(BlockingIOError):
                    self.wakeup.recv(4096)
            elif self._read(key.data) == b"":
                self.selector.unregister(key.data)

    def say(self, name: str, line: str) -> None:
        """One line under a name. A terminal that was closed does not stop the portal."""
        with suppress(OSError):
            sys.stdout.write(f"{name:<{self.width}} │ {line.rstrip()}\n")
            sys.stdout.flush()

    def _read(self, output: IO[bytes]) -> bytes | None:
        """Pass on the finished lines of one chunk. Returns it: None when there is nothing now, empty at the end."""
        chunk = output.read(65_536)
        if chunk:
            *lines, rest = (self.unfinished[output] + chunk).split(b"\n")
            if len(rest) > LONGEST_LINE:
                lines, rest = [*lines, rest], b""
            self.unfinished[output] = rest
            for line in lines:
                self.say(self.outputs[output], line.decode(errors="replace"))
        return chunk


@contextmanager
def stop_signals() -> Iterator[tuple[list[int], socket.socket]]:
    """Collect SIGINT, SIGTERM and SIGHUP in a list instead of dying; the socket becomes readable when one comes."""
    asked: list[int] = []
    reader, writer = socket.socketpair()
    with reader, writer:
        reader.setblocking(False)
        writer.setblocking(False)
        before = {number: signal.signal(number, lambda got, _: asked.append(got)) for number in STOPPING}
        previous = signal.set_wakeup_fd(writer.fileno())
        try:
            yield asked, reader
        finally:
            signal.set_wakeup_fd(previous)
            for number, handler in before.items():
                signal.signal(number, handler)
