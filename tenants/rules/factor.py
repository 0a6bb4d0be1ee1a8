"""Second factors: the shape of each answer, the codes for a bad day, how often one may be wrong. Pure."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Kind = Literal["totp", "recovery", "emailed", "passkey"]

# Wrong answers of one person, whatever their kind; then they wait, and are told by mail.
MOST_WRONG = 5
WRONG_WINDOW = timedelta(minutes=15)
MOST_WRONG_A_DAY = 20
DAY = timedelta(days=1)

RECOVERY_CODES = 10
RECOVERY_LENGTH = 10  # of 32 signs: 50 bits
EMAILED_LENGTH = 8
EMAILED_FOR = timedelta(minutes=10)
LONGEST_CODE = 40
LONGEST_PASSKEY_ANSWER = 16_000
MOST_PASSKEYS = 10
LONGEST_KEY_NAME = 60
# Crockford's: no letter looks like a digit. Those that do are read as the digit.
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})

KIND_LABELS = {"totp": "Application de codes", "passkey": "Clé d’accès", "codes": "Codes de secours"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody shows to prove who they are. `text` is tidied: digits, a recovery code, or WebAuthn's JSON."""

    kind: Kind
    text: str

    def __repr__(self) -> str:
        return f"Answer({self.kind})"


def read_code(typed: str) -> Answer | None:
    """What a typed code is, by its shape; None when it is none of ours. Blanks and dashes do not count."""
    code = "".join(sign for sign in typed[: LONGEST_CODE + 1].upper() if not sign.isspace() and sign not in "-–.")
    if len(typed) > LONGEST_CODE or not code.isascii():
        return None
    if code.isdigit() and len(code) == 6:
        return Answer("totp", code)
    if code.isdigit() and len(code) == EMAILED_LENGTH:
        return Answer("emailed", code)
    code = code.translate(ALIKE)
    if len(code) == RECOVERY_LENGTH and all(sign in SIGNS for sign in code):
        return Answer("recovery", code)
    return None


def new_recovery_codes() -> list[str]:
    """Ten codes, all different, without the dash they are shown with."""
    codes: set[str] = set()
    while len(codes) < RECOVERY_CODES:
        codes.add("".join(secrets.choice(SIGNS) for _ in range(RECOVERY_LENGTH)))
    return sorted(codes)


def shown(code: str) -> str:
    """« 7K4MQ-X9RTP », « 1234 5678 »: as it is shown and printed."""
    half, between = len(code) // 2, "\N{NO-BREAK SPACE}" if code.isdigit() and len(code) == EMAILED_LENGTH else "-"
    return f"{code[:half]}{between}{code[half:]}"


def digits_of(seal: str) -> str:
    """The eight digits that a seal (hexadecimal, 256 bits) makes."""
    return f"{int(seal, 16) % 10**EMAILED_LENGTH:0{EMAILED_LENGTH}d}"
