"""One command, one transaction, one actor. The only place that makes a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import insert

from kit import clock
from kit.actor import Actor
from kit.audit import line_of
from kit.db import OwnedByTenant, engine
from kit.machine import Machine
from kit.outbox import Deadline, news_of
from kit.replica import reader
from kit.rls import bind
from kit.writing import Writing

Row = TypeVar("Row")
READ_ONLY = text("set transaction read only")


class Stateful(Protocol):
    """Whatever a machine moves: a row with a state and an identifier."""

    id: Any
    state: Any


@dataclass(slots=True)
class Tx:
    """A transaction under way: its session, its actor and its instant (`now`, aware UTC, read once)."""

    session: Writing
    actor: Actor
    now: datetime

    @property
    def tenant_id(self) -> UUID:
        """The tenant the transaction is bound to. Raises RuntimeError on the platform."""
        if self.actor.tenant_id is None:
            raise RuntimeError("This transaction belongs to no tenant.")
        return self.actor.tenant_id

    def add(self, row: Row) -> Row:
        """Add a row; a tenant's row takes the transaction's tenant."""
        if isinstance(row, OwnedByTenant):
            row.tenant_id = self.tenant_id
        self.session.add(row)
        return row

    def advance(self, thing: Stateful, machine: Machine, move: str, **facts: Any) -> None:
        """Move `thing`: state, audit line and news, together. Raises Conflict when the move does not start there."""
        before = thing.state
        thing.state = machine.target(before, move)
        self.audit(f"{machine.name}.{move}", thing.id, source=before, target=thing.state, **facts)
        self.emit(f"{machine.name}.{move}", thing.id)

    def audit(self, action: str, subject_id: UUID | None, **facts: Any) -> None:
        """Write who did what, as the last thing of the transaction. `facts` are identifiers and figures, never what
        people wrote."""
        self.session.lines.append(line_of(self.actor, self.now, action, subject_id, facts))

    def emit(self, topic: str, subject_id: UUID, key: str = "") -> None:
        """Tell whoever listens, after commit."""
        self.session.news.append(news_of(self.tenant_id, self.now, topic, subject_id, key))

    def due(self, topic: str, subject_id: UUID, at: datetime, key: str = "") -> None:
        """Set (or move) a deadline. One that moved is due again."""
        row = {"tenant_id": self.tenant_id, "topic": topic, "subject_id": subject_id, "key": key}
        statement = insert(Deadline).values(**row, due_at=at)
        self.session.execute(
            statement.on_conflict_do_update(
                index_elements=list(row),
                set_={"due_at": at, "done_at": None},
                where=Deadline.due_at != statement.excluded.due_at,
            )
        )

    def undue(self, topic: str, subject_id: UUID) -> None:
        """Forget the deadlines of this topic that have not fired."""
        self.session.execute(
            delete(Deadline).where(
                Deadline.topic == topic, Deadline.subject_id == subject_id, Deadline.done_at.is_(None)
            )
        )


_current: ContextVar[Tx | None] = ContextVar("transaction", default=None)


def is_under_way() -> bool:
    """Whether this thread is inside a transaction."""
    return _current.get() is not None


@contextmanager
def transaction(actor: Actor, snapshot: bool = False, replica: bool = False) -> Iterator[Tx]:
    """Open the transaction of a command and commit it at the end; any exception leaves nothing behind.

    Binds the session to the actor's tenant for row-level security. Raises RuntimeError inside another transaction: a
    command never calls a command; Unsure on a host whose hour is not the database's (kit.clock). `snapshot`:
    everything that is read is of one instant, whatever others commit. `replica`: nothing is written, and a copy may be
    read that holds all that is committed by now (kit.replica).
    """
    if is_under_way():
        raise RuntimeError("A command inside a command: make the inner one a step that takes `tx`.")
    with Writing(reader() if replica else engine()) as session, session.begin():
        there = bind(session, actor, snapshot)
        if replica:
            session.execute(READ_ONLY)  # it dates nothing, and its host's hour is nobody's business
        elif there is not None:
            clock.agree(there)
        tx = Tx(session, actor, clock.now())
        token = _current.set(tx)
        try:
            yield tx
            session.end()
        finally:
            _current.reset(token)
