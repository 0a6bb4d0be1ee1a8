"""What an entry must be before it is written: at least two sides, whole amounts, balanced."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Side:
    """An amount on one side of one account: `account_key` is a use (billing.rules.accounts), amounts in cents.

    `customer_id` is the auxiliary account: of the customers' account always, of another never.
    """

    account_key: str
    debit_cents: int = 0
    credit_cents: int = 0
    customer_id: UUID | None = None


def balanced(sides: Iterable[Side]) -> tuple[Side, ...]:
    """The sides that carry an amount, in their order. Raises ValueError unless they make an entry.

    An empty side (no VAT, no fee) is left out. An entry that cannot be is a fault of the program, never of a person.
    """
    kept = tuple(side for side in sides if side.debit_cents or side.credit_cents)
    for side in kept:
        if min(side.debit_cents, side.credit_cents) < 0 or (side.debit_cents and side.credit_cents):
            raise ValueError(f"a side is a debit or a credit, above zero: {side}")
        if (side.account_key == "customers") != (side.customer_id is not None):
            raise ValueError(f"the customers' account, and no other, has its customer: {side}")
    debit, credit = sum(side.debit_cents for side in kept), sum(side.credit_cents for side in kept)
    if len(kept) < 2 or debit != credit:
        raise ValueError(f"an entry has two sides that are equal: {debit} and {credit} on {len(kept)} sides")
    return kept
