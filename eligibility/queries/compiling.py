"""An eligibility rule compiled to SQL over the register at one edition. NULL is "information missing", as in Python.

Both executions read the same tree; a property test over random rules and registers holds them equal.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from sqlalchemy import CTE, Select, Subquery, and_, case, false, func, null, or_, select, true

from eligibility.queries.facts import (
    ENTITY_COLUMNS,
    ESTABLISHMENT_COLUMNS,
    Truth,
    of_attribute,
    of_column,
    of_establishment,
)
from eligibility.rules import Rule
from eligibility.rules.tree import AllOf, AnyOf, Clause, Condition, Count, Every, OneOf, keywords
from finess.models import Establishment, LegalEntity
from finess.queries.edition import true_in

Facts = Select[*tuple[Any, ...]]
# Columns of the tables rather than attributes of the classes: a third of the time to build the query.
ENTITY: Any = LegalEntity.__table__.c


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the tenant's facts about entities are read. None: not consulted, so every clause that asks is unknown.

    `adherents` selects finess_ej; `applied_to` and `awarded_in` select finess_ej and slug; `attributes` selects
    finess_ej, name and value (JSONB).
    """

    adherents: Facts | None = None
    attributes: Facts | None = None
    applied_to: Facts | None = None
    awarded_in: Facts | None = None

    def asked_by(self, rule: Rule) -> "Sources":
        """Those that the rule reads: what it does not ask is not looked for."""
        asked = keywords(rule.clause)
        past = not asked.isdisjoint({"applied_to", "awarded_in"})
        return Sources(
            self.adherents if "adherent" in asked else None,
            self.attributes if "attribute" in asked else None,
            self.applied_to if past else None,
            self.awarded_in if past else None,
        )


NOT_CONSULTED = Sources()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a preview selects from.

    `candidates` (finess_ej, name, department, holds): the entities the rule does not refuse; `holds` is true or NULL.
    `counted` (finess_ej, finess_et, department, category_code, holds): for each "at least" of the rule, the
    establishments that satisfy it or may.
    """

    candidates: CTE
    counted: tuple[CTE, ...]


def compile_rule(rule: Rule, edition: int, sources: Sources = NOT_CONSULTED) -> Compiled:
    """The rule over the register at `edition` (its number). The form's answers are unknown: nobody has applied yet."""
    return _Compiler(edition, sources).compile(rule.clause)


