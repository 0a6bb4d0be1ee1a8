"""When the installation was last backed up, and when a backup was last read again or restored for a drill."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit import clock
from kit.db import INSTANT, Base, Platform, engine, one_of, uuid7

SORTS = ("backup", "verify", "drill")


class BackupRun(Platform, Base):
    """A backup that was made (`backup`), read again (`verify`) or restored beside (`drill`), and its faults: 0 is
    well."""

    __tablename__ = "backup_run"
    __table_args__ = (
        CheckConstraint(one_of("sort", SORTS), "sort"),
        Index("ix_backup_run_sort_finished_at", "sort", "finished_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    sort: Mapped[str]
    set_name: Mapped[str]
    started_at: Mapped[datetime] = mapped_column(INSTANT)
    finished_at: Mapped[datetime] = mapped_column(INSTANT)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    faults: Mapped[int]


def note(sort: str, set_name: str, started_at: datetime, size_bytes: int, faults: int = 0) -> None:
    """Write that it was done. Commits by itself."""
    row = BackupRun(sort=sort, set_name=set_name, started_at=started_at, finished_at=clock.now())
    row.size_bytes, row.faults = size_bytes, faults
    with Session(engine()) as session, session.begin():
        session.add(row)


def newest(session: Session, sort: str = "backup") -> BackupRun | None:
    """The last one that had no fault."""
    found = select(BackupRun).where(BackupRun.sort == sort, BackupRun.faults == 0)
    return session.scalars(found.order_by(BackupRun.finished_at.desc()).limit(1)).first()
