"""The portal on eleven hosts that share nothing on disk, as docs/scale.md describes it; each may be lost."""

import os
import shutil
import ssl
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet

from kit import embedded
from kit.embedded import place as places
from kit.embedded import postgres, programs
from kit.embedded.provision import conninfo
from kit.settings import settings
from migrations import upgrade
from tests.kit.balancer import Balancer
from tests.kit.bucket import KEYS, Bucket, bucket
from tests.kit.crew import eventually
from tests.kit.far import identity
from tests.kit.hosts import Host, Network
from tests.kit.pooler import Pooler, pooler
from tests.kit.sentinels import Watched, watched
from tests.notifications.post import Post

CRRC = str(Path(sys.executable).parent / "crrc")


class Base:
    """A PostgreSQL of the test's own: first on a socket, for us to write in it, then on a host of the network."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.servers = embedded.start(home, durable=False)
        upgrade(self.servers.database_url("crrc_owner"))

    def move(self, host: Host) -> None:
        """It answers the network, and still us on its socket."""
        place = places.find(self.home)
        assert place
        postgres.stop(place)
        with (place.folder / "postgres/pg_hba.conf").open("a") as known:
            known.write(f"host all all {host.address}/24 trust\n")
        own = {
            "listen_addresses": host.address,
            "unix_socket_directories": str(place.run),
            "cluster_name": place.marker,
        } | postgres.NOT_DURABLE
        settings = [f"-c{name}={value}" for name, value in (postgres.SETTINGS | own).items() if value]
        identity = ["setpriv", f"--reuid={place.account.uid}", f"--regid={place.account.gid}", "--clear-groups"]
        program = str(programs.postgres_bin(place) / "postgres")
        host.start("postgres", [*identity, program, "-D", str(place.folder / "postgres"), *settings], {"LC_ALL": "C"})
        eventually(lambda: postgres.ready(self.servers, "crrc_app", embedded.DATABASE))

    def says(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """An answer, as the superuser, behind everybody's back."""
        with psycopg.connect(conninfo(self.servers.database_url("postgres")), autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []


class Installation:
    """Who is where. `address` is the portal's own, which one of the two balancers has."""

    def __init__(self, net: Network, base: Base, post: Post, parts: ExitStack) -> None:
        self.net, self.base, self.post = net, base, post
        self.hosts = {name: net.host(name) for name in HOSTS}
        self.name = f"{net.base}.10"
        self.address = f"https://{self.name}"
        self.secret = Fernet.generate_key().decode()
        self.bells, self.files, self.pools = self._servers(parts)
        tls = net.folder / "tls"
        tls.mkdir()
        identity(tls, self.name)
        self.trust = ssl.create_default_context(cafile=tls / "seen.pem")
        self.webs = [f"{self.hosts[name].address}:8000" for name in WEBS]
        self.balancers = [Balancer(self.hosts[name], self.name, self.webs, tls) for name in BALANCERS]

    def start(self) -> None:
        """Everything answers."""
        for name in (*WEBS, *WORKERS):
            self.put_up(name)
        for one in self.balancers:
            one.start()
        self.net.move(self.name, self.hosts["balancer-1"])
        for web in self.webs:
            eventually(lambda web=web: _answers(f"http://{web}/readyz"), 120)  # type: ignore[misc]

    def put_up(self, name: str) -> None:
        """What a host of the portal runs."""
        host = self.hosts[name]
        what = {"web": [["web", "--patience", "5"]], "worker": [["worker"], ["scheduler"]]}[name.partition("-")[0]]
        for words in what:
            host.start(words[0], [CRRC, *words], self.environment(host))

    def environment(self, host: Host) -> dict[str, str]:
        """A host's settings: its own home, and what all must agree on."""
        pools = "&".join(f"host={one.host}:{one.port}" for one in self.pools)
        return {name: value for name, value in os.environ.items() if not name.startswith("CRRC_")} | {
            "CRRC_HOME": str(host.folder / "home"),
            "CRRC_BASE_URL": self.address,
            "CRRC_DATABASE_URL": f"postgresql+psycopg://crrc_app@/{embedded.DATABASE}?{pools}&connect_timeout=2&application_name={host.name}",
            "CRRC_PGBOUNCER": "plain",
            "CRRC_REDIS_URL": self.bells.url,
            "CRRC_SMTP_URL": self.post.url,
            "CRRC_STORAGE_URL": self.files.url(),
            "CRRC_SIGNING_KEY": str(settings().home / "keys/signing.pem"),
            "CRRC_SECRETS_KEYS": self.secret,
            "CRRC_TRUSTED_PROXIES": "1",
            "CRRC_PROXY_STAMPS": "1",
            "CRRC_API_PER_MINUTE": "1000000",
            "CRRC_WEB_HOST": host.address,
            "CRRC_WEB_WORKERS": "1",
            **KEYS,
        }

    def _servers(self, parts: ExitStack) -> tuple[Watched, Bucket, list[Pooler]]:
        of = self.hosts
        self.base.move(of["base"])
        watching = [of[name] for name in ("bell-1", "bell-2", "base")]
        bells = watched([one.address for one in watching], [one.prefix for one in watching])
        files = bucket(of["files"].address, 9000, of["files"].prefix)
        server = f"postgresql://postgres@{of['base'].address}:5432/postgres"
        pools = [parts.enter_context(pooler(server, one.address, 6432, 12, one.prefix)) for one in _each(of, POOLS)]
        return parts.enter_context(bells), parts.enter_context(files), pools


BALANCERS = ("balancer-1", "balancer-2")
WEBS = ("web-1", "web-2")
WORKERS = ("worker-1", "worker-2")
POOLS = ("pool-1", "pool-2")
HOSTS = (*BALANCERS, *WEBS, *WORKERS, *POOLS, "base", "bell-1", "bell-2", "files")


def _each(hosts: dict[str, Host], names: tuple[str, ...]) -> list[Host]:
    return [hosts[name] for name in names]


@contextmanager
def own_base() -> Iterator[Base]:
    """A database of the test's own, with its roles and tables."""
    home = Path(tempfile.mkdtemp(prefix="crrc-hosts-"))
    home.chmod(0o711)
    try:
        yield Base(home / "home")
    finally:
        embedded.reset(home / "home")
        shutil.rmtree(home)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
