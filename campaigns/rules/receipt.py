"""The receipt: a signed statement of what was received and when, and how anybody checks it. Pure."""

import base64
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kit import signing


class Kept(Protocol):
    """What the database keeps of a submission."""

    number: Any
    received_at: Any
    content: Any
    sha256: Any
    code: Any
    statement: Any
    signature: Any
    key: Any
    erased_at: Any


@dataclass(frozen=True, slots=True)
class Facts:
    """What a receipt states. `received_at` is aware, kept to the millisecond."""

    tenant: str
    campaign: str
    reference: str
    number: int
    finess_ej: str
    received_at: datetime
    sha256: str
    code: str

    @property
    def statement(self) -> str:
        """The signed text: canonical JSON."""
        return signing.canonical(
            {
                "campaign": self.campaign,
                "code": self.code,
                "finess_ej": self.finess_ej,
                "number": self.number,
                "received_at": to_the_millisecond(self.received_at),
                "reference": self.reference,
                "sha256": self.sha256,
                "tenant": self.tenant,
            }
        ).decode()


@dataclass(frozen=True, slots=True)
class Verification:
    """The three checks, each on what the database holds now."""

    content: bool
    statement: bool
    signature: bool

    @property
    def holds(self) -> bool:
        """Whether the receipt can be relied on."""
        return self.content and self.statement and self.signature

    @property
    def faults(self) -> list[str]:
        """What does not hold, in words."""
        checks = (
            (self.content, "Le contenu conservé n’a plus l’empreinte qui figure sur l’accusé."),
            (self.statement, "L’attestation ne correspond plus au dossier."),
            (self.signature, "La signature n’est pas celle de ce portail."),
        )
        return [sentence for holds, sentence in checks if not holds]


def to_the_millisecond(at: datetime) -> str:
    """« 2025-09-23T21:59:59.999Z », cut and never rounded: rounding up would cross a deadline."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def verify(kept: Kept, facts: Facts, trusted_keys: Collection[str]) -> Verification:
    """Compute everything again: the content's digest, the statement from the facts of the file, the signature.

    Content that was blanked at the end of its period is not there to be checked: the signed digest is then all that is
    kept, and whoever has their own copy compares it. `facts` come from the file and the submission's columns, so that a
    change of either shows.
    """
    return Verification(
        content=kept.erased_at is not None
        or (signing.sha256(kept.content.encode()) == kept.sha256 and _is_about(kept.content, facts)),
        statement=kept.statement == facts.statement,
        signature=kept.key in trusted_keys and signing.verify(kept.statement.encode(), kept.signature, kept.key),
    )


def _is_about(content: str, facts: Facts) -> bool:
    try:
        return bool(json.loads(content)["reference"] == facts.reference)
    except (ValueError, KeyError, TypeError):
        return False


def public_key_pem(key: str) -> str:
    """The public key (base64 of its 32 bytes) as PEM, for openssl."""
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


def fingerprint(key: str) -> str:
    """SHA-256 of the public key's 32 bytes, in groups people can compare: the first sixteen bytes."""
    digest = hashlib.sha256(base64.b64decode(key)).hexdigest()[:32]
    return " ".join(digest[start : start + 4] for start in range(0, 32, 4))
