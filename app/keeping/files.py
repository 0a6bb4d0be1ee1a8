"""The files of the storage, sealed one by one. What is kept never changes, so each goes to the backups once."""

import json
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from pyrage.x25519 import Recipient

from app.keeping.database import Facts
from app.keeping.place import of_object, workshop
from app.keeping.sealing import Measure, Measured, seal
from kit import signing
from kit.errors import NotFound
from kit.keyfile import put
from kit.storage import Storage, storage

PIECE = 1 << 20
TOGETHER = 500  # files between two notes of what is there already


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of the storage, and the sealed object that holds it."""

    name: str
    content: Measure
    object: str
    sealed: Measure

    @classmethod
    def read(cls, said: dict[str, Any]) -> "Kept":
        """As JSON gives it."""
        return cls(said["name"], Measure(**said["content"]), said["object"], Measure(**said["sealed"]))


@dataclass(slots=True)
class Copied:
    """The files of a set: those it needs, how many are new there, and names that are gone since they were listed."""

    kept: list[Kept] = field(default_factory=list)
    new: int = 0
    new_bytes: int = 0
    gone: list[str] = field(default_factory=list)


def names(facts: Facts) -> Iterator[str]:
    """Every file of the storage that the database of this instant may name."""
    for tenant in facts.tenants:
        yield from storage().names(UUID(tenant))
    yield from sorted({f"register/{digest}" for digest in facts.registers})


def copy(there: Storage, known_there: Collection[str], facts: Facts, to: Sequence[Recipient], draft: Path) -> Copied:
    """Seal what is not at the place yet. Interrupted, it goes on from where it stood."""
    notes = _notes()
    salt = signing.sha256(" ".join(sorted(map(str, to))).encode())
    done = Copied()
    for number, name in enumerate(names(facts)):
        # A name that only this installation can make: whoever sees the place learns nothing from it.
        object_name = signing.seal(f"backup {salt} {name}")
        is_there = of_object(object_name) in known_there
        one = notes.get(object_name) if is_there else None
        if one is None:
            one = _measure_there(there, name, object_name) if is_there else _send(there, name, object_name, to, draft)
            done.new += one is not None and not is_there
            done.new_bytes += one.sealed.bytes if one is not None and not is_there else 0
        if one is None:
            done.gone.append(name)
            continue
        done.kept.append(one)
        notes[object_name] = one
        if number % TOGETHER == TOGETHER - 1:
            _write_notes(list(notes.values()))
    _write_notes(done.kept)
    return done


def _send(there: Storage, name: str, object_name: str, to: Sequence[Recipient], draft: Path) -> Kept | None:
    """Seal a file and keep it at the place; None when it is not in the storage any more."""
    with ExitStack() as stack:
        try:
            content = stack.enter_context(storage().open(name))
        except NotFound:
            return None
        with tempfile.NamedTemporaryFile(dir=draft) as sealed:
            read, written = seal(content, Path(sealed.name), to)
            there.keep(of_object(object_name), Path(sealed.name))
    return Kept(name, read, object_name, written)


def _measure_there(there: Storage, name: str, object_name: str) -> Kept | None:
    """A file that is there already, and that our notes do not tell of: both are read, nothing is sealed again."""
    try:
        with storage().open(name) as content, there.open(of_object(object_name)) as sealed:
            return Kept(name, measure(content), object_name, measure(sealed))
    except NotFound:
        return None


def measure(file: BinaryIO) -> Measure:
    """Of a whole file."""
    read = Measured(file)
    while read.read(PIECE):
        pass
    return read.measure()


def _notes() -> dict[str, Kept]:
    """Object → what we know of it: notes of this machine, lost without harm."""
    try:
        said = json.loads(_notebook().read_text())
        return {one["object"]: Kept.read(one) for one in said}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _write_notes(kept: Sequence[Kept]) -> None:
    put(_notebook(), json.dumps([asdict(one) for one in kept]).encode())


def _notebook() -> Path:
    return workshop() / "known.json"
