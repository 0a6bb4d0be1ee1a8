"""What is asked of one browser and answered once, soon: the challenge of a passkey, a code sent by e-mail."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from kit import signing
from kit.transaction import Tx
from tenants.models import Challenge
from tenants.queries import factor as queries
from tenants.rules.factor import EMAILED_FOR, MOST_WRONG, digits_of

PASSKEY_FOR = timedelta(minutes=5)
CHALLENGE_BYTES = 32


def ask_passkey(tx: Tx, purpose: str, subject: str) -> bytes:
    """The random bytes that a key must sign, for `subject` alone (a session, a browser). The last ones asked count."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    queries.drop_challenges(tx.session, purpose, subject)
    tx.add(
        Challenge(
            id=uuid4(),
            purpose=purpose,
            subject=subject,
            digest=signing.sha256(challenge),
            expires_at=tx.now + PASSKEY_FOR,
        )
    )
    return challenge


def take_passkey(tx: Tx, purpose: str, subject: str, challenge: bytes) -> bool:
    """Use the challenge that a key says it signed: once, whatever becomes of the rest of its answer."""
    return queries.take_challenge(tx.session, purpose, subject, signing.sha256(challenge), tx.now) is not None


def ask_code(tx: Tx, purpose: str, subject: str, facts: Mapping[str, Any]) -> UUID:
    """Ask for a code of eight digits, in place of the one before. Only the mail ever holds it (`code_of`)."""
    queries.drop_challenges(tx.session, purpose, subject)
    asked = Challenge(id=uuid4(), purpose=purpose, subject=subject, facts=dict(facts), expires_at=tx.now + EMAILED_FOR)
    asked.digest = _digest(code_of(asked.id))
    return tx.add(asked).id


def take_code(tx: Tx, purpose: str, subject: str, code: str) -> bool:
    """Use the code that was sent, once. After five wrong ones it is dead."""
    waiting = queries.find_challenge(tx.session, purpose, subject, tx.now, lock=True)
    if waiting is None:
        return False
    right = hmac.compare_digest(_digest(code), waiting.digest)
    waiting.attempts += 1
    if right or waiting.attempts >= MOST_WRONG:
        tx.session.delete(waiting)
    return right


def code_of(challenge_id: UUID) -> str:
    """The eight digits of a code that was asked for: a seal of its row's identifier, which only we can make."""
    return digits_of(signing.seal(f"code:{challenge_id}"))


def _digest(code: str) -> str:
    return signing.seal(f"code-digest:{code}")
