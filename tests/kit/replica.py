"""A real streaming replica of the tests: pg_basebackup of a PostgreSQL of ours, then started beside it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from sqlalchemy import make_url

from kit.embedded import programs
from kit.embedded.place import Place
from kit.embedded.provision import conninfo
from tests.kit.crew import eventually
from tests.kit.pooler import free_port


@dataclass
class Replica:
    """It listens on a socket in `folder`, and on `host`:`port`."""

    place: Place
    folder: Path
    host: str
    port: int

    def url(self, role: str, database: str) -> str:
        """SQLAlchemy URL, by its socket."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.folder), safe='')}&port={self.port}"

    def start(self) -> None:
        """Returns when it can be read."""
        options = f"-p {self.port} -c listen_addresses={self.host} -c unix_socket_directories={self.folder}"
        self._control("start", "-W", "-l", "log", "-o", options)
        eventually(self._answers)

    def stop(self) -> None:
        """At once, as if the machine was lost."""
        self._control("stop", "-m", "immediate")

    def promote(self) -> None:
        """It is no replica any more."""
        self._control("promote", "-w")

    def says(self, statement: str) -> object:
        """The first value of an answer, as superuser."""
        with psycopg.connect(conninfo(self.url("postgres", "postgres")), autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
        return row and row[0]

    def _control(self, *words: str) -> None:
        program = programs.postgres_bin(self.place) / "pg_ctl"
        done = self.place.account.run([program, words[0], "-s", "-D", "data", *words[1:]], self.folder)
        assert done.returncode == 0, done.stdout

    def _answers(self) -> bool:
        try:
            return self.says("select pg_is_in_recovery()") is not None
        except psycopg.OperationalError:
            return False


@contextmanager
def replica(place: Place, superuser_url: str, host: str = "127.0.0.1") -> Iterator[Replica]:
    """A replica of the PostgreSQL of `place`, which streams from now on."""
    folder = Path(tempfile.mkdtemp(prefix="crrc-replica-"))
    place.account.own(folder)
    url = make_url(superuser_url)
    source = f"host={url.query['host']} port={url.query['port']} user=postgres"
    program = programs.postgres_bin(place) / "pg_basebackup"
    done = place.account.run([program, "-D", "data", "-R", "-X", "stream", "-c", "fast", "-d", source], folder)
    assert done.returncode == 0, done.stdout
    made = Replica(place, folder, host, free_port(host))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder)
