"""Finding a structure by the words of its name and town, or by any number."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, cast, func, literal, null, select, text, union_all
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from finess.models import Establishment, LegalEntity
from finess.queries.edition import true_in
from finess.queries.number import resolve_number
from finess.rules.geography import departments
from finess.rules.names import significant_words

MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Hit:
    """A structure found. `kind` is "ej" or "et"; `finess_ej` is the EJ to retain, its own or its ET's."""

    kind: str
    number: str
    name: str | None
    town: str | None
    department: str | None
    category_code: str | None
    is_open: bool
    closed_on: date | None
    finess_ej: str


def search(session: Session, edition: int, typed: str, limit: int = 20, near: Collection[str] = ()) -> Sequence[Hit]:
    """At most `limit` structures: those of the number when `typed` is one, else those whose name and town have a word
    that begins with each word typed. Open ones first, then those of the départements `near`, EJ before ET, shorter
    names first. Never raises on the text.
    """
    answer = resolve_number(session, edition, typed)
    if answer.outcome not in ("unreadable", "unknown"):
        found = [answer.finess_ej, *answer.candidates]
        numbers = [number for number in found if number]
        entities, establishments = LegalEntity.finess_ej.in_(numbers), Establishment.finess_et == answer.finess_et
        return _run(session, edition, entities, establishments, limit, near)
    wanted = significant_words(typed)[:MOST_WORDS]
    if not wanted:
        return []
    return _run(session, edition, _matches(LegalEntity, wanted), _matches(Establishment, wanted), limit, near)


def _matches(table: type[LegalEntity | Establishment], wanted: list[str]) -> ColumnElement[bool]:
    """Every word begins a word of the name or town; beside other words, a département's code means the département."""
    names = [word for word in wanted if word not in departments()] or wanted
    # Words are letters and digits only: nothing in them can be read as an operator.
    beginnings = cast(" & ".join(f"{word}:*" for word in names), TSQUERY)
    conditions = [table.search_text.bool_op("@@")(beginnings)]
    if len(names) < len(wanted):
        conditions.append(table.department.in_([word for word in wanted if word not in names]))
    return and_(*conditions)


def _run(
    session: Session,
    edition: int,
    entities: ColumnElement[bool],
    establishments: ColumnElement[bool],
    limit: int,
    near: Collection[str],
) -> list[Hit]:
    """Each kind gives its best `limit`, and the best of both are kept."""
    kinds = (
        _facts("ej", LegalEntity, LegalEntity.finess_ej, null(), near).where(entities, true_in(LegalEntity, edition)),
        _facts("et", Establishment, Establishment.finess_et, Establishment.category_code, near).where(
            establishments, true_in(Establishment, edition)
        ),
    )
    best = [select(kind.order_by(*_ORDER).limit(limit).subquery()) for kind in kinds]
    rows = session.execute(union_all(*best).order_by(*_ORDER).limit(limit))
    return [Hit(*row[:-2]) for row in rows]


_ORDER = (text("is_open desc"), text("away"), text("kind"), text("length"), text("number"))


def _facts(
    kind: str, table: type[LegalEntity | Establishment], number: Any, category: Any, near: Collection[str]
) -> Select[Any]:
    return select(
        literal(kind).label("kind"),
        number.label("number"),
        table.name,
        table.town,
        table.department,
        category.label("category_code"),
        table.is_open,
        table.closed_on,
        table.finess_ej,
        func.length(table.name).label("length"),
        case((table.department.in_(near), 0), else_=1).label("away"),
    )
