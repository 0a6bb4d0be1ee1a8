"""Time sheets of missions, and the half-days that a consultant has declared elsewhere."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import and_, column, func, select, true, tuple_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, aliased

from bookings.models import Mission, TimeMovement, TimeSheet
from tenants.models import User


def list_time_sheets(session: Session, mission_id: UUID) -> Sequence[tuple[TimeSheet, str]]:
    """Every version of a mission's time sheet, the last one first, with its author's name ("" for a program)."""
    rows = session.execute(
        select(TimeSheet, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == TimeSheet.submitted_by)
        .where(TimeSheet.mission_id == mission_id)
        .order_by(TimeSheet.version.desc())
    )
    return [(sheet, name) for sheet, name in rows]


def declared_elsewhere(
    session: Session, mission: Mission, moments: Collection[tuple[str, str]]
) -> Sequence[tuple[str, str, str]]:
    """Of some half-days (ISO date, half), those its consultant declared in another live mission, with its number."""
    last = aliased(TimeSheet)
    newer = select(last.version).where(last.mission_id == TimeSheet.mission_id, last.version > TimeSheet.version)
    line = func.jsonb_array_elements(TimeSheet.lines).table_valued(column("value", JSONB), name="line")
    on, half = line.c.value["on"].as_string(), line.c.value["half"].as_string()
    query = (
        select(on, half, Mission.number)
        .select_from(Mission)
        .join(TimeSheet, and_(TimeSheet.tenant_id == Mission.tenant_id, TimeSheet.mission_id == Mission.id))
        .join(line, true())
        .where(
            Mission.consultant_id == mission.consultant_id,
            Mission.id != mission.id,
            Mission.state != "cancelled",
            ~newer.exists(),
            tuple_(on, half).in_(list(moments)),
        )
        .order_by(on, half)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def find_wish(session: Session, mission_id: UUID) -> str:
    """What the facility wished when it booked a mission; "" when it said nothing."""
    query = (
        select(TimeMovement.note)
        .where(TimeMovement.mission_id == mission_id, TimeMovement.kind == "reserve")
        .order_by(TimeMovement.id)
        .limit(1)
    )
    return session.scalar(query) or ""
