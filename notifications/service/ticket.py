"""Sealed words that come back from the outside: whose mail bounced, who wants no more of them. A forged one is nothing.

Lower case letters and digits: an address's left part loses its case on the way. The portal's identifier is in the seal
and not in the words: a ticket of one portal is nothing in another.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kit import signing
from notifications.rules.families import BY_KEY

SEAL_BYTES = 10  # 80 bits: nobody tries 2^79 mails to make an address bounce
PERSON, NOTICE = "p", "n"


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a link to unsubscribe says: which family, of which person, or of whoever got which notice."""

    kind: str
    subject: UUID
    family: str


def bounce_ticket(tenant_id: UUID, notice_id: UUID) -> str:
    """The word that names a notice in the address its mail returns to (VERP): 42 characters."""
    return _write(notice_id, _seal("bounce", tenant_id, notice_id))


def read_bounce_ticket(ticket: str, tenant_ids: Iterable[UUID]) -> tuple[UUID, UUID] | None:
    """The portal and the notice of a bounce ticket; None when it is none of ours."""
    read = _read(ticket)
    if read is None:
        return None
    notice_id, seal = read
    for tenant_id in tenant_ids:
        if hmac.compare_digest(seal, _seal("bounce", tenant_id, notice_id)):
            return tenant_id, notice_id
    return None


def way_out_ticket(tenant_id: UUID, way_out: WayOut) -> str:
    """The word of a link to unsubscribe. It never expires: the mail may be read in ten years."""
    sealed = _seal(f"unsubscribe:{way_out.kind}:{way_out.family}", tenant_id, way_out.subject)
    return f"{way_out.kind}{_write(way_out.subject, sealed)}-{way_out.family}"


def read_way_out(ticket: str, tenant_id: UUID) -> WayOut | None:
    """What a link to unsubscribe of this portal says; None when it is none."""
    words, _, family = ticket.partition("-")
    kind, read = words[:1], _read(words[1:])
    if kind not in (PERSON, NOTICE) or family not in BY_KEY or read is None:
        return None
    subject, seal = read
    if not hmac.compare_digest(seal, _seal(f"unsubscribe:{kind}:{family}", tenant_id, subject)):
        return None
    return WayOut(kind, subject, family)


def _seal(purpose: str, tenant_id: UUID, subject: UUID) -> bytes:
    return bytes.fromhex(signing.seal(f"mail {purpose}:{tenant_id}:{subject}"))[:SEAL_BYTES]


def _write(subject: UUID, seal: bytes) -> str:
    return base64.b32encode(subject.bytes + seal).decode().rstrip("=").lower()


def _read(words: str) -> tuple[UUID, bytes] | None:
    try:
        content = base64.b32decode(words.upper() + "=" * (-len(words) % 8))
    except (binascii.Error, ValueError):
        return None
    # One way to write it: the last letter's spare bits are none.
    if len(content) != 16 + SEAL_BYTES or words.lower() != _write(UUID(bytes=content[:16]), content[16:]):
        return None
    return UUID(bytes=content[:16]), content[16:]
