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
    """One process: what kind it is, when it started, when it last beat, and figures of its own."""

    __tablename__ = "pulse"

    process: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    beat_at: Mapped[datetime] = mapped_column(INSTANT)
    facts: Mapped[dict[str, Any]]

    def is_silent(self, now: datetime) -> bool:
        """True when it has not beaten for half a minute."""
        return now - self.beat_at > SILENT_AFTER


def beat(kind: str, started_at: datetime, **facts: Any) -> None:
    """Say that this process lives. Commits by itself."""
    now = clock.now()
    process = f"{kind}@{socket.gethostname()}:{os.getpid()}"
    row = {"kind": kind, "started_at": started_at, "beat_at": now, "facts": facts}
    statement = insert(Pulse).values(process=process, **row)
    with Session(engine()) as session, session.begin():
        session.execute(statement.on_conflict_do_update(index_elements=["process"], set_=row))
        session.execute(delete(Pulse).where(Pulse.beat_at < now - FORGOTTEN_AFTER))


def list_pulses(session: Session) -> list[Pulse]:
    """Every process of the last day, the freshest of each kind first."""
    return list(session.scalars(select(Pulse).order_by(Pulse.kind, Pulse.beat_at.desc())))
