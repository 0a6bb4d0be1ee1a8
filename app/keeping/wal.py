"""Point in time: physical copies and the WAL between them, sealed like the rest; run by PostgreSQL's own account.

    python -m app.keeping.wal push PATH           archive_command: a finished WAL file, kept before we return 0
    python -m app.keeping.wal fetch NAME PATH     restore_command: 1 when it is not there, which ends the recovery
    python -m app.keeping.wal base                a physical copy; libpq's variables say of what (PGHOST, PGUSER…)
    python -m app.keeping.wal recover FOLDER AT   a data folder that, once started, stops at that instant
    python -m app.keeping.wal prune NUMBER        keep the last physical copies, and the WAL since the oldest of them

A program of its own and not a command of `crrc`: PostgreSQL runs it every few seconds, and it imports little.
docs/backups.md says how it is set up; CRRC_WAL_IDENTITY is the file of the secret key, for `fetch` and `recover` only.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

from app.keeping.place import US, place
from app.keeping.sealing import identities, recipients, seal, unseal
from kit.errors import Conflict, CrrcError, NotFound
from kit.storage import Storage

# At least what the server had, or it does not recover.
CONFIGURATION = (
    "max_connections = 1000\nmax_worker_processes = 64\nmax_wal_senders = 64\nmax_locks_per_transaction = 1024\n"
)
NAME = "%Y%m%dT%H%M%SZ"


def push(path: Path) -> None:
    """Keep a WAL file. Twice is once: its name says which it is."""
    there = place()
    with tempfile.NamedTemporaryFile() as sealed, path.open("rb") as content:
        seal(content, Path(sealed.name), recipients())
        there.keep(_wal(path.name), Path(sealed.name))


def fetch(name: str, target: Path) -> None:
    """Write a WAL file to `target`, whole or not at all. Raises NotFound."""
    draft = target.with_name(f"{target.name}.draft")
    with place().open(_wal(name)) as sealed, draft.open("wb") as content:
        unseal(sealed, cast("BinaryIO", content), identities(_identity()))
    draft.rename(target)


def base() -> str:
    """Copy the whole data folder, sealed on the way; returns the copy's name. Raises Conflict when it fails."""
    there, started = place(), datetime.now(UTC)
    oldest = _run(["psql", "-XAtc", "select pg_walfile_name(pg_current_wal_lsn())", "-d", "postgres"]).strip()
    name = started.strftime(NAME)
    with tempfile.TemporaryDirectory(prefix="crrc-base-") as folder:
        sealed = Path(folder) / "base.tar.gz.age"
        command = ["pg_basebackup", "-D", "-", "-Ft", "-X", "fetch", "-Z", "gzip:1", "-c", "fast"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
            read, written = seal(cast("BinaryIO", process.stdout), sealed, recipients())
        if process.returncode:
            raise Conflict(f"pg_basebackup s’est arrêté (code {process.returncode}).")
        there.keep(_base(name, "base.tar.gz.age"), sealed)
        index = Path(folder) / "index.json"
        told = {"started_at": started.isoformat(), "finished_at": datetime.now(UTC).isoformat(), "oldest_wal": oldest}
        index.write_text(json.dumps(told | {"bytes": read.bytes, "sealed": written.sha256}))
        there.keep(_base(name, "index.json"), index)
    return name


def recover(folder: Path, at: datetime) -> str:
    """Fill `folder` with the last copy that was finished before `at`; returns its name. Raises Conflict, NotFound."""
    there = place()
    if folder.exists() and any(folder.iterdir()):
        raise Conflict(f"{folder} n’est pas vide\N{NO-BREAK SPACE}: une restauration n’écrase rien.")
    before = [one for one in _bases(there) if _index(there, one)["finished_at"] <= at.astimezone(UTC).isoformat()]
    if not before:
        raise NotFound("Aucune copie physique n’est antérieure à cet instant.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _unpack(there, before[0], folder)
    configure(folder)
    (folder / "recovery.signal").touch()
    command = " ".join(shlex.quote(one) for one in (sys.executable, "-m", "app.keeping.wal", "fetch"))
    passed = {name: os.environ[name] for name in PASSED if name in os.environ}
    passed["PYTHONPATH"] = os.pathsep.join([str(PROJECT), *os.environ.get("PYTHONPATH", "").split(os.pathsep)])
    told = " ".join(f"{name}={shlex.quote(value)}" for name, value in passed.items())
    with (folder / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            "\n# crrc: point in time; what went on being archived elsewhere is never written over\n"
            f"restore_command = {_quoted(f'env {told} {command} %f %p')}\n"
            f"recovery_target_time = {_quoted(at.astimezone(UTC).isoformat(sep=' '))}\n"
            "recovery_target_action = 'promote'\narchive_mode = 'off'\n"
        )
    return before[0]


def configure(folder: Path) -> None:
    """Debian keeps these files elsewhere: a recovery needs as many connections as there were, and only its owner in."""
    for name, content in (("postgresql.conf", CONFIGURATION), ("pg_hba.conf", "local all all trust\n")):
        if not (folder / name).exists():
            (folder / name).write_text(content)


def prune(number: int) -> tuple[int, int]:
    """Forget all but the last `number` copies, and the WAL that none of them needs; returns how many of each."""
    there = place()
    names = there.names(US)
    bases = _bases(there)
    if not bases[:number]:
        return 0, 0
    oldest = min(str(_index(there, one)["oldest_wal"]) for one in bases[:number])
    old = [name for one in bases[number:] for name in (_base(one, "index.json"), _base(one, "base.tar.gz.age"))]
    # Eight digits of timeline, then the position: a file of any timeline before that position is not needed.
    wal = [one for one in names if one.startswith("wal/") and _position(one) < oldest[8:24]]
    for name in [*old, *wal]:
        there.forget(name)
    return len(old) // 2, len(wal)


PROJECT = Path(__file__).resolve().parents[2]
PASSED = ("CRRC_BACKUP_URL", "CRRC_WAL_IDENTITY", "CRRC_S3_ACCESS_KEY", "CRRC_S3_SECRET_KEY", "CRRC_HOME")


def _unpack(there: Storage, name: str, folder: Path) -> None:
    """The copy flows from the place through the key and the tar into `folder`: nothing waits on the disk."""
    command = ["tar", "-xzf", "-", "-C", str(folder)]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE) as process,
        there.open(_base(name, "base.tar.gz.age")) as sealed,
    ):
        unseal(sealed, cast("BinaryIO", process.stdin), identities(_identity()))
        process.communicate()
    if process.returncode:
        raise Conflict(f"La copie {name} est abîmée.")


