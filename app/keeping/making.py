"""Making a set: one instant of the database, the keys, the files that the database names; then the index, signed."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from pyrage.x25519 import Recipient

from app.keeping import database, files, keys, programs
from app.keeping.place import INDEX, US, in_set, place, set_names, workshop
from app.keeping.sealing import Measure, recipients, seal
from kit import backup_run, clock, keyfile, signing
from kit.errors import Conflict
from kit.french import NBSP
from kit.storage import Storage

FORMAT = "crrc-backup/1"
DUMP, KEYS, CONTENTS, OBJECTS = "database.dump.age", "keys.tar.age", "contents.json.age", "objects.json"
NAME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Made:
    """A set that is there: its name, its own weight and that of the files that were new, in bytes."""

    name: str
    rows: int
    tables: int
    dump_bytes: int
    files: int
    new_files: int
    new_bytes: int
    gone: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """A set under way: its parts, sealed, with what each holds."""

    there: Storage
    name: str
    to: list[Recipient]
    folder: Path
    parts: dict[str, Measure]
    inside: dict[str, Measure]

    def add(self, part: str, content: BinaryIO, is_sealed: bool = True) -> None:
        """Keep a part at the place."""
        target = self.folder / part
        if is_sealed:
            self.inside[part], self.parts[part] = seal(content, target, self.to)
        else:
            target.write_bytes(content.read())
            with target.open("rb") as written:
                self.parts[part] = files.measure(written)
        self.there.keep(in_set(self.name, part), target)
        target.unlink()


def create(say: Callable[[str], None] = lambda _: None) -> Made:
    """Make a set. Raises Conflict when nobody could open it, when no place is named, or when pg_dump fails."""
    there, to, started = place(), list(recipients()), clock.now()
    address = database.url()
    with alone(), _folder() as folder:
        known = there.names(US)
        name = started.strftime(NAME)
        if name in set_names(known):
            raise Conflict(f"La sauvegarde {name} existe déjà{NBSP}: attendez une seconde.")
        draft = _Draft(there, name, to, folder, {}, {})
        with database.instant(address) as (snapshot, facts):
            say("base de données")
            with programs.dump(address, snapshot) as dumped:
                draft.add(DUMP, dumped)  # type: ignore[arg-type]
        draft.add(KEYS, keys.pack())
        say("fichiers")
        copied = files.copy(there, set(known), facts, to, folder)
        _finish(draft, started, facts, copied)
        made = Made(
            name,
            sum(facts.tables.values()),
            len(facts.tables),
            draft.parts[DUMP].bytes,
            len(copied.kept),
            copied.new,
            copied.new_bytes,
            tuple(copied.gone),
        )
    size = sum(one.bytes for one in draft.parts.values()) + sum(one.sealed.bytes for one in copied.kept)
    backup_run.note("backup", name, started, size)
    return made


def _finish(draft: _Draft, started: datetime, facts: database.Facts, copied: files.Copied) -> None:
    """What is inside, the objects it needs, then the index: from then on the set is there."""
    contents = {
        "facts": asdict(facts),
        "parts": {name: asdict(one) for name, one in draft.inside.items()},
        "files": [asdict(one) for one in copied.kept],
        "gone": copied.gone,
    }
    draft.add(CONTENTS, _json(contents))
    objects = [{"object": one.object, **asdict(one.sealed)} for one in copied.kept]
    draft.add(OBJECTS, _json(objects), is_sealed=False)
    index = {
        "format": FORMAT,
        "name": draft.name,
        "made_at": started.isoformat(),
        "migration": facts.migration,
        "recipients": [str(one) for one in draft.to],
        "parts": {name: asdict(one) for name, one in draft.parts.items()},
        "objects": len(objects),
        "object_bytes": sum(one.sealed.bytes for one in copied.kept),
    }
    signed = {
        "index": index,
        "public_key": signing.public_key(),
        "signature": signing.sign(signing.canonical(index)),
    }
    draft.add(INDEX, _json(signed), is_sealed=False)


@contextmanager
def alone() -> Iterator[None]:
    """One backup or one clearing at a time on this machine: the second waits."""
    with keyfile.alone(workshop() / "known.json"):
        yield


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for what is being sealed; what a killed run left in its own is removed first."""
    base = workshop()
    for old in base.glob("draft-*"):
        shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=base, prefix="draft-") as name:
        yield Path(name)


def _json(content: Any) -> BytesIO:
    return BytesIO(json.dumps(content, ensure_ascii=False).encode())
