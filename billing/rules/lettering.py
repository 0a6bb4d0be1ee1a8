"""Lettering (lettrage): which lines of the customers' account settle each other, derived from matchings. Pure.

A group is what matchings join: invoices, credit notes, payments. It gets a code when nothing of it is open; its lines
then sum to zero on each customer's account. Given the matchings and the lines of one year, what an older line takes
part in is left open, and has no code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Movement:
    """What an entry changes on a customer's account: `cents` above zero is a debit. `node` is JournalEntry.about_id."""

    node: UUID
    customer_id: UUID
    cents: int
    number: int
    on: date


@dataclass(frozen=True, slots=True)
class Link:
    """A matching in force: so many cents of each of `uses`, settled on a day."""

    id: UUID
    uses: tuple[UUID, ...]
    cents: int
    on: date


@dataclass(frozen=True, slots=True)
class Letter:
    """The code of a group, and the day it was settled."""

    code: str
    on: date


@dataclass(slots=True)
class _Group:
    """What is known of a group; `open` is what each of its things has that no matching used."""

    open: dict[UUID, int] = field(default_factory=dict)
    balances: dict[UUID, int] = field(default_factory=dict)
    first: int = 0
    settled_on: date = date.min

    @property
    def is_settled(self) -> bool:
        return self.first > 0 and not any(self.open.values()) and not any(self.balances.values())


def letters(links: Iterable[Link], movements: Iterable[Movement]) -> Mapping[UUID, Letter]:
    """The letter of each node that has one. The same facts give the same codes, in the order of settling.

    Memory grows with the matchings, not with the entries: a movement that no matching names is passed over.
    """
    parent: dict[UUID, UUID] = {}
    used: dict[UUID, int] = {}
    settled: dict[UUID, date] = {}
    for link in links:
        for node in link.uses:
            used[node] = used.get(node, 0) + link.cents
            _join(parent, link.id, node)
        settled[link.id] = link.on
    groups: dict[UUID, _Group] = {}
    for node in parent:
        group = groups.setdefault(_root(parent, node), _Group())
        group.settled_on = max(group.settled_on, settled.get(node, date.min))
    net = _weigh(groups, parent, movements)
    for node, cents in used.items():
        groups[_root(parent, node)].open[node] = abs(net.get(node, 0)) - cents
    ready = sorted(
        ((group.settled_on, group.first, root) for root, group in groups.items() if group.is_settled),
        key=lambda one: one[:2],
    )
    codes = {root: Letter(code(place), on) for place, (on, _, root) in enumerate(ready)}
    return {node: codes[root] for node in parent if (root := _root(parent, node)) in codes}


def code(place: int) -> str:
    """AAA, AAB… ZZZ, AAAA…: `place` counts from 0."""
    width, room = 3, 26**3
    while place >= room:
        place -= room
        width, room = width + 1, room * 26
    found = ""
    for _ in range(width):
        place, rest = divmod(place, 26)
        found = chr(ord("A") + rest) + found
    return found


def _weigh(groups: dict[UUID, _Group], parent: dict[UUID, UUID], movements: Iterable[Movement]) -> dict[UUID, int]:
    """Give each group its lines; returns what each node weighs."""
    net: dict[UUID, int] = {}
    for one in movements:
        if one.node not in parent:
            continue
        group = groups[_root(parent, one.node)]
        net[one.node] = net.get(one.node, 0) + one.cents
        group.balances[one.customer_id] = group.balances.get(one.customer_id, 0) + one.cents
        group.settled_on = max(group.settled_on, one.on)
        group.first = min(group.first or one.number, one.number)
    return net


def _root(parent: dict[UUID, UUID], node: UUID) -> UUID:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _join(parent: dict[UUID, UUID], one: UUID, other: UUID) -> None:
    first, second = _root(parent, parent.setdefault(one, one)), _root(parent, parent.setdefault(other, other))
    if first != second:
        parent[max(first, second)] = min(first, second)
