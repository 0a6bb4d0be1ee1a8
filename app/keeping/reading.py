"""Sets that are there: listed, read again, forgotten in their time."""

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pyrage.x25519 import Identity

from app.keeping import files, keys, programs
from app.keeping.database import Facts
from app.keeping.files import Kept
from app.keeping.making import CONTENTS, DUMP, FORMAT, KEYS, NAME, OBJECTS, alone
from app.keeping.place import INDEX, US, in_set, of_object, place, set_names
from app.keeping.retention import kept
from app.keeping.sealing import Measure, unseal
from kit import backup_run, clock, signing
from kit.errors import Conflict, CrrcError, NotFound
from kit.french import NBSP
from kit.storage import Storage, StorageAway


@dataclass(frozen=True, slots=True)
class Index:
    """What everybody who reaches the place may read of a set. `recipients` are who may open it."""

    name: str
    made_at: datetime
    migration: str
    recipients: tuple[str, ...]
    parts: dict[str, Measure]
    objects: int
    object_bytes: int
    key: str

    @property
    def bytes(self) -> int:
        """Its weight, with the files that it shares."""
        return self.object_bytes + sum(one.bytes for one in self.parts.values())


@dataclass(frozen=True, slots=True)
class Contents:
    """What is inside of a set, once it is opened."""

    facts: Facts
    parts: dict[str, Measure]
    files: Sequence[Kept]
    gone: Sequence[str]


def list_sets() -> Sequence[Index]:
    """Every set that is whole, the newest first."""
    there = place()
    return [read_index(there, name) for name in set_names(there.names(US))]


def find_set(there: Storage, name: str) -> Index:
    """The set of this name, or the newest one for « latest ». Raises NotFound."""
    found = set_names(there.names(US))
    if name == "latest" and found:
        name = found[0]
    if name not in found:
        raise NotFound(f"Aucune sauvegarde ne s’appelle {name}. La liste{NBSP}: crrc backup list")
    return read_index(there, name)


def read_index(there: Storage, name: str) -> Index:
    """The index of a set, its signature checked against the key that it names. Raises Conflict."""
    with there.open(in_set(name, INDEX)) as file:
        signed = json.loads(file.read())
    index, key = signed["index"], signed["public_key"]
    if index["format"] != FORMAT:
        raise Conflict(f"La sauvegarde {name} est au format {index['format']}, que cette version ne lit pas.")
    if index["name"] != name or not signing.verify(signing.canonical(index), signed["signature"], key):
        raise Conflict(f"L’index de la sauvegarde {name} n’est pas celui qui a été signé.")
    return Index(
        name,
        datetime.fromisoformat(index["made_at"]),
        index["migration"],
        tuple(index["recipients"]),
        {part: Measure(**said) for part, said in index["parts"].items()},
        index["objects"],
        index["object_bytes"],
        key,
    )


def open_part(there: Storage, index: Index, part: str, who: Sequence[Identity], target: IO[bytes]) -> Measure:
    """Write to `target` what a sealed part holds; returns its measure. Raises Conflict when it is not what was kept."""
    with there.open(in_set(index.name, part)) as file:
        sealed, inside = unseal(file, target, who)  # type: ignore[arg-type]
    if sealed != index.parts[part]:
        raise Conflict(f"{part} n’est pas le fichier qui a été sauvegardé.")
    return inside


def open_contents(there: Storage, index: Index, who: Sequence[Identity]) -> Contents:
    """What is inside. Raises Conflict when `who` may not open it."""
    plain = BytesIO()
    open_part(there, index, CONTENTS, who, plain)
    said = json.loads(plain.getvalue())
    return Contents(
        Facts.read(said["facts"]),
        {name: Measure(**one) for name, one in said["parts"].items()},
        [Kept.read(one) for one in said["files"]],
        said["gone"],
    )


def verify(name: str, who: Sequence[Identity], say: Callable[[str], None] = lambda _: None) -> tuple[Index, list[str]]:
    """Read a set again, every byte of it; returns it and what is wrong, in sentences.

    Without `who`, what is sealed is compared with the signed index; with it, everything is opened too.
    """
    there, started = place(), clock.now()
    index = find_set(there, name)
    faults = [] if who or index.key in signing.known_keys() else ["L’index est signé par une autre installation."]
    for part, wanted in index.parts.items():
        _compare(there, in_set(index.name, part), wanted, part, faults)
    say("fichiers")
    if not faults:
        with there.open(in_set(index.name, OBJECTS)) as file:
            objects: list[dict[str, Any]] = json.loads(file.read())
        for one in objects:
            wanted = Measure(one["bytes"], one["sha256"])
            _compare(there, of_object(one["object"]), wanted, one["object"], faults)
    if who and not faults:
        say("ouverture")
        faults += _open_everything(there, index, who)
    backup_run.note("verify", index.name, started, index.bytes, len(faults))
    return index, faults


def _compare(there: Storage, name: str, wanted: Measure, told: str, faults: list[str]) -> None:
    try:
        with there.open(name) as file:
            found = files.measure(file)
    except NotFound:
        faults.append(f"{told}{NBSP}: ce fichier n’est plus là.")
        return
    except StorageAway as error:
        faults.append(f"{told}{NBSP}: ce fichier ne se laisse pas lire ({error}).")
        return
    if found != wanted:
        faults.append(f"{told}{NBSP}: ce fichier n’est plus celui qui a été écrit.")


def _open_everything(there: Storage, index: Index, who: Sequence[Identity]) -> list[str]:
    """Open each part and each file; returns what is not what was put in."""
    faults = []
    try:
        contents = open_contents(there, index, who)
        with ExitStack() as stack:
            dump = stack.enter_context(tempfile.NamedTemporaryFile())
            if open_part(there, index, DUMP, who, dump) != contents.parts[DUMP]:
                faults.append("La base de données n’est pas celle qui a été sauvegardée.")
            dump.flush()
            programs.list_dump(Path(dump.name))
            packed = BytesIO()
            open_part(there, index, KEYS, who, packed)
            packed.seek(0)
            keys.unpack(packed)
        for one in contents.files:
            with there.open(of_object(one.object)) as file:
                _, inside = unseal(file, _Nowhere(), who)  # type: ignore[arg-type]
            if inside != one.content:
                faults.append(f"{one.name} n’est pas le fichier qui a été sauvegardé.")
    except CrrcError as error:
        faults.append(error.sentence)
    return faults


class _Nowhere:
    """Where what is only measured goes."""

    def write(self, piece: bytes) -> int:
        """Nothing is kept."""
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""


def prune(days: int, weeks: int, months: int, dry_run: bool) -> tuple[list[str], int]:
    """Forget old sets, then the files that no set needs; returns the names of the sets, and how many files."""
    there = place()
    with alone():
        known = there.names(US)
        made = {datetime.strptime(name, NAME).replace(tzinfo=UTC): name for name in set_names(known)}
        stay = {made[at] for at in kept(made, days, weeks, months)}
        gone = sorted(set(made.values()) - stay)
        needed = {of_object(one) for name in stay for one in _objects(there, name)}
        # The index goes first: a clearing that is interrupted leaves no set that is not whole.
        parts = [name for name in known if name.startswith("sets/") and name.split("/")[2] not in stay]
        orphans = [name for name in known if name.startswith("files/") and name not in needed]
        if not dry_run:
            for name in sorted(parts, key=lambda part: not part.endswith(INDEX)) + orphans:
                there.forget(name)
    return gone, len(orphans)


def _objects(there: Storage, name: str) -> list[str]:
    with there.open(in_set(name, OBJECTS)) as file:
        return [one["object"] for one in json.loads(file.read())]