def _bases(there: Storage) -> list[str]:
    """Whole copies, the newest first."""
    return sorted((one.split("/")[2] for one in there.names(US) if _is_index(one)), reverse=True)


def _is_index(name: str) -> bool:
    return name.startswith("base/") and name.endswith("/index.json")


def _index(there: Storage, name: str) -> dict[str, str]:
    with there.open(_base(name, "index.json")) as file:
        return cast("dict[str, str]", json.loads(file.read()))


def _wal(name: str) -> str:
    return f"wal/{US}/{name[:8]}/{name}.age"


def _base(name: str, part: str) -> str:
    return f"base/{US}/{name}/{part}"


def _position(stored: str) -> str:
    """Where a WAL file stands, whatever its timeline; histories of timelines stand after everything: they stay."""
    name = stored.rpartition("/")[2]
    return name[8:24] if len(name) >= 24 and not name.endswith(".history.age") else "~"


def _identity() -> Path:
    return Path(os.environ.get("CRRC_WAL_IDENTITY") or "/etc/crrc/backup-key.txt")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _run(command: list[str]) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Conflict(f"{command[0]} s’est arrêté\N{NO-BREAK SPACE}: {done.stderr.strip()[:300]}")
    return done.stdout


def main(arguments: list[str]) -> int:
    """Run one of the five; returns the exit code."""
    try:
        match arguments:
            case ["push", path]:
                push(Path(path))
            case ["fetch", name, path]:
                fetch(name, Path(path))
            case ["base"]:
                sys.stdout.write(f"{base()}\n")
            case ["recover", folder, at]:
                sys.stdout.write(f"{recover(Path(folder), datetime.fromisoformat(at).astimezone())}\n")
            case ["prune", number] if number.isdigit() and int(number):
                copies, files = prune(int(number))
                sys.stdout.write(f"{copies} copies et {files} fichiers WAL effacés.\n")
            case _:
                sys.stderr.write(__doc__ or "")
                return 2
    except CrrcError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
