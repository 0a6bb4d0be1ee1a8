"""The pulse of the processes: each one says it lives, and what it last did; pages show who has gone silent."""

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import clock
from kit.db import INSTANT, Base, Platform, engine

SILENT_AFTER = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(days=1)


class Pulse(Platform, Base):
    """One process: which sort it is, when it started, when it last beat, and figures of its own."""

    __tablename__ = "pulse"

    process: Mapped[str] = mapped_column(primary_key=True)
    sort: Mapped[str] = mapped_column("kind")  # `kind` says which kind of table this is
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    beat_at: Mapped[datetime] = mapped_column(INSTANT)
    facts: Mapped[dict[str, Any]]

    def is_silent(self, now: datetime) -> bool:
        """True when it has not beaten for half a minute."""
        return now - self.beat_at > SILENT_AFTER


def _process(sort: str) -> str:
    return f"{sort}@{socket.gethostname()}:{os.getpid()}"


def beat(sort: str, started_at: datetime, **facts: Any) -> None:
    """Say that this process lives. Commits by itself."""
    now = clock.now()
    row = {"started_at": started_at, "beat_at": now, "facts": facts}
    statement = insert(Pulse).values(process=_process(sort), sort=sort, **row)
    with Session(engine()) as session, session.begin():
        session.execute(statement.on_conflict_do_update(index_elements=["process"], set_=row))
        session.execute(delete(Pulse).where(Pulse.beat_at < now - FORGOTTEN_AFTER))


def stop(sort: str) -> None:
    """Say that this process ends as it should: nobody needs to worry about its silence. Commits by itself."""
    with Session(engine()) as session, session.begin():
        session.execute(delete(Pulse).where(Pulse.process == _process(sort)))


def list_pulses(session: Session) -> list[Pulse]:
    """Every process of the last day, the freshest of each sort first."""
    return list(session.scalars(select(Pulse).order_by(Pulse.sort, Pulse.beat_at.desc())))
