"""What a table holds of somebody, said once: read for whoever asks for their data, blanked for whoever is erased."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from tenants.rules.person import NOBODY, Person


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a table names people: `by` accounts, `email` addresses, `contact` JSON of {name, function, email, phone}.

    `title` and `why` are told to the person; `shown` are the columns they are given, each with its French label.
    """

    model: Any
    title: str
    why: str
    by: tuple[str, ...] = ()
    email: tuple[str, ...] = ()
    contact: tuple[str, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def table(self) -> str:
        """The table's name."""
        return str(self.model.__tablename__)

    def of(self, person: Person) -> ColumnElement[bool]:
        """The rows that name the person."""
        named = [getattr(self.model, column) == person.user_id for column in self.by if person.user_id is not None]
        if person.email:
            named += [func.lower(getattr(self.model, column)) == person.email for column in self.email]
            named += [self._holds(column, person) for column in self.contact]
        return or_(False, *named)

    def _holds(self, column: str, person: Person) -> ColumnElement[bool]:
        return func.lower(getattr(self.model, column)["email"].astext) == person.email


def collect(session: Session, person: Person, traces: Iterable[Trace]) -> dict[str, list[dict[str, Any]]]:
    """By title, the rows of the session's tenant that name the person: the columns shown, by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    for trace in traces:
        rows = list(_rows(session, person, trace))
        if rows:
            found.setdefault(trace.title, []).extend(rows)
    return found


def _rows(session: Session, person: Person, trace: Trace) -> Iterable[dict[str, Any]]:
    mapper = trace.model.__mapper__
    order = [column for column in mapper.primary_key if column.name != "tenant_id"]
    named = [*trace.by, *trace.email, *trace.contact]
    columns = [getattr(trace.model, name) for name in dict.fromkeys([*trace.shown, *named])]
    for row in session.execute(select(*columns).where(trace.of(person)).order_by(*order)).mappings():
        others = {name for name in trace.contact if not _is_of(row[name], person)}
        said = {name: None if name in others else row[name] for name in trace.shown}
        role = [column for column in trace.by if row[column] == person.user_id]
        yield {**said, "named_as": role or [*trace.email, *trace.contact]}


def _is_of(contact: Mapping[str, Any] | None, person: Person) -> bool:
    """Whether a contact is the person: whoever wrote a colleague's name down is not given it again as their own."""
    return bool(contact and person.email and str(contact.get("email") or "").lower() == person.email)


def blank_contacts(session: Session, person: Person, traces: Sequence[Trace]) -> dict[str, int]:
    """Put nobody in the place of the person wherever they are a contact; how many rows, by table."""
    done: dict[str, int] = {}
    for trace in traces if person.email else ():
        for column in trace.contact:
            held = update(trace.model).where(trace._holds(column, person)).values({column: dict(NOBODY)})
            key = trace.model.tenant_id
            count = len(session.execute(held.returning(key).execution_options(synchronize_session=False)).all())
            if count:
                done[trace.table] = done.get(trace.table, 0) + count
    return done
