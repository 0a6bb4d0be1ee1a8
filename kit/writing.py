"""The session of a command, and what it writes last. kit.transaction alone makes one."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, SessionTransaction

from kit import exchange
from kit.audit import ADD_LINES
from kit.outbox import ADD_NEWS

CHECK_NOW = "set constraints all immediate"


class Writing(Session):
    """A session with the audit lines and the news of its end. A savepoint undone leaves neither."""

    def __init__(self, place: Engine) -> None:
        super().__init__(place, expire_on_commit=False)
        self.lines: list[dict[str, Any]] = []
        self.news: list[dict[str, str]] = []
        self.marks: dict[SessionTransaction, tuple[int, int]] = {}

    def end(self) -> None:
        """Check what waits for the end of the transaction, insert the news and the audit lines, and commit.

        In one exchange with the database, which chains each line to the one before: the lock on the tenant's chain is
        the last one taken, and never held while this process waits for its turn to run. The session has then nothing
        left to commit; one that joined a transaction of somebody else leaves it open.
        """
        if not self.lines and not self.news:
            return
        self.flush()
        connection = self.connection()
        said = [CHECK_NOW]
        if self.news:
            said.append(ADD_NEWS.format(exchange.quoted(connection, self.news)))
        if self.lines:
            said.append(ADD_LINES.format(exchange.quoted(connection, self.lines)))
        if isinstance(self.get_bind(), Engine):
            said.append("commit")
        exchange.say(connection, "; ".join(said))


@event.listens_for(Writing, "after_transaction_create")
def _mark(session: Writing, begun: SessionTransaction) -> None:
    if begun.nested:
        session.marks[begun] = len(session.lines), len(session.news)


@event.listens_for(Writing, "after_soft_rollback")
def _forget(session: Writing, undone: SessionTransaction) -> None:
    if undone in session.marks:
        lines, news = session.marks[undone]
        del session.lines[lines:], session.news[news:]
