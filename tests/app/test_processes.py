"""The supervisor, with real processes: what they say, how they crash, how they stop, what is left of them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from app.processes import PortTaken, refuse_taken_ports, sources_fingerprint
from app.processes.ports import answers

STEADY = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("adieu")))
print("prêt")
while True: time.sleep(.05)
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("sourd")
while True: time.sleep(.05)
"""
# A worker's horse: a child of the child, in a process group of its own.
RIDER = """
import os, time
horse = os.fork()
if not horse: os.setpgid(0, 0); time.sleep(300)
print("cheval", horse)
while True: time.sleep(.05)
"""
TALKATIVE = """
import time
for number in range(20000): print("ligne", number)
print("fin", end="", flush=True)
time.sleep(300)
"""
CRASHING = "import sys; print('aïe'); sys.exit(3)"
SUPERVISE = """
import sys
import threading
from pathlib import Path
from app.processes import Child, supervise
children = [
    Child(name, [sys.executable, "-u", "-c", script], patience=float(patience)) for name, script, patience in {specs!r}
]
code = Path({code!r})
supervise(children, lambda: print("annonce", flush=True), (lambda: code.read_text()) if code.name else None)
print("fini", flush=True)
"""


class Supervised:
    """A supervisor in its own process, and what it has said so far."""

    def __init__(self, output: Path, specs: list[tuple[str, str, float]], code: str) -> None:
        self.output = output
        with output.open("w") as file:
            script = SUPERVISE.format(specs=specs, code=code)
            self.process = subprocess.Popen([sys.executable, "-c", script], stdout=file, stderr=file)

    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, what: Callable[[], object], seconds: float = 15) -> None:
        deadline = time.monotonic() + seconds
        while not what():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.02)

    def wait_to_hear(self, words: str, times: int = 1) -> None:
        self.wait_for(lambda: self.said().count(words) >= times)

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(20)

    def children(self) -> list[int]:
        path = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]


Start = Callable[..., Supervised]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Supervised] = []

    def begin(*specs: tuple[str, str] | tuple[str, str, float], code: str = "") -> Supervised:
        full = [(name, script, *(rest or [10.0])) for name, script, *rest in specs]
        started.append(Supervised(tmp_path / f"{len(started)}.log", full, code))  # type: ignore[arg-type]
        return started[-1]

    yield begin
    for supervised in started:
        supervised.process.kill()
        supervised.process.wait()


def gone(pid: int) -> bool:
    """Whether a process has ended (a zombie that nobody reaped has)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_everybody_last_started_first_and_it_ends_well(start: Start, number: signal.Signals) -> None:
    house = start(("web", STEADY), ("travail", STEADY))
    house.wait_to_hear("prêt", 2)
    children = house.children()
    assert house.stop(number) == 0
    lines = house.said().splitlines()
    assert lines[-3:] == ["travail │ adieu", "web     │ adieu", "fini"]
    assert lines.count("annonce") == 1
    assert all(gone(pid) for pid in children)


def test_ctrl_c_of_the_terminal_reaches_the_supervisor_alone(start: Start) -> None:
    house = start(("web", STEADY))
    house.wait_to_hear("prêt")
    (child,) = house.children()
    assert os.getsid(child) == child != os.getsid(house.process.pid)


def test_a_process_that_crashes_starts_again_later_and_later(start: Start) -> None:
    house = start(("fragile", CRASHING), ("web", STEADY))
    house.wait_to_hear("fragile │ arrêté (code 3), reprise dans 0.5 s")
    house.wait_to_hear("fragile │ arrêté (code 3), reprise dans 1 s")
    assert house.said().count("aïe") == 2
    assert house.said().count("prêt") == 1  # the others went on
    assert house.stop() == 0


def test_a_process_that_was_killed_starts_again(start: Start) -> None:
    house = start(("web", STEADY))
    house.wait_to_hear("prêt")
    os.kill(house.children()[0], signal.SIGKILL)
    house.wait_to_hear("prêt", 2)
    assert "arrêté (code -9)" in house.said()
    assert house.stop() == 0


def test_nothing_is_left_when_the_supervisor_itself_is_killed(start: Start) -> None:
    house = start(("web", STEADY), ("travail", STEADY))
    house.wait_to_hear("prêt", 2)
    children = house.children()
    house.process.kill()
    house.wait_for(lambda: all(gone(pid) for pid in children))


def test_a_process_that_does_not_listen_is_ended_after_its_patience(start: Start) -> None:
    house = start(("sourd", STUBBORN, 0.5))
    house.wait_to_hear("sourd │ sourd")
    (child,) = house.children()
    began = time.monotonic()
    assert house.stop() == 0
    assert 0.5 <= time.monotonic() - began < 5
    assert gone(child)


def test_a_second_ctrl_c_does_not_wait(start: Start) -> None:
    house = start(("sourd", STUBBORN, 60.0))
    house.wait_to_hear("sourd │ sourd")
    house.process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    began = time.monotonic()
    assert house.stop() == 0
    assert time.monotonic() - began < 5


def test_what_a_process_started_ends_with_it(start: Start) -> None:
    house = start(("travail", RIDER))
    house.wait_to_hear("cheval ")
    horse = int(house.said().split("cheval ")[1].split()[0])
    assert house.stop() == 0
    house.wait_for(lambda: gone(horse))


def test_everything_said_is_passed_on_even_without_an_end_of_line(start: Start) -> None:
    house = start(("bavard", TALKATIVE))
    house.wait_to_hear("ligne 19999")
    assert house.stop() == 0
    assert "bavard │ fin" in house.said()


def test_new_code_restarts_the_processes(start: Start, tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("1")
    house = start(("web", STEADY), code=str(code))
    house.wait_to_hear("prêt")
    code.write_text("2")
    house.wait_to_hear("le code a changé")
    house.wait_to_hear("prêt", 2)
    assert house.stop() == 0


def test_the_sources_are_seen_to_change(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "package/__init__.py").touch()
    monkeypatch.setattr("app.processes.sources.PROJECT", tmp_path)
    before = sources_fingerprint()
    assert sources_fingerprint() == before
    (tmp_path / "package/page.html").touch()
    assert sources_fingerprint() != before


def test_a_taken_port_is_refused_in_a_sentence_that_says_what_to_do() -> None:
    port = a_port_after_two_free_ones()
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(
            PortTaken, match=rf"Le port {port} est déjà pris.*CRRC_PORT, qui vaut {port - 2}"
        ) as refused:
            refuse_taken_ports(port - 2)
        advised = int(refused.value.sentence.rsplit("=", 1)[1].rstrip("."))
        refuse_taken_ports(advised)


def a_port_after_two_free_ones() -> int:
    """Below those that the system gives away: other tests, which run meanwhile, are given none of them."""
    for port in range(20_002, 30_000, 20):
        with suppress(PortTaken):
            refuse_taken_ports(port - 2)
            return port
    raise AssertionError("No free port.")


def test_the_portal_is_announced_when_it_answers_not_when_it_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as loading:
        port = loading.getsockname()[1]
        assert not answers(port)
    assert not answers(port)
    web = make_server("127.0.0.1", 0, Response("not here", 404))
    thread = threading.Thread(target=web.handle_request)
    thread.start()
    assert answers(web.server_port)
    thread.join()
    web.server_close()
