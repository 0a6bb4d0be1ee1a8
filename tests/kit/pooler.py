"""A real PgBouncer in transaction mode before a PostgreSQL of the tests; killed and started again by who tests that."""

import os
import re
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url

from tests.kit.crew import PROJECT, eventually
from tests.kit.programs import program

FOLLOWS_PREPARED = (1, 22)  # since then it follows what psycopg prepares


@cache
def version() -> tuple[int, ...]:
    """PgBouncer's, (1, 18, 0)."""
    said = subprocess.run([program("pgbouncer"), "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.findall(r"\d+", said.splitlines()[0])))


@dataclass
class Pooler:
    """A PgBouncer on `host`:`port` (TCP). `kill` and `start` it as often as a test wants."""

    folder: Path
    host: str
    port: int
    prefix: Sequence[str] = ()
    process: "subprocess.Popen[bytes] | None" = None

    def url(self, role: str, database: str) -> str:
        """SQLAlchemy URL of `database` through it."""
        return f"postgresql+psycopg://{role}@{self.host}:{self.port}/{database}"

    def start(self) -> None:
        """Returns when it accepts connections."""
        command = [*self.prefix]
        if os.geteuid() == 0:  # it refuses to be root
            owner = self.folder.stat()
            command += ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        command += [str(program("pgbouncer")), "-q", str(self.folder / "pgbouncer.ini")]
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=said, cwd="/")
        eventually(self._answers)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """kill -9, by default; waits for its end."""
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(30)
            self.process = None

    def _answers(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise AssertionError((self.folder / "pgbouncer.log").read_text())
        try:
            socket.create_connection((self.host, self.port), 1).close()
        except OSError:
            return False
        return True


@contextmanager
def pooler(
    server_url: str, host: str = "127.0.0.1", port: int = 0, connections: int = 4, prefix: Sequence[str] = ()
) -> Iterator[Pooler]:
    """A PgBouncer before the PostgreSQL of `server_url` (any role's URL): `connections` per role and database.

    `port` 0 is a free one; `prefix` stands before its command (ip netns exec …). Whoever says a role's name is
    believed: it is for tests.
    """
    url = make_url(server_url)
    run = url.query.get("host") or url.host
    port = port or free_port(host)
    folder = PROJECT / ".crrc-test" / f"pgbouncer-{os.getpid()}-{host}-{port}"
    folder.mkdir(parents=True)
    (folder / "users").write_text('"crrc_app" ""\n"crrc_owner" ""\n"admin" ""\n')
    made = Pooler(folder, host, port, prefix)
    (folder / "pgbouncer.ini").write_text(_settings(folder, run, url.query.get("port") or url.port, made, connections))
    if os.geteuid() == 0:
        owner = Path(str(run)).stat() if str(run).startswith("/") else Path("/var/tmp").stat()
        for path in (folder, *folder.iterdir()):
            os.chown(path, owner.st_uid or 65534, owner.st_gid or 65534)
    try:
        made.start()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder)


def _settings(folder: Path, server: object, server_port: object, made: Pooler, connections: int) -> str:
    settings = {
        "listen_addr": made.host,
        "listen_port": made.port,
        "unix_socket_dir": "",
        "auth_type": "trust",
        "auth_file": folder / "users",
        "admin_users": "admin",
        "pool_mode": "transaction",
        "max_client_conn": 500,
        "default_pool_size": connections,
        "server_login_retry": 1,
        # docs/scale.md: a host that is gone without a word is noticed in ten seconds, and what it held is let go.
        "tcp_keepidle": 4,
        "tcp_keepintvl": 2,
        "tcp_keepcnt": 3,
        "tcp_user_timeout": 10000,
        "logfile": folder / "pgbouncer.log",
    } | ({"max_prepared_statements": 200} if version() >= FOLLOWS_PREPARED else {})
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join(["[databases]", f"* = host={server} port={server_port or 5432}", "[pgbouncer]", *lines, ""])


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on."""
    with socket.socket() as door:
        try:
            door.bind((host, 0))
        except OSError:  # an address of another network namespace: a number that is free here will do
            door.bind(("", 0))
        return int(door.getsockname()[1])


def admin(made: Pooler, order: str) -> list[tuple[Any, ...]]:
    """Say `order` to PgBouncer itself (`show servers`)."""
    where = f"host={made.host} port={made.port} dbname=pgbouncer user=admin"
    with psycopg.connect(where, autocommit=True) as connection:
        cursor = psycopg.ClientCursor(connection)
        return cursor.execute(order).fetchall()
