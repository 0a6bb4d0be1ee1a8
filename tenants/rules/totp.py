"""Codes of an application (RFC 6238): the secret, what the QR says, and which step a code is of. Pure."""

import hmac
from datetime import datetime

import pyotp

STEP_SECONDS = 30
AROUND = 1  # steps before and after that are taken too: clocks differ


def new_secret() -> str:
    """160 random bits, base32."""
    return pyotp.random_base32()


def address(secret: str, email: str, issuer: str) -> str:
    """The otpauth:// address that applications read."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def grouped(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def step_of(secret: str, code: str, now: datetime, last_step: int) -> int | None:
    """The step that `code` belongs to, among those of about now and after `last_step`; None when it is of none.

    Every candidate is compared, each in constant time.
    """
    current = int(now.timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    found = None
    for step in range(current - AROUND, current + AROUND + 1):
        same = hmac.compare_digest(generator.at(step * STEP_SECONDS).encode(), code.encode())
        if same and step > last_step:
            found = step
    return found
