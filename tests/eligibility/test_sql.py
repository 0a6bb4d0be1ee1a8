"""Python and SQL give every applicant of any register the same answer to any rule, on a real PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from eligibility.queries.compiling import NOT_CONSULTED, Sources, compile_rule
from eligibility.rules import Applicant, History, read_rule
from eligibility.rules.judging import judge
from eligibility.rules.truth import Truth
from kit.db import engine
from tests.eligibility import random_rules as random
from tests.eligibility.random_register import put_register, sources_of

CONSULTED = random.applicants(
    attributes=st.dictionaries(st.sampled_from(random.NAMES), random.VALUES),
    adherent=st.booleans(),
    history=st.builds(
        History,
        applied_to=st.frozensets(st.sampled_from(random.CAMPAIGNS)),
        awarded_in=st.frozensets(st.sampled_from(random.CAMPAIGNS)),
    ),
    answers=st.none(),
)
STRANGERS = random.applicants(attributes=st.none(), adherent=st.none(), history=st.none(), answers=st.none())
# Every example is a register of its own: few examples, many applicants and rules in each.
EXAMPLES = settings(max_examples=60)
RULES = st.lists(random.documents(), min_size=4, max_size=8)


def _agree(applicants: Sequence[Applicant], documents: Sequence[dict[str, Any]], sources: Sources) -> None:
    with Session(engine()) as session:
        edition = put_register(session, applicants)
        for document in documents:
            rule = read_rule(document)
            found = compile_rule(rule, edition, sources).candidates
            kept = session.execute(select(found.c.finess_ej, found.c.holds)).all()
            in_sql: dict[str, Truth] = {one.legal_entity.finess_ej: False for one in applicants} | dict(kept)
            in_python = {one.legal_entity.finess_ej: judge(rule.clause, one).truth for one in applicants}
            assert in_sql == in_python, document
            assert False not in {holds for _, holds in kept}
        session.rollback()


@EXAMPLES
@given(people=st.lists(CONSULTED, min_size=1, max_size=12), documents=RULES)
def test_python_and_sql_agree(database: str, people: list[Applicant], documents: list[dict[str, Any]]) -> None:
    applicants = [random.numbered(one, rank) for rank, one in enumerate(people)]
    _agree(applicants, documents, sources_of(applicants))


@settings(EXAMPLES, max_examples=20)
@given(people=st.lists(STRANGERS, min_size=1, max_size=12), documents=RULES)
def test_they_agree_that_what_is_not_consulted_is_unknown(
    database: str, people: list[Applicant], documents: list[dict[str, Any]]
) -> None:
    _agree([random.numbered(one, rank) for rank, one in enumerate(people)], documents, NOT_CONSULTED)
