"""Two questions about whom a rule reaches: who exactly, to compare two editions; and whose seat is elsewhere."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from eligibility.queries.compiling import NOT_CONSULTED, Sources, compile_rule
from eligibility.rules import Rule


def eligible_numbers(session: Session, edition: int, rule: Rule, sources: Sources = NOT_CONSULTED) -> set[str]:
    """The FINESS numbers of every entity the rule declares eligible at `edition`."""
    candidates = compile_rule(rule, edition, sources).candidates
    return set(session.scalars(select(candidates.c.finess_ej).where(candidates.c.holds)))


def count_seated_elsewhere(
    session: Session, edition: int, rule: Rule, departments: Collection[str], sources: Sources = NOT_CONSULTED
) -> int:
    """How many eligible entities have their seat outside of these départements (an unknown seat is not counted)."""
    candidates = compile_rule(rule, edition, sources).candidates
    query = select(func.count()).where(candidates.c.holds, candidates.c.department.not_in(departments))
    return session.scalar(query) or 0
