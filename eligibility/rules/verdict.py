"""The verdict of a rule on one applicant: an outcome, and per clause a sentence and the facts that decided. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from eligibility.rules.applicant import Applicant, Establishment, LegalEntity
from eligibility.rules.because import NAMED, because, telling
from eligibility.rules.in_words import conjuncts, sentence
from eligibility.rules.judging import Judgement, judge
from eligibility.rules.tree import Condition, Rule
from eligibility.rules.truth import Outcome, Unknown, all_of


@dataclass(frozen=True, slots=True)
class ClauseVerdict:
    """One clause: what it demands (`text`), what came of it, why (`because`), and the `facts` as JSON.

    `parts` are the alternatives of an `any`, and the members of an `all` to which its author gave a sentence.
    """

    text: str
    outcome: Outcome
    because: str
    facts: Mapping[str, Any]
    parts: tuple["ClauseVerdict", ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As stored, and as the API answers."""
        return {
            "text": self.text,
            "outcome": self.outcome.value,
            "because": self.because,
            "facts": dict(self.facts),
            "parts": [part.as_json() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule answers to one applicant. The same rule and the same facts give the same verdict, for ever."""

    outcome: Outcome
    clauses: tuple[ClauseVerdict, ...]

    def as_json(self) -> dict[str, Any]:
        """As stored, and as the API answers."""
        return {"outcome": self.outcome.value, "clauses": [clause.as_json() for clause in self.clauses]}


def assess(rule: Rule, applicant: Applicant) -> Verdict:
    """The verdict on `applicant`. Needs no clock: the register's edition and the answers are the facts."""
    judgements = [judge(clause, applicant) for clause in conjuncts(rule.clause)]
    outcome = Outcome.of(all_of(judgement.truth for judgement in judgements))
    numbered = enumerate(judgements, start=1)
    return Verdict(outcome, tuple(_clause(one, str(number), applicant.legal_entity) for number, one in numbered))


def _clause(judgement: Judgement, number: str, entity: LegalEntity) -> ClauseVerdict:
    parts = tuple(_clause(part, f"{number}.{index}", entity) for index, part in enumerate(judgement.parts, start=1))
    return ClauseVerdict(
        text=sentence(judgement.clause),
        outcome=Outcome.of(judgement.truth),
        because=because(judgement, number, entity),
        facts=_facts(judgement),
        parts=parts,
    )


def _facts(judgement: Judgement) -> dict[str, Any]:
    clause = judgement.clause
    if isinstance(clause, Condition):
        about = {"fact": clause.keyword} | ({"name": clause.name} if clause.name else {})
        consulted = judgement.value is not Unknown.NOT_CONSULTED
        return about | {"consulted": consulted, "value": _json(judgement.value) if consulted else None}
    if judgement.parts:
        return {}
    return {
        "considered": len(judgement.seen),
        "satisfying": [one.finess_et for one, judged in judgement.seen if judged.truth],
        "uncertain": [one.finess_et for one, judged in judgement.seen if judged.truth is None],
        "shown": [_establishment(one) for one, _ in telling(judgement)[:NAMED]],
    }


def _establishment(one: Establishment) -> dict[str, Any]:
    return {name: _json(getattr(one, name)) for name in one.__slots__ if name != "name"}


def _json(value: object) -> object:
    return str(value) if isinstance(value, date | Decimal) else value
