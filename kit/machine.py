"""State machines: a table of moves, without I/O. `Tx.advance` is the only writer of `state`."""

from collections.abc import Mapping
from dataclasses import dataclass

from kit.errors import Conflict


@dataclass(frozen=True, slots=True)
class Move:
    """From any of `sources` to `target`; `refusal` is the sentence for everybody else."""

    sources: frozenset[str]
    target: str
    refusal: str


@dataclass(frozen=True)
class Machine:
    """`name.move` is the permission, the audit action and the event's topic: one word, six places."""

    name: str
    initial: str
    moves: Mapping[str, Move]

    @property
    def states(self) -> tuple[str, ...]:
        """Every state, the initial one first, in the order of the table."""
        ordered = dict.fromkeys([self.initial])
        for move in self.moves.values():
            ordered.update(dict.fromkeys([*sorted(move.sources), move.target]))
        return tuple(ordered)

    def can(self, state: str, move: str) -> bool:
        """Whether `move` leaves from `state`."""
        return state in self.moves[move].sources

    def target(self, state: str, move: str) -> str:
        """Where `move` leads from `state`. Raises Conflict, with the move's sentence, when it does not start there."""
        if not self.can(state, move):
            raise Conflict(self.moves[move].refusal)
        return self.moves[move].target


def move(sources: str, target: str, refusal: str) -> Move:
    """Write a row of the table: `move("draft submitted", "submitted", "…")`."""
    return Move(frozenset(sources.split()), target, refusal)
