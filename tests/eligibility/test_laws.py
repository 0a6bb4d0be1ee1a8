"""What holds for every rule and every applicant: the logic is Kleene's, verdicts can be stored, words never fail."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from eligibility.rules import Applicant, assess, check_rule, read_rule, rule_in_words
from eligibility.rules.checking import SCHEMA
from eligibility.rules.judging import judge
from eligibility.rules.tree import deny
from eligibility.rules.truth import counted, negation
from kit.document.finding import errors_of
from kit.document.shape import check_shape
from tests.eligibility import random_rules as random

DOCUMENTS = random.documents()
APPLICANTS = random.applicants().map(lambda applicant: random.numbered(applicant, 1))


@given(DOCUMENTS)
def test_the_schema_takes_what_can_be_said_and_every_rule_has_words(document: dict[str, Any]) -> None:
    assert check_shape(document, SCHEMA) == []
    assert rule_in_words(read_rule(document))
    # A rule drawn at random may contradict itself: that is all that may be wrong with it.
    assert all("à la fois" in finding.sentence for finding in errors_of(check_rule(document)))


@given(DOCUMENTS, APPLICANTS)
def test_a_verdict_is_json_explains_each_clause_and_is_always_the_same(
    document: dict[str, Any], applicant: Applicant
) -> None:
    verdict = assess(read_rule(document), applicant)
    assert json.loads(json.dumps(verdict.as_json())) == verdict.as_json()
    assert assess(read_rule(document), applicant) == verdict
    assert all(clause.text and clause.because.endswith(".") for clause in verdict.clauses)


@given(DOCUMENTS, APPLICANTS)
def test_a_rule_and_its_contrary_never_agree(document: dict[str, Any], applicant: Applicant) -> None:
    clause = read_rule(document).clause
    truth = judge(clause, applicant).truth
    assert judge(deny(clause), applicant).truth is negation(truth)
    assert judge(deny(deny(clause)), applicant).truth is truth


@given(DOCUMENTS, APPLICANTS, APPLICANTS)
def test_learning_what_was_missing_never_changes_an_answer(
    document: dict[str, Any], applicant: Applicant, more: Applicant
) -> None:
    assume("present" not in json.dumps(document))  # an absent value is known to be absent: that one may change
    truth = judge(read_rule(document).clause, applicant).truth
    assume(truth is not None)
    assert judge(read_rule(document).clause, _completed(applicant, more)).truth is truth


@given(st.lists(st.sampled_from([True, False, None]), max_size=5), st.integers(0, 4), st.integers(0, 4) | st.none())
def test_a_count_is_certain_when_every_way_to_settle_the_unknown_agrees(
    truths: list[bool | None], low: int, high: int | None
) -> None:
    assume(high is None or low <= high)
    certain, unknown = truths.count(True), truths.count(None)
    worlds = {low <= number and (high is None or number <= high) for number in range(certain, certain + unknown + 1)}
    assert counted(certain, unknown, low, high) is (worlds.pop() if len(worlds) == 1 else None)


def _completed(applicant: Applicant, more: Applicant) -> Applicant:
    """The applicant with its missing facts taken from another, as far as that one has them."""
    others = [*more.establishments, *applicant.establishments]
    establishments = tuple(_filled(one, other) for one, other in zip(applicant.establishments, others, strict=False))
    entity = _filled(applicant.legal_entity, more.legal_entity)
    return _filled(replace(applicant, legal_entity=entity, establishments=establishments), more)


def _filled(one: Any, other: Any) -> Any:
    missing = {name: getattr(other, name) for name in one.__slots__ if getattr(one, name) is None}
    return replace(one, **missing)
