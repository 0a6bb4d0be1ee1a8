"""Encryption of backups, in the file format of age (age-encryption.org/v1): this machine holds public keys alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.settings import settings


@dataclass(frozen=True, slots=True)
class Measure:
    """Length in bytes, and SHA-256 in hexadecimal."""

    bytes: int
    sha256: str


class Measured:
    """A file that is read or written through, measured on the way."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.length, self.digest = file, 0, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """As the file does."""
        return self._note(self.file.read(size))

    def write(self, piece: bytes) -> int:
        """As the file does."""
        self._note(piece)
        return self.file.write(piece)

    def flush(self) -> None:
        """As the file does."""
        self.file.flush()

    def measure(self) -> Measure:
        """Of what went through so far."""
        return Measure(self.length, self.digest.hexdigest())

    def _note(self, piece: bytes) -> bytes:
        self.length += len(piece)
        self.digest.update(piece)
        return piece


def recipients() -> Sequence[Recipient]:
    """Who may open the backups. Raises Conflict when nobody is named, Invalid when one is not an age public key."""
    named = settings().backup_recipients
    if not named:
        raise Conflict(
            f"Personne ne pourrait ouvrir cette sauvegarde{NBSP}: faites une clé avec «{NBSP}crrc backup key{NBSP}», "
            "puis mettez sa partie publique dans CRRC_BACKUP_RECIPIENTS."
        )
    try:
        return [Recipient.from_str(one) for one in named]
    except pyrage.RecipientError:
        raise Invalid("CRRC_BACKUP_RECIPIENTS contient autre chose que des clés publiques age (age1…).") from None


def seal(source: BinaryIO, target: Path, to: Sequence[Recipient]) -> tuple[Measure, Measure]:
    """Write `target` with what `source` gives, sealed for `to`; returns what was read and what was written."""
    read = Measured(source)
    with target.open("wb") as file:
        written = Measured(file)
        pyrage.encrypt_io(read, written, list(to))
    return read.measure(), written.measure()


def unseal(source: BinaryIO, target: BinaryIO, who: Sequence[Identity]) -> tuple[Measure, Measure]:
    """Write to `target` what `source` holds; returns what was read and what was written. Raises Conflict."""
    read, written = Measured(source), Measured(target)
    try:
        pyrage.decrypt_io(read, written, list(who))
    except (pyrage.DecryptError, OSError) as error:
        raise Conflict(f"Cette clé n’ouvre pas la sauvegarde, ou un fichier est abîmé ({error}).") from None
    return read.measure(), written.measure()


def new_identity() -> tuple[str, str]:
    """(secret key, public key), as age writes them."""
    made = Identity.generate()
    return str(made), str(made.to_public())


def identities(path: Path) -> Sequence[Identity]:
    """The secret keys of a file of age identities (one a line; # begins a remark). Raises Invalid."""
    lines = [line.strip() for line in path.read_text(errors="replace").splitlines()]
    try:
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError:
        found = []
    if not found:
        raise Invalid(f"Le fichier {path} ne contient pas de clé secrète age (AGE-SECRET-KEY-1…).")
    return found
