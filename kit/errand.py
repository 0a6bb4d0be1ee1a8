"""Errands: work towards the outside or the processor, found again by a query whatever happened. Workers run them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

Stop: TypeAlias = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Errand:
    """`wanted(tenant_id)` is how many workers are useful now (0: nothing is due); `run(tenant_id, stop)` does what is
    due until there is none or `stop()`, and returns how much it did.

    Truth is in the rows: killed at any moment, run twice or by several workers, the effect is the same as once.
    """

    name: str
    wanted: Callable[[UUID], int]
    run: Callable[[UUID, Stop], int]
