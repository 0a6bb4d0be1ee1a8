"""A database as it was a second before somebody dropped a table: physical copy, WAL, recovery, timed."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.keeping import sealing, wal
from kit import embedded
from kit.embedded import place, programs
from kit.embedded.account import Account
from kit.embedded.provision import conninfo
from kit.settings import PROJECT

KEEPING = PROJECT / "infra" / "keeping"
ROWS = 200_000


@pytest.fixture
def shelter() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="crrc-test-"))
    folder.chmod(0o711)
    yield folder
    embedded.reset(folder / "home")
    shutil.rmtree(folder)


def ask(url: str, question: str) -> Any:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        cursor = connection.execute(question)  # type: ignore[call-overload]
        return cursor.fetchone()[0] if cursor.description else None


def run(account: Account, variables: Mapping[str, str], *command: str | Path) -> str:
    """Run as the servers' account, which is what PostgreSQL runs our scripts as."""
    done = subprocess.run(
        list(map(str, command)),
        env={"PATH": f"{variables['PG_BIN']}:/usr/bin:/bin", **variables},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **({"user": account.uid, "group": account.gid, "extra_groups": []} if os.geteuid() == 0 else {}),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_back_to_the_second_before(shelter: Path) -> None:
    home = shelter / "home"
    endpoints = embedded.start(home)
    there = place.find(home)
    assert there is not None
    account = there.account
    python = python_of(account)
    variables = settings(shelter, account, there) | python
    switch_on(home, there, variables)
    run(account, variables | {"PGHOST": str(there.run), "PGUSER": "postgres"}, KEEPING / "wal", "base")

    owner, boss = endpoints.database_url("crrc_owner"), endpoints.database_url("postgres", "crrc")
    ask(owner, f"create table receipt as select g as id, repeat('x', 100) as told from generate_series(1, {ROWS}) g")
    ask(owner, "insert into receipt values (0, 'the last one')")
    time.sleep(1)
    instant = ask(boss, "select clock_timestamp()::text")
    time.sleep(1)
    ask(owner, "drop table receipt")
    wait_for_archive(boss)

    began = time.perf_counter()
    back = shelter / "back"
    said = run(account, variables, KEEPING / "recover", back / "data", instant)
    seconds = time.perf_counter() - began
    print(f"\n{said}{ROWS} lignes retrouvées en {seconds:.1f} s")  # noqa: T201 - a figure
    try:
        found = f"postgresql+psycopg://postgres@/crrc?host={back / 'data'}&port=5432"
        assert ask(found, "select count(*) from receipt") == ROWS + 1
        assert ask(found, "select told from receipt where id = 0") == "the last one"
        assert ask(found, "select pg_is_in_recovery()") is False
        with pytest.raises(psycopg.errors.UndefinedTable):
            ask(owner, "select 1 from receipt")
    finally:
        run(account, variables, Path(variables["PG_BIN"]) / "pg_ctl", "stop", "-m", "fast", "-D", back / "data")
    assert "0 copies et" in run(account, variables, KEEPING / "wal", "prune", "1")


def test_a_copy_of_a_debian_server_brings_no_configuration(tmp_path: Path) -> None:
    """It is in /etc/postgresql there; what a folder has of its own stays."""
    wal.configure(tmp_path)
    assert "max_connections = 1000" in (tmp_path / "postgresql.conf").read_text()
    (tmp_path / "pg_hba.conf").write_text("own")
    wal.configure(tmp_path)
    assert (tmp_path / "pg_hba.conf").read_text() == "own"


def python_of(account: Account) -> dict[str, str]:
    """A Python that the servers' account reaches: ours, else the system's with our packages; skips without one."""
    packages = sysconfig.get_path("purelib")
    for program in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        if account.can_run(Path(program)):
            return {"CRRC_PYTHON": program, "PYTHONPATH": packages}
    pytest.skip(f"« {account.name} » n’atteint aucun Python : PostgreSQL lance l’archivage sous ce compte.")


def settings(shelter: Path, account: Account, there: place.Place) -> dict[str, str]:
    """The file that the scripts read, a place for what is kept, a folder for what comes back: all of that account."""
    secret, public = sealing.new_identity()
    for name in ("kept", "back"):
        (shelter / name).mkdir()
        account.own(shelter / name)
    (shelter / "key.txt").write_text(secret)
    (shelter / "wal.env").write_text(
        f"CRRC_BACKUP_URL=file://{shelter}/kept\nCRRC_BACKUP_RECIPIENTS={public}\nCRRC_WAL_IDENTITY={shelter}/key.txt\n"
    )
    for name in ("key.txt", "wal.env"):
        os.chown(shelter / name, account.uid, account.gid)
        (shelter / name).chmod(0o600)
    return {
        "CRRC_WAL_ENV": str(shelter / "wal.env"),
        "PG_BIN": str(programs.postgres_bin(there)),
        "HOME": pwd.getpwuid(account.uid).pw_dir,
    }


def switch_on(home: Path, there: place.Place, variables: Mapping[str, str]) -> None:
    """Archiving, as docs/backups.md says."""
    embedded.stop(home)
    told = " ".join(f"{name}={variables[name]}" for name in ("CRRC_WAL_ENV", "CRRC_PYTHON", "PYTHONPATH"))
    with (there.folder / "postgres" / "postgresql.conf").open("a") as file:
        file.write(
            f"\narchive_mode = on\narchive_timeout = 300\narchive_command = 'env {told} {KEEPING}/wal push %p'\n"
        )
    embedded.start(home)


def wait_for_archive(boss: str) -> None:
    """Until the WAL that holds everything so far is kept."""
    name = ask(boss, "select pg_walfile_name(pg_switch_wal())")
    deadline = time.monotonic() + 120
    while (ask(boss, "select coalesce(last_archived_wal, '') from pg_stat_archiver")) < name:
        assert time.monotonic() < deadline, ask(boss, "select row(s.*)::text from pg_stat_archiver s")
        time.sleep(0.2)