@dataclass
class _Compiler:
    """Walks a rule once, and gathers what its query joins."""

    edition: int
    sources: Sources
    counted: list[CTE] = field(default_factory=list)
    joins: list[tuple[Subquery, bool]] = field(default_factory=list)

    def compile(self, clause: Clause) -> Compiled:
        parts = [(part, self.truth(part, decisive=True)) for part in _together(clause)]
        holds = and_(*(truth for _, truth in parts)).label("holds")
        query = select(ENTITY.finess_ej, ENTITY.name, ENTITY.department, holds).where(
            true_in(ENTITY, self.edition), *_possible(parts, ENTITY, ENTITY_COLUMNS)
        )
        for table, inner in self.joins:
            query = query.join(table, table.c.finess_ej == ENTITY.finess_ej, isouter=not inner)
        return Compiled(query.cte("candidate"), tuple(self.counted))

    def truth(self, clause: Clause, decisive: bool = False) -> Truth:
        """The clause about LegalEntity. `decisive`: the rule refuses wherever this clause is false."""
        match clause:
            case Condition():
                return self._condition(clause)
            case AllOf():
                return and_(*(self.truth(part) for part in clause.clauses))
            case AnyOf():
                return or_(*(self.truth(part) for part in clause.clauses))
            case Count():
                return self._count(clause, decisive)
            case Every():
                return self.truth(clause.as_counts())

    def _condition(self, condition: Condition) -> Truth:
        if condition.keyword in ENTITY_COLUMNS:
            return of_column(condition, getattr(ENTITY, ENTITY_COLUMNS[condition.keyword]))
        match condition.keyword:
            case "adherent" if self.sources.adherents is not None:
                return of_column(condition, ENTITY.finess_ej.in_(self.sources.adherents))
            case "applied_to" if self.sources.applied_to is not None:
                return of_column(condition, ENTITY.finess_ej.in_(_in(self.sources.applied_to, condition.name)))
            case "awarded_in" if self.sources.awarded_in is not None:
                return of_column(condition, ENTITY.finess_ej.in_(_in(self.sources.awarded_in, condition.name)))
            case "attribute" if self.sources.attributes is not None:
                attributes = self.sources.attributes.subquery()
                named = select(attributes).where(attributes.c.name == condition.name).subquery()
                self.joins.append((named, False))
                return of_attribute(condition, named.c.value)
        return null()

    def _count(self, clause: Count, decisive: bool) -> Truth:
        seen: Any = Establishment.__table__.alias().c
        parts = [(part, _of_one(part, seen)) for part in _together(clause.such_that)]
        holds = and_(*(truth for _, truth in parts)).label("holds")
        counted = (
            select(seen.finess_ej, seen.finess_et, seen.department, seen.category_code, holds)
            .where(true_in(seen, self.edition), *_possible(parts, seen, ESTABLISHMENT_COLUMNS))
            .cte(f"counted_{len(self.joins)}")
        )
        if clause.low:
            self.counted.append(counted)
        tally = (
            select(
                counted.c.finess_ej,
                func.count().filter(counted.c.holds).label("satisfying"),
                func.count().label("most"),
            )
            .group_by(counted.c.finess_ej)
            .subquery()
        )
        # An entity without any such establishment fails a decisive "at least": the join may leave it out.
        self.joins.append((tally, decisive and clause.low > 0))
        return _within(func.coalesce(tally.c.satisfying, 0), func.coalesce(tally.c.most, 0), clause)


def _in(files: Facts, slug: str | None) -> Facts:
    """The entities with a file in the campaign."""
    past = files.subquery()
    return select(past.c.finess_ej).where(past.c.slug == slug)


def _within(satisfying: Truth, most: Truth, clause: Count) -> Truth:
    """`truth.counted` in SQL."""
    too_few, too_many = most < clause.low, false() if clause.high is None else satisfying > clause.high
    enough, bounded = satisfying >= clause.low, true() if clause.high is None else most <= clause.high
    return case((or_(too_few, too_many), false()), (and_(enough, bounded), true()))


def _of_one(clause: Clause, seen: Any) -> Truth:
    """The clause about one establishment."""
    match clause:
        case Condition():
            return of_establishment(clause, seen)
        case AllOf():
            return and_(*(_of_one(part, seen) for part in clause.clauses))
        case AnyOf():
            return or_(*(_of_one(part, seen) for part in clause.clauses))
    raise TypeError(f"An establishment has no establishments: {clause.path}")


def _together(clause: Clause) -> Iterator[Clause]:
    """The clauses that must hold together: one that is false decides alone."""
    if isinstance(clause, Every):
        clause = clause.as_counts()
    if isinstance(clause, AllOf):
        for part in clause.clauses:
            yield from _together(part)
    else:
        yield clause


def _possible(parts: Iterable[tuple[Clause, Truth]], table: Any, columns: Mapping[str, str]) -> Iterator[Truth]:
    """That no part is false.

    Lists of codes are multiplied out (in the list and in the list, in the list and absent, …): each alternative is then
    served whole by the index on (department, category_code).
    """
    listed = defaultdict(list)
    for clause, truth in parts:
        if isinstance(clause, Condition) and _is_list(clause):
            listed[columns[clause.keyword]].append(truth)
        else:
            yield func.coalesce(truth, true())
    if not listed:
        return
    choices = ((and_(*truths), getattr(table, column).is_(None)) for column, truths in listed.items())
    yield or_(*(and_(*alternative) for alternative in product(*choices)))


def _is_list(condition: Condition) -> bool:
    """Whether the condition lists codes of which nothing but absence is unknown."""
    test = condition.test
    return bool(condition.given) and isinstance(test, OneOf) and test.known is None and not condition.negated
