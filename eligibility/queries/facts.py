"""The facts an eligibility rule asks about, and its tests on them, as SQL. NULL is "not known", as None in Python."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Numeric,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    true,
)

from eligibility.rules.tree import Condition, OneOf, Present, Within
from eligibility.rules.truth import Kind, Scalar, comparable, kind_of

Truth = ColumnElement[Any]

# The columns of the register that keywords read.
ENTITY_COLUMNS: Mapping[str, str] = {
    "open": "is_open",
    "legal_status": "legal_status_code",
    "legal_status_group": "legal_status_code",
    "seat_department": "department",
    "seat_region": "department",
}
ESTABLISHMENT_COLUMNS: Mapping[str, str] = {
    "open": "is_open",
    "category": "category_code",
    "category_group": "category_code",
    "department": "department",
    "region": "department",
    "opened_on": "opened_on",
    "authorised_on": "authorised_on",
}


def of_establishment(condition: Condition, seen: Any) -> Truth:
    """The condition on `seen`, the columns of Establishment under an alias."""
    if condition.keyword in ESTABLISHMENT_COLUMNS:
        return of_column(condition, getattr(seen, ESTABLISHMENT_COLUMNS[condition.keyword]))
    # `authorised`, or `authorised_or_declared` before anybody has declared anything: a date settles it, else unknown.
    return signed(condition, case((seen.authorised_on.is_not(None), true())))


def of_column(condition: Condition, column: Any) -> Truth:
    """The condition on a column of the register: a text, a flag or a date."""

    def operand(one: Scalar) -> object:
        return date.fromisoformat(str(one)) if kind_of(one) == "day" else one

    if isinstance(condition.test, Present):
        return signed(condition, column.is_not(None))
    return signed(condition, _compared(condition.test, column, operand))


def of_attribute(condition: Condition, value: Any) -> Truth:
    """The condition on a JSONB column, NULL where there is no such attribute."""
    if isinstance(condition.test, Present):
        blank = cast(value, Text).in_(["null", '""', "[]", "{}"])
        return signed(condition, and_(value.is_not(None), not_(blank)))
    kind = condition.test.kind
    return signed(condition, _compared(condition.test, _comparable(value, kind), lambda one: comparable(one, kind)))


def signed(condition: Condition, truth: Truth) -> Truth:
    """`truth`, or its contrary when the condition is negated."""
    return not_(truth) if condition.negated else truth


def _compared(test: OneOf | Within, column: Any, operand: Callable[[Any], object]) -> Truth:
    if isinstance(test, OneOf):
        listed = _among(column, [operand(one) for one in test.values])
        return listed if test.known is None else case((listed, true()), (_among(column, sorted(test.known)), false()))
    bounds = []
    if test.low is not None:
        bounds.append(column > operand(test.low) if test.strict else column >= operand(test.low))
    if test.high is not None:
        bounds.append(column < operand(test.high) if test.strict else column <= operand(test.high))
    return and_(*bounds)


def _among(column: Any, values: list[Any]) -> Truth:
    """One parameter whatever the number of values.

    `bool_op`, for SQLAlchemy negates its own `= any` into `<> any`, which asks something else.
    """
    return column.bool_op("=")(func.any(literal(values, ARRAY(column.type))))


def _comparable(value: Any, kind: Kind) -> Truth:
    """A JSONB scalar as `truth.comparable` makes it; NULL when it is of another kind."""
    text = value.op("#>>", return_type=Text())(literal_column("'{}'"))
    json_type = func.jsonb_typeof(value)
    match kind:
        case "flag":
            return case((json_type == "boolean", text))
        case "number":
            return case((json_type == "number", cast(text, Numeric)))
        case "day":
            # Days compare as text: the C collation orders them as the calendar does.
            is_day = and_(json_type == "string", text.regexp_match("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))
            return case((is_day, text)).collate("C")
        case "text":
            return case((json_type == "string", text))
