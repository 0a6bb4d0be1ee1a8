"""One command, one transaction, one actor. The only place that makes a session."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import delete, event, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, SessionTransaction

from kit import clock
from kit.actor import Actor
from kit.audit import commit_with, line_of
from kit.db import OwnedByTenant, engine
from kit.machine import Machine
from kit.outbox import Deadline, OutboxMessage
from kit.replica import reader
from kit.rls import bind

Row = TypeVar("Row")
READ_ONLY = text("set transaction read only")


class Stateful(Protocol):
    """Whatever a machine moves: a row with a state and an identifier."""

    id: Any
    state: Any


@dataclass(slots=True)
class Tx:
    """A transaction under way: its session, its actor and its instant (`now`, aware UTC, read once)."""

    session: Session
    actor: Actor
    now: datetime
    lines: list[dict[str, Any]]

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
        self.lines.append(line_of(self.actor, self.now, action, subject_id, facts))

    def _end(self) -> None:
        """Insert the audit lines and commit. The database chains each to the one before, and its lock on the tenant's
        chain is the last one taken: what waits for the end to be checked is checked before.
        """
        if self.lines:
            self.session.flush()
            commit_with(self.session, self.lines)

    def emit(self, topic: str, subject_id: UUID, key: str = "") -> None:
        """Tell whoever listens, after commit."""
        self.add(OutboxMessage(topic=topic, subject_id=subject_id, key=key, emitted_at=self.now, relay_after=self.now))

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


class _Session(Session):
    """The session of a command. What is undone with a savepoint leaves no audit line either."""

    def __init__(self, place: Engine) -> None:
        super().__init__(place, expire_on_commit=False)
        self.lines: list[dict[str, Any]] = []
        self.marks: dict[SessionTransaction, int] = {}


@event.listens_for(_Session, "after_transaction_create")
def _mark(session: _Session, begun: SessionTransaction) -> None:
    if begun.nested:
        session.marks[begun] = len(session.lines)


@event.listens_for(_Session, "after_soft_rollback")
def _forget(session: _Session, undone: SessionTransaction) -> None:
    if undone in session.marks:
        del session.lines[session.marks[undone] :]


_current: ContextVar[Tx | None] = ContextVar("transaction", default=None)


@contextmanager
def transaction(actor: Actor, snapshot: bool = False, replica: bool = False) -> Iterator[Tx]:
    """Open the transaction of a command and commit it at the end; any exception leaves nothing behind.

    Binds the session to the actor's tenant for row-level security. Raises RuntimeError inside another transaction: a
    command never calls a command. `snapshot`: everything that is read is of one instant, whatever others commit.
    `replica`: nothing is written, and a copy may be read that holds all that is committed by now (kit.replica).
    """
    if _current.get() is not None:
        raise RuntimeError("A command inside a command: make the inner one a step that takes `tx`.")
    with _Session(reader() if replica else engine()) as session, session.begin():
        bind(session, actor, snapshot)
        if replica:
            session.execute(READ_ONLY)
        tx = Tx(session, actor, clock.now(), session.lines)
        token = _current.set(tx)
        try:
            yield tx
            tx._end()
        finally:
            _current.reset(token)
