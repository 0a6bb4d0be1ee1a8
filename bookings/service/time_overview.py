"""The GRADeS's view of the ledger: every account, granted against consumed, and whether the books are true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from bookings.permissions import PERMISSIONS
from bookings.queries import time_overview as overview
from bookings.queries.time_overview import Fault, Line, Whose
from bookings.service.time_posting import SOON
from bookings.service.today import today
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction

EVERYBODY = Whose()


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of accounts, and the totals of the region. `after` asks for the next page."""

    lines: Sequence[Line]
    after: UUID | None
    totals: Mapping[str, int]
    today: date


@dataclass(frozen=True, slots=True)
class Audit:
    """Whether the books are true: balances by kind, accounts that differ, movements that do not sum to zero."""

    totals: Mapping[str, int]
    faults: Sequence[Fault]
    unbalanced: Sequence[UUID]

    @property
    def total(self) -> int:
        """The sum of all accounts: zero."""
        return sum(self.totals.values())

    @property
    def is_true(self) -> bool:
        """Nothing lost, nothing made."""
        return not (self.total or self.faults or self.unbalanced)


def list_accounts(actor: Actor, whose: Whose = EVERYBODY) -> Overview:
    """The accounts of the region, by organisation; with a `text`, organisations that have nothing yet too."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "time_account.list")
        day = today(tx)
        found = overview.list_accounts(tx.session, replace(whose, ids=None, limit=whose.limit + 1), day, day + SOON)
        shown = found[: whose.limit]
        more = shown[-1].organisation.id if len(found) > whose.limit else None
        return Overview(shown, more, _totals(tx), day)


def list_mine(actor: Actor) -> Sequence[Line]:
    """The accounts of one's own organisations, those that have nothing yet too."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "time_account.view")
        day = today(tx)
        return overview.list_accounts(tx.session, Whose(ids=list(actor.organisations), limit=100), day, day + SOON)


def verify_time(actor: Actor) -> Audit:
    """Add everything up again, entry by entry."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "time_account.list")
        return Audit(
            overview.tenant_totals(tx.session), overview.list_faults(tx.session), overview.list_unbalanced(tx.session)
        )


def _totals(tx: Tx) -> Mapping[str, int]:
    kinds = ("granted", "purchased", "available", "reserved", "consumed", "expired")
    return dict.fromkeys(kinds, 0) | {kind: abs(n) for kind, n in overview.tenant_totals(tx.session).items()}
