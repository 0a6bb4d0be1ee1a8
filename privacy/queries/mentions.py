"""What people wrote, everywhere in the session's tenant: where somebody is named, and the words put in their place.

Every column of text or JSON of every tenant's table, found in the metadata: a table that is added is looked through
without a word here, unless privacy.rules.kept says why it is left.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, Text, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from kit.db import Base, OwnedByTenant
from privacy.rules.kept import why_kept


@dataclass(frozen=True, slots=True)
class Words:
    """What is looked for (PostgreSQL's regular expressions, case ignored; "": nothing), and what takes its place."""

    email: str
    email_becomes: str
    name: str
    name_becomes: str

    @property
    def any(self) -> str:
        """Either of both."""
        return "|".join(f"({one})" for one in (self.email, self.name) if one)


def written_columns(table: Table) -> list[Any]:
    """The columns of a tenant's table that people's words may be in."""
    return [one for one in table.columns if isinstance(one.type, Text | JSONB) and not one.info.get("sealed")]


def tenant_tables() -> Iterator[Table]:
    """Every table of tenants' rows."""
    for mapper in sorted(Base.registry.mappers, key=lambda one: str(one.local_table.description)):
        if issubclass(mapper.class_, OwnedByTenant) and isinstance(mapper.local_table, Table):
            yield mapper.local_table


def count_mentions(session: Session, words: Words, kept: bool = False) -> dict[str, int]:
    """How many rows of each table say the words: of those looked through, or (`kept`) of those that are left."""
    found: dict[str, int] = {}
    for table in tenant_tables() if words.any else ():
        columns = [one for one in written_columns(table) if (why_kept(table.name, one.name) is not None) == kept]
        if columns:
            count = session.scalar(select(func.count()).select_from(table).where(_said(columns, words))) or 0
            found |= {table.name: count} if count else {}
    return found


def replace_mentions(session: Session, words: Words) -> dict[str, int]:
    """Put the other words in the place of those, in every table looked through; how many rows, by table."""
    done: dict[str, int] = {}
    for table in tenant_tables() if words.any else ():
        columns = [one for one in written_columns(table) if why_kept(table.name, one.name) is None]
        count = replace_in(session, table, columns, words) if columns else 0
        done |= {table.name: count} if count else {}
    return done


def replace_in(session: Session, table: Any, columns: list[Any], words: Words) -> int:
    """The same, in some columns of one table; how many rows."""
    values = {one.name: _replaced(one, words) for one in columns}
    change = update(table).where(_said(columns, words)).values(values).returning(table.c.tenant_id)
    return len(session.execute(change).all())


def _said(columns: list[Any], words: Words) -> ColumnElement[bool]:
    return or_(False, *(_text(one).op("~*")(words.any) for one in columns))


def _text(column: Any) -> Any:
    return cast(column, Text) if isinstance(column.type, JSONB) else column


def _replaced(column: Any, words: Words) -> Any:
    value = _text(column)
    for pattern, becomes in ((words.email, words.email_becomes), (words.name, words.name_becomes)):
        if pattern:
            value = func.regexp_replace(value, pattern, becomes, "gi")
    return cast(value, JSONB) if isinstance(column.type, JSONB) else value
