"""Demands that nobody can meet: bounds that cross, lists without a common code, inside one `all`. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from eligibility.rules.tree import AllOf, AnyOf, Clause, Condition, Count, Every, OneOf, Within
from eligibility.rules.truth import comparable
from kit.document.finding import Finding, error

# Keywords that read the same fact.
_FACT = {
    "category_group": "category",
    "region": "department",
    "seat_region": "seat_department",
    "legal_status_group": "legal_status",
}


def contradictions(clause: Clause) -> Iterator[Finding]:
    """An error for each `all` of the tree, or single comparison, that nothing can satisfy."""
    together = _together(clause)
    conditions = [part for part in together if isinstance(part, Condition)]
    for fact in dict.fromkeys(_fact(part) for part in conditions):
        yield from _impossible([part for part in conditions if _fact(part) == fact])
    counts = [part for part in together if isinstance(part, Count)]
    for such_that in dict.fromkeys(part.such_that for part in counts):
        yield from _crossing([part for part in counts if part.such_that == such_that])
    for part in together:
        yield from _inside(part)


def _inside(clause: Clause) -> Iterator[Finding]:
    match clause:
        case AnyOf():
            for part in clause.clauses:
                yield from contradictions(part)
        case Count():
            yield from contradictions(clause.such_that)
        case Every():
            yield from contradictions(AllOf((clause.among, clause.such_that)))


def _together(clause: Clause) -> list[Clause]:
    """What must hold at once: the members of an `all`, and of those inside it."""
    if isinstance(clause, AllOf):
        return [inner for part in clause.clauses for inner in _together(part)]
    return [clause]


def _fact(condition: Condition) -> tuple[str, str | None]:
    return _FACT.get(condition.keyword, condition.keyword), condition.name


def _impossible(conditions: Sequence[Condition]) -> Iterator[Finding]:
    """Conditions on one fact. With a list, some value of it must pass; without, the bounds must leave room."""
    lists = [part.test for part in conditions if isinstance(part.test, OneOf) and not part.negated]
    if lists:
        possible = any(all(part.holds(value) is not False for part in conditions) for value in lists[0].values)
    else:
        possible = _room([part.test for part in conditions if isinstance(part.test, Within) and not part.negated])
    if not possible:
        sentence = "Rien ne peut satisfaire à la fois cette condition et celles qui l’accompagnent."
        yield error(conditions[-1].path, sentence)


def _room(ranges: Sequence[Within]) -> bool:
    return all(_meet(one, other) for one in ranges for other in ranges)


def _meet(one: Within, other: Within) -> bool:
    """Whether some value is above the low bound of `one` and below the high bound of `other`."""
    low: Any = comparable(one.low, one.kind)
    high: Any = comparable(other.high, other.kind)
    if low is None or high is None or one.kind != other.kind:
        return True
    return low < high or (low == high and not one.strict and not other.strict)


def _crossing(counts: Sequence[Count]) -> Iterator[Finding]:
    low = max(part.low for part in counts)
    if any(part.high is not None and part.high < low for part in counts):
        sentence = "Aucun nombre d’établissements ne satisfait à la fois cette condition et celles qui l’accompagnent."
        yield error(counts[-1].path, sentence)
