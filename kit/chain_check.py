"""A chain of audit lines followed from its first to its last: numbers, hashes, head, anchors. Pure.

What does not hold is told by the number of the line, once: the lines after an altered one are checked against what it
is now.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC

from kit.chain import Anchor, Fault, Head, Kind, Line, next_hash
from kit.french import grouped


@dataclass(slots=True)
class Checker:
    """Follows one chain, line by line, in the order of the numbers. Memory does not grow with the lines.

    `anchors`: those of the chain, by number; `known_keys`: public keys that sign for this installation.
    """

    anchors: Mapping[int, Anchor]
    known_keys: Collection[str]
    lines: int = 0
    first: int = 0
    last: int = 0
    # The hash that the last line has, and the one it should have: the next line may follow either.
    before: tuple[str, ...] = ("",)
    earlier: tuple[str, ...] = ("",)
    latest: Line | None = None
    # Up to which line an anchor agrees; the last one did not; up to where purges went; anchors the lines tell of.
    sound: int = 0
    is_forged: bool = False
    purged: int = 0
    told: dict[int, str] = field(default_factory=dict)

    def follow(self, lines: Iterable[Line]) -> Iterator[Fault]:
        """The faults of these lines, as they come."""
        for line in lines:
            if line.number == self.last and self.lines:
                yield from self._double(line)
                continue
            if self.lines and line.number != self.last + 1:
                yield _removed(self.last + 1, line.number - 1)
            if line.number != self.last + 1:
                self._begin(line.number)
            yield from self._line(line)

    def finish(self, head: Head) -> Iterator[Fault]:
        """What the head and the anchors say of the whole."""
        yield from self._beginning()
        yield from self._end(head)
        yield from self._lost_anchors()

    def _begin(self, number: int) -> None:
        """Lines are missing: purged or removed. Only an anchor says what the first of the next ones follows."""
        self.first = self.first or number
        base = self.anchors.get(number - 1)
        known = base is not None and base.holds(self.known_keys)
        self.before = (base.hash,) if base is not None and known else ()
        self.sound = number - 1 if known else self.sound

    def _line(self, line: Line) -> Iterator[Fault]:
        wanted = [next_hash(before, line.text) for before in self.before]
        fault = None
        if wanted and line.hash not in wanted:
            fault = _of(line, "altered", "Cette ligne n’est plus celle qui a été écrite.")
            yield fault
        yield from self._anchored(line, fault)
        self.lines, self.last = self.lines + 1, line.number
        self.first, self.latest, self.earlier = self.first or line.number, line, self.before
        self.before = (line.hash, *wanted) if fault else (line.hash,)
        if line.action in ("audit.purge", "audit.anchor"):
            self._note(line)

    def _double(self, line: Line) -> Iterator[Fault]:
        """Two lines with one number: the one that does not follow is the stranger."""
        stranger = line
        if self.latest is not None and line.hash in [next_hash(before, line.text) for before in self.earlier]:
            stranger, self.latest, self.before = self.latest, line, (line.hash,)
        yield _of(stranger, "inserted", "Deux lignes portent ce numéro\N{NO-BREAK SPACE}: celle-ci a été ajoutée.")

    def _anchored(self, line: Line, fault: Fault | None) -> Iterator[Fault]:
        anchor = self.anchors.get(line.number)
        if anchor is None:
            return
        on = anchor.at.astimezone(UTC).date().isoformat()
        if not anchor.holds(self.known_keys):
            yield _of(line, "anchor", f"L’ancre du {on} n’est pas signée par une clé de cette installation.")
        elif anchor.hash == line.hash:
            self.sound, self.is_forged = line.number, False
        elif fault is None and not self.is_forged:
            self.is_forged = True
            what = (
                f"L’ancre signée le {on} n’est pas celle de cette chaîne\N{NO-BREAK SPACE}: les lignes "
                f"{grouped(self.sound + 1)} à {grouped(line.number)} ont été récrites, au moins en partie."
            )
            yield Fault("anchor", self.sound + 1, line.number, what, line.id, line.at, line.action)

    def _note(self, line: Line) -> None:
        """A purge says up to where it went, an anchor where it stands: in the chain itself."""
        number = _number(line.text)
        if line.action == "audit.purge":
            self.purged = max(self.purged, number)
        elif number:
            self.told[number] = line.at

    def _beginning(self) -> Iterator[Fault]:
        if self.lines and self.first - 1 > self.purged:
            yield _removed(self.purged + 1, self.first - 1)

    def _end(self, head: Head) -> Iterator[Fault]:
        if head.number > self.last:
            yield _removed(self.last + 1, head.number)
        elif head.number < self.last:
            what = f"La tête de la chaîne dit {grouped(head.number)}\N{NO-BREAK SPACE}: elle a été ramenée en arrière."
            yield Fault("head", head.number + 1, self.last, what)
        elif head.hash not in self.before:
            yield Fault("head", self.last, self.last, "La tête de la chaîne n’a pas l’empreinte de cette ligne.")
        beyond = [number for number in self.anchors if number > max(self.last, head.number)]
        if beyond:
            yield _removed(max(self.last, head.number) + 1, max(beyond))

    def _lost_anchors(self) -> Iterator[Fault]:
        for number, at in self.told.items():
            if number not in self.anchors:
                yield Fault("anchor", number, number, f"L’ancre de cette ligne, faite le {at[:10]}, n’est plus là.")
        for number, anchor in self.anchors.items():
            if number < self.first and not anchor.holds(self.known_keys):
                yield Fault("anchor", number, number, "L’ancre de cette ligne n’est pas signée par une de nos clés.")


def _removed(since: int, until: int) -> Fault:
    what = "Cette ligne a été retirée." if since == until else f"{grouped(until - since + 1)} lignes ont été retirées."
    return Fault("removed", since, until, what)


def _of(line: Line, kind: Kind, what: str) -> Fault:
    return Fault(kind, line.number, line.number, what, line.id, line.at, line.action)


def _number(text: str) -> int:
    """The number that the facts of a line tell; 0 when they tell none."""
    try:
        told = json.loads(text)[-1]["number"]
    except (ValueError, TypeError, LookupError):
        return 0
    return told if isinstance(told, int) else 0
