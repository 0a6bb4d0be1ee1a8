"""The archive of an export, opened by somebody who does not trust it yet: signature, hashes, names, then contents."""

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

from kit import signing
from kit.errors import Conflict, Invalid
from kit.french import NBSP
from tenants.gateway.archive import pieces_of
from tenants.rules.export import FORMAT

MANIFEST = "manifest.json"
# « files/deliverables/ab/abcd… »: nothing that climbs, nothing hidden.
NAME = re.compile(r"files/[a-z][a-z0-9_-]{0,40}(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}){1,8}")


@dataclass(frozen=True, slots=True)
class Archive:
    """What the manifest says, every byte of it checked. `known_keys` are the public keys that signed for its source."""

    file: zipfile.ZipFile
    tenant_id: UUID
    export_id: UUID
    known_keys: Sequence[str]
    left_out: Sequence[str]
    parts: Mapping[str, int]

    def tables(self) -> Sequence[dict[str, Any]]:
        """Each table as its source described it."""
        return cast("list[dict[str, Any]]", json.loads(self.file.read("schema.json"))["tables"])

    def registers(self) -> Sequence[dict[str, Any]]:
        """The editions of the register that rows name."""
        return cast("list[dict[str, Any]]", json.loads(self.file.read("registers.json")))

    def lines(self, table: str) -> Iterator[str]:
        """The rows of a table, one JSON object each. They end with \\n alone: people write other ends of lines."""
        with self.file.open(f"rows/{table}.jsonl") as file:
            for line in file:
                yield line.decode().rstrip("\n")

    def files(self) -> Iterator[tuple[str, str]]:
        """(path in the archive, name in the storage) of each file."""
        for path in sorted(self.parts):
            if path.startswith("files/"):
                _, kind, rest = path.split("/", 2)
                yield path, f"{kind}/{self.tenant_id}/{rest}"


@contextmanager
def opened(path: Path, key: str | None) -> Iterator[Archive]:
    """Open and check an archive. Raises Invalid when it is none, Conflict when it is not what `key` signed."""
    try:
        file = zipfile.ZipFile(path)
        signed = json.loads(file.read(MANIFEST))
        manifest, source, signature = signed["manifest"], signed["public_key"], signed["signature"]
        said = manifest["format"]
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError):
        raise Invalid(f"{path} n’est pas l’export d’un portail.") from None
    with file:
        if said != FORMAT or "known_keys" not in manifest:
            raise Invalid(
                f"Cet export est d’un format que cette version ne restaure pas ({said}). Demandez-en un autre."
            )
        if not signing.verify(signing.canonical(manifest), signature, source):
            raise Conflict("La liste de ce que contient cet export n’est pas celle qui a été signée.")
        _refuse_stranger(source, key)
        _check_parts(file, manifest["parts"])
        yield Archive(
            file,
            UUID(manifest["tenant_id"]),
            UUID(manifest["export_id"]),
            manifest["known_keys"],
            manifest["left_out"],
            {part["path"]: part["bytes"] for part in manifest["parts"]},
        )


def _refuse_stranger(source: str, key: str | None) -> None:
    """Whoever restores says whose the archive is: a signature alone says that somebody signed."""
    if key == source or source in signing.known_keys():
        return
    raise Conflict(
        f"Cet export est signé par l’installation dont la clé publique est {source}. Vérifiez-la auprès de qui "
        f"l’exploite (crrc tenant export l’imprime), puis relancez avec --key {source}"
    )


def _check_parts(file: zipfile.ZipFile, parts: Sequence[Mapping[str, Any]]) -> None:
    """Raise Conflict unless the archive holds exactly these parts, whole and unchanged, under names of ours."""
    wanted = {part["path"]: part for part in parts}
    names = file.namelist()
    if len(names) != len(set(names)) or set(names) != {*wanted, MANIFEST}:
        raise Conflict("Cet export ne contient pas exactement ce que dit sa liste.")
    for path, part in wanted.items():
        if path.startswith("files/") and (not NAME.fullmatch(path) or ".." in path):
            raise Conflict(f"Le nom «{NBSP}{path[:80]}{NBSP}» n’est pas celui d’un fichier du portail.")
        if file.getinfo(path).file_size != part["bytes"] or _digest(file, path) != part["sha256"]:
            raise Conflict(f"{path} n’est pas le fichier qui a été exporté.")


def _digest(file: zipfile.ZipFile, path: str) -> str:
    digest = hashlib.sha256()
    try:
        with file.open(path) as part:
            for piece in pieces_of(cast("BinaryIO", part)):
                digest.update(piece)
    except zipfile.BadZipFile:
        return ""
    return digest.hexdigest()
