"""The audit log: a page of it, all of it line by line with the text that was hashed, its head and its anchors."""

from collections.abc import Collection, Generator, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    cast,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Session, aliased

from kit.audit import AuditAnchor, AuditChain, AuditLine
from kit.chain import Anchor, Head, Line
from tenants.models import Organisation, User
from tenants.rules.audit import ENTRANCE

CHUNK = 2000
AT = "to_char(audit_line.at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
# The text of a line is written here, not by the database's own audit_text: whoever altered that one is found out.
TEXT = (
    f"jsonb_build_array(audit_line.number, audit_line.tenant_id, audit_line.id, {AT}, audit_line.action, "
    "audit_line.subject_id, audit_line.actor_kind, audit_line.actor_id, audit_line.actor_name, audit_line.acting_as, "
    "audit_line.ip, audit_line.request_id, audit_line.facts)::text"
)
# One step of the index for each action: what is there, without reading the log.
ACTIONS = text(
    "with recursive seen as ("
    "  (select action from audit_line where tenant_id = :tenant order by action limit 1)"
    "  union all"
    "  select (select l.action from audit_line l where l.tenant_id = :tenant and l.action > seen.action"
    "          order by l.action limit 1) from seen where seen.action is not null"
    ") select action from seen where action is not null"
)


def list_lines(
    session: Session, conditions: Sequence[ColumnElement[bool]], after: UUID | None, limit: int
) -> Sequence[AuditLine]:
    """The latest lines before `after`, and one more than `limit`."""
    query = select(AuditLine).where(*conditions)
    if after is not None:
        query = query.where(AuditLine.id < after)
    return session.scalars(query.order_by(AuditLine.id.desc()).limit(limit + 1)).all()


def count_lines(session: Session, conditions: Sequence[ColumnElement[bool]], most: int) -> int:
    """How many lines, without counting past `most`."""
    some = select(AuditLine.id).where(*conditions).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def list_actions(session: Session, tenant_id: UUID) -> Sequence[str]:
    """The actions that the log holds."""
    return session.scalars(ACTIONS, {"tenant": tenant_id}).all()


def of_person(one: UUID) -> ColumnElement[bool]:
    """The lines of a person, or of a program: what they did, and when they came in."""
    return or_(AuditLine.actor_id == one, and_(AuditLine.action == ENTRANCE, AuditLine.subject_id == one))


def of_people(words: str) -> ColumnElement[bool]:
    """The lines of whoever has this address, or these words in their name; of the program or the part so named."""
    said = f"%{words.replace(chr(92), chr(92) * 2).replace('%', chr(92) + '%').replace('_', chr(92) + '_')}%"
    people = select(User.id).where(or_(User.email_norm == words.lower(), User.name.ilike(said)))
    came_in = and_(AuditLine.action == ENTRANCE, AuditLine.subject_id.in_(people))
    return or_(AuditLine.actor_id.in_(people), AuditLine.actor_name.ilike(said), came_in)


def names_of(session: Session, ids: Collection[UUID | None]) -> dict[UUID, str]:
    """The names, today, of the people and organisations among these identifiers. Nobody who was erased."""
    asked = [one for one in ids if one is not None]
    if not asked:
        return {}
    people = select(User.id, User.name, User.email).where(User.id.in_(asked), User.erased_at.is_(None))
    places = select(Organisation.id, Organisation.name).where(Organisation.id.in_(asked))
    found = {row.id: row.name or row.email for row in session.execute(people)}
    return found | {row.id: row.name for row in session.execute(places)}


def find_head(session: Session) -> Head:
    """Where the chain stands."""
    found = session.scalar(select(AuditChain))
    return Head(found.number, found.hash) if found else Head()


def find_ends(session: Session) -> tuple[Head, int]:
    """Where the chain says it stands, and the number of the last line: in one reading, whoever writes meanwhile."""
    last = select(func.max(AuditLine.number)).scalar_subquery()
    one = select(literal(1)).subquery()
    query = select(AuditChain.number, AuditChain.hash, last).select_from(one).outerjoin(AuditChain, true())
    number, digest, seen = session.execute(query).one()
    return Head(number or 0, digest or ""), seen or 0


