"""What ends after a time: how a package says which of its rows are over, and how they end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select

from kit.transaction import Tx


@dataclass(frozen=True, slots=True)
class Expiring:
    """Rows of one kind, in the transaction's tenant.

    `due(before)` selects (identifier, since when) of those over before an instant: rehearsed and purged are the same
    select. `end(tx, identifiers)` removes them or makes them anonymous, so that they are not due again.
    """

    kind: str
    due: Callable[[datetime], Select[Any, Any]]
    end: Callable[[Tx, Sequence[Any]], None]
