"""What is on its way to a provider and back: single use, for ten minutes, for one portal, one provider, one browser.

The state is random and kept as a digest. The nonce and the PKCE verifier are seals of it: they are kept nowhere.
"""

import base64
import secrets
from datetime import timedelta
from typing import Any

from kit import signing
from kit.db import uuid7
from kit.transaction import Tx
from tenants.gateway.oidc import Asked
from tenants.models import Challenge
from tenants.queries.identity import find_challenge, take_challenge

ON_THE_WAY = timedelta(minutes=10)
SIGN_IN, SIGN_OUT, UNPROVED = "oidc", "oidc-sign-out", "oidc-address"
STATE_LENGTH = 43  # 256 bits, base64 without padding


def send_off(tx: Tx, purpose: str, kind: str, browser: str, facts: dict[str, Any], life: timedelta = ON_THE_WAY) -> str:
    """A new state, to find `facts` by."""
    state = secrets.token_urlsafe(32)
    tx.add(
        Challenge(
            id=uuid7(),
            purpose=purpose,
            subject=_subject(tx, kind, browser),
            digest=signing.sha256(state.encode()),
            facts=facts,
            expires_at=tx.now + life,
        )
    )
    return state


def come_back(tx: Tx, purpose: str, kind: str, browser: str, state: str, keep: bool = False) -> dict[str, Any] | None:
    """The facts of a state, once (`keep`: as often as wanted); None when it is not this browser's, or is over."""
    if len(state) != STATE_LENGTH:
        return None
    find = find_challenge if keep else take_challenge
    return find(tx.session, purpose, _subject(tx, kind, browser), signing.sha256(state.encode()), tx.now)


def asked(redirect_uri: str, kind: str, browser: str, state: str) -> Asked:
    """What the answer to `state` must match."""
    return Asked(redirect_uri, _derived("nonce", kind, browser, state), _derived("verifier", kind, browser, state))


def _subject(tx: Tx, kind: str, browser: str) -> str:
    return f"{tx.tenant_id} {kind} {signing.sha256(browser.encode())}"


def _derived(what: str, kind: str, browser: str, state: str) -> str:
    digest = bytes.fromhex(signing.seal(f"oidc-{what}:{kind}:{browser}:{state}"))
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
