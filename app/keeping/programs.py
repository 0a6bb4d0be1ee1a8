"""pg_dump and pg_restore: run with the address of the database out of the command line, where everybody reads."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from psycopg.conninfo import conninfo_to_dict

from kit.embedded.programs import packaged_postgres
from kit.embedded.provision import conninfo
from kit.errors import Conflict
from kit.french import NBSP
from kit.settings import PROJECT

VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def program(name: str) -> Path:
    """`name` of PG_BIN, else of the locked package, else of the machine. Raises Conflict."""
    folders = [os.environ.get("PG_BIN"), packaged_postgres()]
    for folder in folders:
        if folder and (Path(folder) / name).exists():
            return Path(folder) / name
    found = shutil.which(name)
    if found is None:
        raise Conflict(f"Le programme {name} n’est pas sur cette machine{NBSP}: donnez son dossier par PG_BIN.")
    return Path(found)


def environment(url: str) -> dict[str, str]:
    """What libpq reads to reach the database of a SQLAlchemy URL."""
    told = conninfo_to_dict(conninfo(url))
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"} | {
        VARIABLES[name]: str(value) for name, value in told.items() if name in VARIABLES and value is not None
    }


@contextmanager
def dump(url: str, snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes of the database as of `snapshot`, custom format. Raises Conflict when it ends badly."""
    options = ["--format=custom", "--compress=3", "--no-owner", f"--snapshot={snapshot}"]
    command = [str(program("pg_dump")), *options]
    with subprocess.Popen(
        command, env=environment(url), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout  # noqa: S101 - PIPE gives one
        assert process.stderr  # noqa: S101 - the same
        yield process.stdout
        said = process.stderr.read().decode(errors="replace")
    _refuse("pg_dump", process.returncode, said)


def restore(url: str, file: Path, listing: Path) -> None:
    """Put back what `listing` names of a dump, whole or not at all. Raises Conflict."""
    options = ["--no-owner", "--exit-on-error", "--single-transaction", f"--use-list={listing}"]
    _run([*options, f"--dbname={environment(url)['PGDATABASE']}", str(file)], environment(url))


def list_dump(file: Path) -> Sequence[str]:
    """What is in a dump, one entry a line. Raises Conflict when it cannot be read."""
    return _run(["--list", str(file)], {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}).splitlines()


def crrc(arguments: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a command of ours in another environment: its exit code, what it said, what it complained of."""
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    done = subprocess.run(
        command, env=dict(variables), cwd=PROJECT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def _run(options: Sequence[str], variables: dict[str, str]) -> str:
    done = subprocess.run(
        [str(program("pg_restore")), *options], env=variables, capture_output=True, text=True, check=False
    )
    _refuse("pg_restore", done.returncode, done.stderr)
    return done.stdout


def _refuse(name: str, code: int, said: str) -> None:
    if code:
        first = "\n  ".join(said.strip().splitlines()[:4])
        raise Conflict(f"{name} s’est arrêté (code {code}){NBSP}:\n  {first}")
