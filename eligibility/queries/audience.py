"""Whom a rule reaches in the register: how many, where, of what categories, and who. Live while its author edits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, CompoundSelect, Text, case, exists, func, literal, null, select, tuple_, union, union_all
from sqlalchemy.orm import Session

from eligibility.queries.compiling import NOT_CONSULTED, Compiled, Facts, Sources, compile_rule
from eligibility.rules import Outcome, Rule
from finess.models import Establishment, LegalEntity, RegistryEdition
from finess.queries.edition import true_in

PAGE = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """How many matching establishments of eligible entities a département has in a category (None: not known)."""

    department: str | None
    category_code: str | None
    establishments: int


@dataclass(frozen=True, slots=True)
class Audience:
    """How many legal entities of the edition have each outcome, and the establishments that made them eligible."""

    eligible: int
    not_eligible: int
    information_missing: int
    establishments: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One legal entity of an audience, with the number of its establishments that satisfy, whatever its outcome."""

    finess_ej: str
    name: str | None
    department: str | None
    establishments: int


def audience(session: Session, edition: int, rule: Rule, sources: Sources = NOT_CONSULTED) -> Audience:
    """Count the rule's audience over the register at `edition`, in one statement.

    An establishment matches when it satisfies an "at least" of the rule; under a rule without one, when it is open.
    """
    compiled = compile_rule(rule, edition, sources)
    candidate = compiled.candidates.c
    matching = _matching(compiled, edition, select(candidate.finess_ej).where(candidate.holds)).subquery().c
    outcome, nowhere = case((candidate.holds, "eligible"), else_="missing").label("what"), null().cast(Text)
    register = RegistryEdition.__table__.c
    rows = session.execute(
        union_all(
            select(literal("register"), nowhere, nowhere, register.counts["ej"].as_integer()).where(
                register.id == edition
            ),
            select(outcome, nowhere, nowhere, func.count()).group_by("what"),
            select(literal("cell"), matching.department, matching.category_code, func.count()).group_by(
                matching.department, matching.category_code
            ),
        )
    ).all()
    totals = {"eligible": 0, "missing": 0} | {what: number for what, _, _, number in rows if what != "cell"}
    cells = sorted((Cell(*row) for what, *row in rows if what == "cell"), key=_order)
    return Audience(
        eligible=totals["eligible"],
        not_eligible=totals["register"] - totals["eligible"] - totals["missing"],
        information_missing=totals["missing"],
        establishments=sum(cell.establishments for cell in cells),
        cells=tuple(cells),
    )


def list_audience(
    session: Session,
    edition: int,
    rule: Rule,
    sources: Sources = NOT_CONSULTED,
    outcome: Outcome = Outcome.ELIGIBLE,
    after: str | None = None,
    limit: int = PAGE,
) -> Sequence[Member]:
    """The page of entities with that outcome that follows entity `after`, by name. Counts matching establishments."""
    compiled = compile_rule(rule, edition, sources)
    who = _who(compiled.candidates, edition, outcome).subquery()
    place = func.coalesce(who.c.name, ""), who.c.finess_ej
    page = select(who, place[0].label("place")).order_by(*place).limit(limit)
    if after is not None:
        page = page.where(tuple_(*place) > select(*place).where(who.c.finess_ej == after).scalar_subquery())
    shown = page.cte("shown")
    matching = _matching(compiled, edition, select(shown.c.finess_ej)).subquery()
    tally = select(matching.c.finess_ej, func.count().label("number")).group_by(matching.c.finess_ej).subquery()
    query = (
        select(shown.c.finess_ej, shown.c.name, shown.c.department, func.coalesce(tally.c.number, 0))
        .outerjoin(tally, tally.c.finess_ej == shown.c.finess_ej)
        .order_by(shown.c.place, shown.c.finess_ej)
    )
    return [Member(*row) for row in session.execute(query)]


def _who(candidates: CTE, edition: int, outcome: Outcome) -> Facts:
    """The entities (finess_ej, name, department) with an outcome; those refused are the ones that are no candidates."""
    if outcome is Outcome.NOT_ELIGIBLE:
        refused = ~exists().where(candidates.c.finess_ej == LegalEntity.finess_ej)
        columns = LegalEntity.finess_ej, LegalEntity.name, LegalEntity.department
        return select(*columns).where(true_in(LegalEntity, edition), refused)
    decided = candidates.c.holds if outcome is Outcome.ELIGIBLE else candidates.c.holds.is_(None)
    return select(candidates.c.finess_ej, candidates.c.name, candidates.c.department).where(decided)


def _matching(compiled: Compiled, edition: int, entities: Facts) -> Facts | CompoundSelect[*tuple[Any, ...]]:
    """The matching establishments (finess_ej, finess_et, department, category_code) of some entities, each once."""
    if compiled.counted:
        satisfying = (
            select(one.c.finess_ej, one.c.finess_et, one.c.department, one.c.category_code).where(
                one.c.holds, one.c.finess_ej.in_(entities)
            )
            for one in compiled.counted
        )
        return union(*satisfying) if len(compiled.counted) > 1 else next(satisfying)
    columns = Establishment.finess_ej, Establishment.finess_et, Establishment.department, Establishment.category_code
    open_now = true_in(Establishment, edition), Establishment.is_open
    return select(*columns).where(*open_now, Establishment.finess_ej.in_(entities))


def _order(cell: Cell) -> tuple[str, str]:
    return cell.department or "~", cell.category_code or "~"
