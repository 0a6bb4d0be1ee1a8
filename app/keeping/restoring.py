"""Putting a set back into an empty installation, then proving that it is what it was; or doing so beside, for a drill.

Nothing is overwritten: a database with tables, other keys or another file under the same name stop a restoration.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pyrage.x25519 import Identity

import migrations
from app.health import newest_migration
from app.keeping import database, keys, programs
from app.keeping.files import measure
from app.keeping.making import DUMP, KEYS
from app.keeping.place import of_object, place
from app.keeping.proof import Proof, prove, rows_that_differ
from app.keeping.reading import Contents, Index, find_set, open_contents, open_part
from app.keeping.sealing import unseal
from kit import backup_run, clock, embedded, servers, signing
from kit.errors import Conflict
from kit.french import NBSP
from kit.storage import Storage, storage

Say = Callable[[str], None]
# What a drill takes from this installation: how to reach its backups, and nothing of what it works with.
STAYS = ("CRRC_BACKUP_URL", "CRRC_S3_ACCESS_KEY", "CRRC_S3_SECRET_KEY", "CRRC_DEBUG")


@dataclass(frozen=True, slots=True)
class Restored:
    """A set that was put back: its name, seconds by step, and what the proof gave."""

    name: str
    made_at: str
    seconds: Mapping[str, float]
    proof: Proof


def restore(name: str, who: Sequence[Identity], say: Say = lambda _: None) -> Restored:
    """Put a set back into this installation, which is empty. Raises Conflict, and then says what was not done."""
    there = place()
    index = find_set(there, name)
    if index.migration > newest_migration():
        raise Conflict(
            f"Cette sauvegarde est de la version {index.migration} de la base, ce programme de la "
            f"{newest_migration()}{NBSP}: restaurez avec le programme qui l’a faite, ou un plus récent."
        )
    steps = _Steps(say)
    with tempfile.TemporaryDirectory(prefix="crrc-restore-") as folder:
        with steps.of("ouverture"):
            contents = open_contents(there, index, who)
            dump = Path(folder) / "database.dump"
            with dump.open("wb") as target:
                _whole(there, index, contents, DUMP, who, target)
            _put_keys(there, index, contents, who)
        with steps.of("serveurs"):
            owner = servers.database_owner_url()
        with steps.of("base de données"):
            database.restore(owner, dump)
            faults = list(rows_that_differ(owner, contents.facts))
    with steps.of("fichiers"):
        _put_files(there, contents, who)
    if index.migration != newest_migration():
        with steps.of("migrations"):
            migrations.upgrade(owner)
    with steps.of("vérification"):
        proof = prove(contents.facts, [one.name for one in contents.files], faults)
    return Restored(index.name, index.made_at.isoformat(), steps.seconds, proof)


def _whole(
    there: Storage, index: Index, contents: Contents, part: str, who: Sequence[Identity], target: IO[bytes]
) -> None:
    if open_part(there, index, part, who, target) != contents.parts[part]:
        raise Conflict(f"{part} ne contient pas ce qui a été sauvegardé. Rien n’a été restauré.")


def _put_keys(there: Storage, index: Index, contents: Contents, who: Sequence[Identity]) -> None:
    """The keys, unless others are here; and the index must be signed by one of them."""
    packed = BytesIO()
    _whole(there, index, contents, KEYS, who, packed)
    packed.seek(0)
    found = keys.unpack(packed)
    keys.refuse_others(found)
    keys.write(found)
    if index.key not in signing.known_keys():
        raise Conflict("L’index de cette sauvegarde n’est pas signé par l’installation dont elle a les clés.")


def _put_files(there: Storage, contents: Contents, who: Sequence[Identity]) -> None:
    """Each file under its name, opened and compared before it is kept."""
    for one in contents.files:
        with tempfile.NamedTemporaryFile() as plain:
            with there.open(of_object(one.object)) as sealed:
                _, inside = unseal(sealed, plain, who)  # type: ignore[arg-type]
            plain.flush()
            if inside != one.content:
                raise Conflict(f"{one.name} n’est pas le fichier qui a été sauvegardé.")
            storage().keep(one.name, Path(plain.name))
        with storage().open(one.name) as kept:
            if measure(kept) != one.content:
                raise Conflict(f"{one.name} était déjà là, et c’est un autre fichier{NBSP}: rien n’est écrasé.")


class _Steps:
    """How long each step took."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """One step."""
        self.say(name)
        began = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - began, 2)


def drill(name: str, identity: Path, say: Say = lambda _: None) -> Mapping[str, Any]:
    """Restore a set beside, on servers of its own in a folder of its own, prove it, and remove everything.

    Returns what `crrc backup restore --json` says. The installation is neither read nor written, but for a line that
    says that the drill was made. Raises Conflict when it fails.
    """
    started = clock.now()
    home = Path(tempfile.mkdtemp(prefix="crrc-drill-", dir=os.environ.get("TMPDIR", "/var/tmp")))  # noqa: S108 - 0700
    home.chmod(0o711)  # the servers' account walks through; what lies inside has its own mode
    away = {one: value for one, value in os.environ.items() if not one.startswith("CRRC_") or one in STAYS}
    own = away | {
        "CRRC_HOME": str(home / "home"),
        "CRRC_SMTP_URL": "null:",  # whatever was about to leave does not
    }
    try:
        say("restauration")
        code, out, err = programs.crrc(["backup", "restore", name, "--identity", str(identity), "--json"], own)
        if code not in (0, 1) or not out.strip():
            raise Conflict(err.strip() or f"La restauration s’est arrêtée (code {code}).")
        said: dict[str, Any] = json.loads(out)
    finally:
        embedded.reset(home / "home")
        shutil.rmtree(home, ignore_errors=True)
    backup_run.note("drill", said["name"], started, 0, len(said["proof"]["faults"]))
    return said


def as_json(restored: Restored) -> str:
    """For a program."""
    return json.dumps(asdict(restored), ensure_ascii=False)
