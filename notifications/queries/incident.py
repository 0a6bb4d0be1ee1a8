"""What is asked of incidents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from notifications.models import Incident, IncidentUpdate


def get_incident(session: Session, tenant_id: UUID, incident_id: UUID, *, lock: bool = False) -> Incident:
    """One incident, locked on request. Raises NotFound."""
    incident = session.get(Incident, (tenant_id, incident_id), with_for_update=lock)
    if incident is None:
        raise NotFound()
    return incident


def list_open(session: Session) -> Sequence[Incident]:
    """Those that are open, the last to begin first."""
    return session.scalars(select(Incident).where(Incident.state == "open").order_by(Incident.began_at.desc())).all()


def list_resolved(session: Session, since: datetime, size: int) -> Sequence[Incident]:
    """Those that were over after `since`, the last to begin first."""
    over = select(Incident).where(Incident.state == "over", Incident.resolved_at >= since)
    return session.scalars(over.order_by(Incident.began_at.desc(), Incident.id).limit(size)).all()


def updates_of(session: Session, incidents: Sequence[Incident]) -> Mapping[UUID, list[IncidentUpdate]]:
    """What was said of each, the last words first."""
    found: dict[UUID, list[IncidentUpdate]] = {incident.id: [] for incident in incidents}
    if incidents:
        said = select(IncidentUpdate).where(IncidentUpdate.incident_id.in_(list(found)))
        for update in session.scalars(said.order_by(IncidentUpdate.number.desc())):
            found[update.incident_id].append(update)
    return found


def next_number(session: Session, incident_id: UUID) -> int:
    """The number of what is said next. The incident is locked."""
    last = select(func.max(IncidentUpdate.number)).where(IncidentUpdate.incident_id == incident_id)
    return (session.scalar(last) or 0) + 1
