"""The register of processings, as the session's tenant changed it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from privacy.models import ProcessingVersion
from tenants.models import User


def last_versions(session: Session) -> dict[str, ProcessingVersion]:
    """The version in force of each processing that was changed, by key."""
    query = select(ProcessingVersion).ext(distinct_on(ProcessingVersion.key))
    rows = session.scalars(query.order_by(ProcessingVersion.key, ProcessingVersion.number.desc()))
    return {row.key: row for row in rows}


def list_versions(session: Session, key: str) -> Sequence[tuple[ProcessingVersion, str]]:
    """(version, who wrote it) of one processing, the last first."""
    rows = session.execute(
        select(ProcessingVersion, User.name)
        .outerjoin(User, User.id == ProcessingVersion.author_id)
        .where(ProcessingVersion.key == key)
        .order_by(ProcessingVersion.number.desc())
    )
    return [(version, name or "") for version, name in rows]
