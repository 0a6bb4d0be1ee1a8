"""What is said to the payment provider and heard from it, in our words; and what may go wrong."""

from dataclasses import dataclass
from datetime import date, datetime


class Away(Exception):
    """Stripe did not answer, or not with a decision: nothing is known, try again with the same words."""


class Refused(Exception):
    """Stripe answered no. `code` is its own word; `is_key` when it is our key that it does not accept."""

    def __init__(self, code: str, is_key: bool = False) -> None:
        super().__init__(code)
        self.code, self.is_key = code, is_key


class Forged(Exception):
    """What came is not signed by Stripe, or too long ago, or is no event."""


@dataclass(frozen=True, slots=True)
class Access:
    """How an account is reached: the key, and the connected account it acts for (else its own)."""

    key: str
    account_id: str = ""

    def __repr__(self) -> str:
        return f"Access({self.account_id or 'own key'})"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A payment page to make: one line, our invoice. `key` makes the same attempt the same page."""

    key: str
    tenant: str
    invoice: str
    checkout: str
    number: str
    amount_cents: int
    methods: tuple[str, ...]
    expires_at: datetime
    success_url: str
    cancel_url: str


@dataclass(frozen=True, slots=True)
class Page:
    """A payment page that was made."""

    session_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Bell:
    """An event, once its signature is known to be good: what to read again, and whose it is (connected accounts)."""

    external_id: str
    type: str
    object_id: str
    account_id: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class SeenPayout:
    """A payment of Stripe to the bank: gross (payments less what was taken back) less fees is the amount."""

    external_id: str
    state: str
    arrives_on: date
    gross_cents: int
    fee_cents: int
    amount_cents: int
