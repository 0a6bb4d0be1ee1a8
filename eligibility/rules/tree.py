"""A rule once read: a tree of frozen clauses over facts. `deny` pushes every `not` down to the facts. Pure."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

from eligibility.rules.truth import Kind, Scalar, Truth, Unknown, any_of, comparable, kind_of, negation


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value is one of these, all of one kind.

    `known` bounds what may be denied: a code outside of it is not "another one" but one we cannot place (a category
    younger than our nomenclature is in a group we do not know). None: everything may be denied.
    """

    values: tuple[Scalar, ...]
    known: frozenset[str] | None = None

    @property
    def kind(self) -> Kind:
        """How these values compare."""
        return kind_of(self.values[0])

    def holds(self, value: object) -> Truth:
        """Whether `value` passes; None when it is absent, of another kind, or cannot be placed.

        Of several choices (a tuple), one that passes is enough.
        """
        if isinstance(value, tuple):
            return any_of(self.holds(one) for one in value)
        found = comparable(value, self.kind)
        if found is None:
            return None
        if any(found == comparable(one, self.kind) for one in self.values):
            return True
        return False if self.known is None or found in self.known else None


@dataclass(frozen=True, slots=True)
class Within:
    """The value lies between two bounds, or beyond the only one. Bounds are included unless `strict`."""

    low: Scalar | None = None
    high: Scalar | None = None
    strict: bool = False

    @property
    def kind(self) -> Kind:
        """How these bounds compare."""
        return kind_of(cast(Scalar, self.high if self.low is None else self.low))

    def holds(self, value: object) -> Truth:
        """Whether `value` passes; None when it is absent or of another kind."""
        found = comparable(value, self.kind)
        if found is None:
            return None
        return self._follows(comparable(self.low, self.kind), found) and self._follows(
            found, comparable(self.high, self.kind)
        )

    def _follows(self, before: Any, after: Any) -> bool:
        return before is None or after is None or before < after or (before == after and not self.strict)


@dataclass(frozen=True, slots=True)
class Present:
    """There is a value, and it is not blank."""

    def holds(self, value: object) -> Truth:
        """Whether `value` is there: never in doubt, an absent value is known to be absent."""
        return value not in (None, "", [], {})


Test = OneOf | Within | Present


@dataclass(frozen=True, slots=True)
class Condition:
    """A test on one fact, named by its keyword: of the legal entity, or of an establishment when inside a quantifier.

    `name` says which attribute, answer or campaign. `given` keeps the codes as the author wrote them when `test` holds
    what they stand for (the départements of a region).
    """

    keyword: str
    test: Test
    name: str | None = None
    given: tuple[str, ...] = ()
    negated: bool = False
    label: str | None = field(default=None, compare=False)
    path: str = field(default="", compare=False)

    def holds(self, value: object) -> Truth:
        """Whether the fact's value satisfies the condition."""
        if value is Unknown.NOT_CONSULTED:
            return None
        truth = self.test.holds(value)
        return negation(truth) if self.negated else truth


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every clause holds."""

    clauses: tuple["Clause", ...]
    label: str | None = field(default=None, compare=False)
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one clause holds."""

    clauses: tuple["Clause", ...]
    label: str | None = field(default=None, compare=False)
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Count:
    """The number of establishments that satisfy `such_that`, each by itself, lies in low..high (None: no maximum)."""

    such_that: "Clause"
    low: int = 0
    high: int | None = None
    label: str | None = field(default=None, compare=False)
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Every:
    """Every establishment among those named satisfies `such_that`, and there is at least one."""

    such_that: "Clause"
    among: "Clause"
    label: str | None = field(default=None, compare=False)
    path: str = field(default="", compare=False)

    def as_counts(self) -> AllOf:
        """The same demand as two counts: no establishment breaks it, and one at least follows it."""
        breaking = Count(AllOf((self.among, deny(self.such_that))), high=0, path=self.path)
        following = Count(AllOf((self.among, self.such_that)), low=1, path=self.path)
        return AllOf((breaking, following), path=self.path)


Clause = Condition | AllOf | AnyOf | Count | Every


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of eligibility: `version` is that of the document's vocabulary."""

    version: int
    clause: Clause


def keywords(clause: Clause) -> frozenset[str]:
    """The facts that a clause asks about, inside its quantifiers too."""
    match clause:
        case Condition():
            return frozenset({clause.keyword})
        case AllOf() | AnyOf():
            return frozenset().union(*map(keywords, clause.clauses))
        case Count():
            return keywords(clause.such_that)
        case Every():
            return keywords(clause.such_that) | keywords(clause.among)


def deny(clause: Clause) -> Clause:
    """The clause that holds when `clause` does not, and is unknown when it is (De Morgan; counts change bounds)."""
    label = clause.label and f"Ne doit pas être rempli\N{NO-BREAK SPACE}: {clause.label}"
    path = clause.path
    match clause:
        case Condition():
            return replace(clause, negated=not clause.negated, label=label)
        case AllOf():
            return AnyOf(tuple(deny(part) for part in clause.clauses), label, path)
        case AnyOf():
            return AllOf(tuple(deny(part) for part in clause.clauses), label, path)
        case Count():
            fewer = Count(clause.such_that, 0, clause.low - 1, label, path) if clause.low else None
            more = Count(clause.such_that, clause.high + 1, None, label, path) if clause.high is not None else None
            if fewer and more:
                return AnyOf((replace(fewer, label=None), replace(more, label=None)), label, path)
            return cast(Count, fewer or more)
        case Every():
            return replace(cast(AnyOf, deny(clause.as_counts())), label=label)
