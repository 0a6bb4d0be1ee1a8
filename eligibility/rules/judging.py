"""Judge a clause for one applicant, and keep what decided at each step. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eligibility.rules.applicant import Applicant, Establishment, value_of
from eligibility.rules.tree import AllOf, AnyOf, Clause, Condition, Count, Every
from eligibility.rules.truth import Truth, all_of, any_of, counted, negation


@dataclass(frozen=True, slots=True)
class Judgement:
    """A clause with its truth, and why: the value read, its parts, or each establishment's own judgement.

    In `seen`, an establishment is judged on `such_that`. For `every`, those that are not among are left out, and the
    others have two parts (among, such_that): true when it follows, false when it breaks, unknown when either part is.
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
    seen, breaking, following = [], [], []
    for one in applicant.establishments:
        among, such = parts = judge(clause.among, applicant, one), judge(clause.such_that, applicant, one)
        if among.truth is False:
            continue
        known = among.truth is not None
        seen.append((one, Judgement(clause.such_that, such.truth if known else None, parts=parts)))
        breaking.append(all_of((among.truth, negation(such.truth))))
        following.append(all_of((among.truth, such.truth)))
    none_breaks = counted(*_tally(breaking), low=0, high=0)
    one_follows = counted(*_tally(following), low=1, high=None)
    return Judgement(clause, all_of((none_breaks, one_follows)), seen=tuple(seen))


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
