"""The portals that take invoices, as the rest of the program sees them; what went wrong, and if they may have acted.

Two channels call nobody: a mail is written in a transaction and leaves as any other (billing.service.mailing), a
deposit by hand is recorded by who made it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """An invoice to deposit. `tracking` is our own name for it, the same at every attempt; `siret` is the issuer's."""

    number: str
    siret: str
    name: str
    content: bytes
    sha256: str
    tracking: str


@dataclass(frozen=True, slots=True)
class Deposit:
    """The portal has the invoice: under this reference."""

    reference: str


@dataclass(frozen=True, slots=True)
class Status:
    """What a portal says of an invoice, in its own words; `said_at` (aware) is None when it does not say when."""

    code: str
    detail: str = ""
    said_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """A customer, as its portal knows it. `requirement`: billing.rules.states; `services`: code → is it open."""

    name: str
    is_active: bool
    requirement: str
    services: dict[str, bool]


class Channel(Protocol):
    """A portal. Every method may raise the errors below; none is called inside a transaction."""

    @property
    def patience(self) -> timedelta:
        """How long after a deposit the portal may not show it yet."""

    def deposit(self, parcel: Parcel) -> Deposit:
        """Give the invoice. Returning is the portal's own answer."""

    def find(self, parcel: Parcel) -> Deposit | None:
        """Whether the portal has this invoice already, and has not rejected it."""

    def news(self, parcel: Parcel, reference: str) -> Sequence[Status]:
        """Everything the portal says of a deposit, the oldest first."""

    def test(self, siret: str) -> str:
        """Whether the account works: the portal's answer, in a plain sentence."""


class ChannelError(Exception):
    """`sentence` (French) says what happened; it holds no secret."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Unsent(ChannelError):
    """The portal did nothing: away, busy, not asked. To be tried again."""


class Unknown(ChannelError):
    """The portal may have acted, and its answer is lost: to be asked before anything is tried again."""


class Barred(ChannelError):
    """The portal refuses the account: nothing of this channel passes until somebody looks at its settings."""


class Refused(ChannelError):
    """The portal will not take this invoice as it is; its own words."""
