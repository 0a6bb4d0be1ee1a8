"""Judge a clause for one applicant, and keep what decided at each step. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from campaigns.rules.eligibility.applicant import Applicant, Establishment, value_of
from campaigns.rules.eligibility.tree import AllOf, AnyOf, Clause, Condition, Count, Every
from campaigns.rules.eligibility.truth import Truth, all_of, any_of, counted, negation


@dataclass(frozen=True, slots=True)
class Judgement:
    """A clause with its truth, and why: the value read, its parts, or each establishment's own judgement.

    In `seen`, an establishment is judged on `such_that`; for `every`, on the pair (among, such_that), and those that
    are not among are left out.
    """

    clause: Clause
    truth: Truth
    value: object = None
    parts: tuple["Judgement", ...] = ()
    seen: tuple["Seen", ...] = ()


Seen = tuple[Establishment, Judgement]


def judge(clause: Clause, applicant: Applicant, establishment: Establishment | None = None) -> Judgement:
    """The clause for the legal entity, or for `establishment` when it is inside a quantifier."""
    match clause:
        case Condition():
            value = value_of(clause, applicant, establishment)
            return Judgement(clause, clause.holds(value), value)
        case AllOf():
            parts = tuple(judge(part, applicant, establishment) for part in clause.clauses)
            return Judgement(clause, all_of(part.truth for part in parts), parts=parts)
        case AnyOf():
            parts = tuple(judge(part, applicant, establishment) for part in clause.clauses)
            return Judgement(clause, any_of(part.truth for part in parts), parts=parts)
        case Count():
            return _count(clause, applicant)
        case Every():
            return _every(clause, applicant)


def _count(clause: Count, applicant: Applicant) -> Judgement:
    seen = tuple((one, judge(clause.such_that, applicant, one)) for one in applicant.establishments)
    satisfying, unknown = _tally(judged.truth for _, judged in seen)
    return Judgement(clause, counted(satisfying, unknown, clause.low, clause.high), seen=seen)


def _every(clause: Every, applicant: Applicant) -> Judgement:
    both = AllOf((clause.among, clause.such_that))
    judged = ((one, judge(both, applicant, one)) for one in applicant.establishments)
    seen = tuple((one, pair) for one, pair in judged if pair.parts[0].truth is not False)
    breaking = (all_of((pair.parts[0].truth, negation(pair.parts[1].truth))) for _, pair in seen)
    none_breaks = counted(*_tally(breaking), low=0, high=0)
    one_follows = counted(*_tally(pair.truth for _, pair in seen), low=1, high=None)
    return Judgement(clause, all_of((none_breaks, one_follows)), seen=seen)


def _tally(truths: Iterable[Truth]) -> tuple[int, int]:
    """How many are true, how many unknown."""
    found = list(truths)
    return found.count(True), found.count(None)


def deciding(judgement: Judgement) -> Iterator[Judgement]:
    """The conditions (or quantifiers) that made a judgement what it is: the false ones of a refusal, and so on."""
    if not judgement.parts:
        yield judgement
    for part in judgement.parts:
        if part.truth is judgement.truth:
            yield from deciding(part)