def list_anchors(session: Session) -> Sequence[Anchor]:
    """Every anchor, oldest first: one a day."""
    rows = session.scalars(select(AuditAnchor).order_by(AuditAnchor.number))
    return [Anchor(str(one.tenant_id), one.number, one.hash, one.at, one.public_key, one.signature) for one in rows]


def last_anchor(session: Session, before: datetime | None = None) -> AuditAnchor | None:
    """The last anchor, or the last one made before an instant."""
    query = select(AuditAnchor).order_by(AuditAnchor.number.desc()).limit(1)
    return session.scalar(query if before is None else query.where(AuditAnchor.at < before))


def stream_chain(session: Session, until: int) -> Generator[Line, None, None]:
    """Every line up to a number, in the order of the chain, as what is checked; a few thousand at a time."""
    query = (
        select(
            AuditLine.number,
            AuditLine.hash,
            literal_column(TEXT, Text),
            cast(AuditLine.id, Text),
            func.coalesce(literal_column(AT, Text), ""),
            AuditLine.action,
        )
        .where(AuditLine.number <= until)
        .order_by(AuditLine.number)
        .execution_options(yield_per=CHUNK)
    )
    rows = session.execute(query)
    try:
        for row in rows:
            yield Line(*row)
    finally:
        rows.close()  # whoever has seen enough closes the reading


def stream_lines(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Iterator[AuditLine]:
    """Lines in the order of the chain."""
    query = select(AuditLine).where(*conditions).order_by(AuditLine.number)
    yield from session.scalars(query.execution_options(yield_per=CHUNK))


def stream_texts(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Iterator[Any]:
    """(number, hash of the line before or None when it is not there, hash, text), in the order of the chain."""
    before = aliased(AuditLine)
    query: Select[Any] = (
        select(
            AuditLine.number,
            select(before.hash).where(before.number == AuditLine.number - 1).scalar_subquery(),
            AuditLine.hash,
            literal_column(TEXT, Text),
        )
        .where(*conditions)
        .order_by(AuditLine.number)
        .execution_options(yield_per=CHUNK)
    )
    yield from session.execute(query)


def purgeable(before: datetime) -> Select[Any]:
    """(id, since when) of the lines that the last anchor made before an instant covers."""
    anchors = aliased(AuditAnchor)
    until = select(func.max(anchors.number)).where(anchors.at < before).scalar_subquery()
    since: ColumnElement[Any] = AuditLine.at.label("since")
    return select(AuditLine.id, since).where(AuditLine.number <= until)


def anchor_over(session: Session, ids: Sequence[UUID]) -> int | None:
    """The number of the first anchor that covers all of these lines."""
    last = select(func.max(AuditLine.number)).where(AuditLine.id.in_(ids)).scalar_subquery()
    return session.scalar(select(func.min(AuditAnchor.number)).where(AuditAnchor.number >= last))


def list_anchored(session: Session, until: int) -> Sequence[int]:
    """The numbers of the anchors up to one, that still have lines under them."""
    left = exists().where(AuditLine.number <= AuditAnchor.number)
    query = select(AuditAnchor.number).where(AuditAnchor.number <= until, left).order_by(AuditAnchor.number)
    return session.scalars(query).all()


def span(session: Session, until: int) -> tuple[int, datetime | None, datetime | None]:
    """How many lines up to a number, and the instants of the oldest and the latest of them."""
    query = select(func.count(), func.min(AuditLine.at), func.max(AuditLine.at)).where(AuditLine.number <= until)
    row = session.execute(query).one()
    return int(row[0]), row[1], row[2]


def remove_lines(session: Session, until: int) -> int:
    """Remove the lines up to a number; returns how many. The database refuses those it must keep."""
    done = session.execute(delete(AuditLine).where(AuditLine.number <= until).returning(AuditLine.number))
    return len(done.all())
