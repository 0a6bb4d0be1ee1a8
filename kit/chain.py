"""A chain of audit lines, without a database: lines, the head, anchors, and what may not hold. Pure.

The hash of a line is SHA-256(hash of the line before, a line feed, its text), the first one's after ''.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from kit import signing

Kind = Literal["altered", "removed", "inserted", "head", "anchor"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as the database holds it. `text` is what was hashed; `at` is ISO 8601 in UTC, as in the text."""

    number: int
    hash: str
    text: str
    id: str = ""
    at: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a chain stood at an instant, signed: base64 of an Ed25519 public key, and of a signature of `statement`."""

    tenant_id: str
    number: int
    hash: str
    at: datetime
    public_key: str = ""
    signature: str = ""

    @property
    def statement(self) -> bytes:
        """What is signed."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        said = {"audit_anchor": self.tenant_id, "number": self.number, "hash": self.hash, "at": at}
        return signing.canonical(said)

    def holds(self, known_keys: Collection[str]) -> bool:
        """Whether one of these keys signed it."""
        return self.public_key in known_keys and signing.verify(self.statement, self.signature, self.public_key)


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not hold, and where: lines `number` to `through`; `id`, `at`, `action` of the line, if it is there."""

    kind: Kind
    number: int
    through: int
    what: str
    id: str = ""
    at: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The number and the hash of the last line, as the chain itself says. A tenant without a line has none: (0, '')."""

    number: int = 0
    hash: str = ""


def next_hash(before: str, text: str) -> str:
    """The hash of a line, in hexadecimal, after the hash of the line before."""
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()
