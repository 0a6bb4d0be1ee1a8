"""Several machines in one: network namespaces on a bridge. A host may lose its power and its cable, and come back.

Needs root (`ip netns`). The tests themselves are one more machine of that network, its `.1`.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.kit.crew import PROJECT, eventually

NETWORK = "198.18"  # RFC 2544: nobody's on the Internet; a /24 of it for each test
FIRST = 11  # of the hosts' addresses; the tests have .1, and .2 to .10 may move between hosts


def missing() -> str | None:
    """What this machine lacks for several, in words; None when it has all."""
    if os.geteuid() != 0:
        return "only root can make network namespaces: sudo .venv/bin/pytest …"
    absent = [tool for tool in ("ip", "setpriv") if shutil.which(tool) is None]
    if absent:
        return f"absent: {', '.join(absent)} (apt-get install iproute2 util-linux)"
    tried = f"crrc-{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", tried], capture_output=True, check=False).returncode:
        return "this container may not make network namespaces (it lacks CAP_SYS_ADMIN)"
    _ip("netns", "del", tried)
    return None


@dataclass
class Host:
    """One machine: its address, its folder, and what runs there."""

    name: str
    address: str
    space: str
    cable: str
    folder: Path
    members: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def prefix(self) -> list[str]:
        """What stands before a command for it to run there."""
        return ["ip", "netns", "exec", self.space]

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """Run a program there; what it says goes to `<name>.log` of the host's folder."""
        with (self.folder / f"{name}.log").open("ab") as log:
            member = subprocess.Popen(
                [*self.prefix, *command],
                cwd=PROJECT,
                env={"PATH": os.environ["PATH"], **environment},
                stdout=log,
                stderr=log,
            )
        self.members.append(member)
        return member

    def lose(self) -> None:
        """Its power and its cable, at one instant: nobody is told anything, not even that connections end."""
        _ip("link", "set", self.cable, "down")
        self.end()

    def plug(self) -> None:
        """Its cable again. Nothing runs there yet."""
        _ip("link", "set", self.cable, "up")

    def end(self) -> None:
        """kill -9 of all that runs there."""
        eventually(self._is_empty, 10)
        for member in self.members:
            member.wait(10)
        self.members.clear()

    def keepalive(self, idle: int, interval: int, count: int) -> None:
        """The system's word on how soon a silent peer is lost (net.ipv4.tcp_keepalive_…)."""
        for name, value in {"time": idle, "intvl": interval, "probes": count}.items():
            said = f"echo {value} >/proc/sys/net/ipv4/tcp_keepalive_{name}"
            subprocess.run([*self.prefix, "sh", "-c", said], check=True)

    def _is_empty(self) -> bool:
        """Kill whoever is there; whether nobody was."""
        pids = _ip("netns", "pids", self.space).split()
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        return not pids


class Network:
    """A bridge, and the hosts on it."""

    def __init__(self, folder: Path, number: int) -> None:
        self.folder, self.base = folder, f"{NETWORK}.{number}"
        self.bridge = f"crrc{number}"
        self.hosts: list[Host] = []

    @property
    def here(self) -> str:
        """The address of the tests themselves."""
        return f"{self.base}.1"

    def host(self, name: str) -> Host:
        """One machine more."""
        number = FIRST + len(self.hosts)
        folder = self.folder / name
        folder.mkdir()
        made = Host(name, f"{self.base}.{number}", f"{self.bridge}-{name}", f"{self.bridge}-{number}", folder)
        self.hosts.append(made)
        _ip("netns", "add", made.space)
        _ip("link", "add", made.cable, "type", "veth", "peer", "name", "eth0", "netns", made.space)
        _ip("link", "set", made.cable, "master", self.bridge, "up")
        _ip("-n", made.space, "address", "add", f"{made.address}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            _ip("-n", made.space, "link", "set", link, "up")
        return made

    def move(self, address: str, host: Host) -> None:
        """`address` is `host`'s from now on, as a load balancer or keepalived says it: we forget who had it."""
        _ip("-n", host.space, "address", "add", f"{address}/24", "dev", "eth0")
        _ip("neighbour", "flush", "to", address, "dev", self.bridge)

    def end(self) -> None:
        """All of it."""
        for host in self.hosts:
            host.end()
            _ip("link", "del", host.cable)
            _ip("netns", "del", host.space)
        _ip("link", "del", self.bridge)


@contextmanager
def network(folder: Path) -> Iterator[Network]:
    """A network that is gone when the context ends, whatever ran on it too."""
    made = _lay(folder)
    try:
        yield made
    finally:
        made.end()


def _lay(folder: Path) -> Network:
    """On the first number that nobody has: another test may run beside us."""
    for number in range(256):
        made = Network(folder, number)
        command = ["ip", "link", "add", made.bridge, "type", "bridge"]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            _ip("address", "add", f"{made.here}/24", "dev", made.bridge)
            _ip("link", "set", made.bridge, "up")
            return made
    raise AssertionError("Every network of the tests is taken: ip link del crrc0, and so on.")


def _ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"
    return done.stdout
