"""The embedded PostgreSQL: initdb, start, stop. On a unix socket only, never as root, out of our session."""

import re
import signal
from pathlib import Path

import psycopg

from kit.embedded import processes, programs
from kit.embedded.endpoints import POSTGRES_PORT, Endpoints
from kit.embedded.errors import ServerUnavailable, with_log
from kit.embedded.place import Place
from kit.embedded.provision import conninfo

PROGRAM = "postgres"
# For the 2 cores and few GB of a small machine. What is acknowledged is on disk: fsync and synchronous_commit stay on.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# Tests make their database anew each time: losing it with the power costs nothing, waiting for the disk does.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def ready(endpoints: Endpoints, role: str, database: str) -> bool:
    """Whether the server accepts `role` on `database`. The only proof that it is up is to connect."""
    try:
        psycopg.connect(conninfo(endpoints.database_url(role, database)), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def start(place: Place, durable: bool) -> None:
    """Start the server on `place`, after initdb the first time. Returns when it accepts connections."""
    endpoints = Endpoints(place.run)
    if processes.alive(PROGRAM, place.marker):
        if ready(endpoints, "postgres", "postgres"):
            return
        stop(place)  # orphans of a killed server, or one whose socket was removed
    folder = programs.postgres_bin(place)
    if not (place.folder / "postgres").exists():
        _initdb(place, folder)
    _check_version(place, folder)
    _forget_dead_server(place)
    settings = SETTINGS | {"unix_socket_directories": str(place.run), "cluster_name": place.marker}
    options = " ".join(f"-c {name}='{value}'" for name, value in (settings | ({} if durable else NOT_DURABLE)).items())
    command = ["pg_ctl", "start", "-w", "-s", "-t", "120", "-D", "postgres", "-l", "postgres.log"]
    done = place.account.run([folder / command[0], *command[1:], "-o", f"-p {POSTGRES_PORT} {options}"], place.folder)
    if done.returncode or not ready(endpoints, "postgres", "postgres"):
        raise with_log("PostgreSQL ne démarre pas :", place.folder / "postgres.log")


def stop(place: Place) -> None:
    """Stop the server: open transactions are rolled back, everything committed is on disk."""
    leader = _leader(place)
    family = processes.alive(PROGRAM, place.marker)
    processes.end(PROGRAM, place.marker, leader if leader in family else None, signal.SIGINT)


def _initdb(place: Place, folder: Path) -> None:
    # Made beside and renamed: an interrupted initdb leaves nothing that looks like a database.
    place.account.run(["rm", "-rf", "postgres.new"], place.folder)
    # Same order and same case rules everywhere: code points, and Unicode's upper and lower.
    locale = ["--locale=C.UTF-8"]
    if _major(place, folder) >= 17:
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = ["-D", "postgres.new", "-U", "postgres", "--auth=trust", "-E", "UTF8", *locale]
    done = place.account.run([folder / "initdb", *options], place.folder)
    if done.returncode:
        raise ServerUnavailable(f"initdb a échoué :\n  {done.stdout.strip()}")
    (place.folder / "postgres.new").rename(place.folder / "postgres")


def _major(place: Place, folder: Path) -> int:
    found = re.search(r"(\d+)", place.account.run([folder / "postgres", "--version"], Path("/")).stdout)
    if found is None:
        raise ServerUnavailable(f"{folder / 'postgres'} ne dit pas sa version.")
    return int(found[1])


def _check_version(place: Place, folder: Path) -> None:
    data, program = int((place.folder / "postgres" / "PG_VERSION").read_text()), _major(place, folder)
    if data != program:
        raise ServerUnavailable(
            f"Les données de {place.folder} sont de PostgreSQL {data}, "
            f"le programme de {folder} est la version {program} : "
            "donnez l’ancien programme par PG_BIN, ou repartez de zéro (make demo-reset)."
        )


def _leader(place: Place) -> int | None:
    try:
        return int((place.folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _forget_dead_server(place: Place) -> None:
    """Remove the PID file of a killed server: PostgreSQL would take a zombie, or a stranger's PID, for a live one.

    Safe because no process of this place is left (checked by the marker), which is what the file protects against.
    """
    leader = _leader(place)
    if leader is not None and not processes.is_program(leader, PROGRAM):
        (place.folder / "postgres" / "postmaster.pid").unlink()
        (place.run / f".s.PGSQL.{POSTGRES_PORT}.lock").unlink(missing_ok=True)
