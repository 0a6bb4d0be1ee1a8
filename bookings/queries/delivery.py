"""What was delivered, what was found wrong with it, how it was accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bookings.models import Acceptance, Deliverable, Mission, Reserve, Satisfaction, TimeSheet
from kit.errors import NotFound
from services_catalog.models import Provider, Service, ServiceVersion
from tenants.models import User

FEWEST_ANSWERS = 3  # below, an average would say who answered


@dataclass(frozen=True, slots=True)
class Opinion:
    """What facilities think of a provider's service: how many answered, three averages in hundredths (1 → 100)."""

    provider: str
    service: str
    answers: int
    usefulness: int
    quality: int
    recommendation: int


def list_deliverables(session: Session, mission_id: UUID) -> Sequence[tuple[Deliverable, str]]:
    """Every version of every document of a mission, the newest first, with its author's name ("" for a program)."""
    rows = session.execute(
        select(Deliverable, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == Deliverable.added_by)
        .where(Deliverable.mission_id == mission_id)
        .order_by(Deliverable.added_at.desc(), Deliverable.id.desc())
    )
    return [(deliverable, name) for deliverable, name in rows]


def list_files(session: Session, mission_id: UUID) -> Sequence[Deliverable]:
    """The same, without their authors."""
    return session.scalars(
        select(Deliverable).where(Deliverable.mission_id == mission_id).order_by(Deliverable.id)
    ).all()


def get_deliverable(session: Session, tenant_id: UUID, deliverable_id: UUID, lock: bool = False) -> Deliverable:
    """A deliverable. Raises NotFound."""
    found = session.get(Deliverable, (tenant_id, deliverable_id), with_for_update=lock or None)
    if found is None:
        raise NotFound()
    return found


def last_version(session: Session, mission_id: UUID, name: str) -> int:
    """The number of the last version of a document, 0 when there is none."""
    query = select(func.max(Deliverable.version)).where(Deliverable.mission_id == mission_id, Deliverable.name == name)
    return session.scalar(query) or 0


def find_time_sheet(session: Session, mission_id: UUID) -> TimeSheet | None:
    """The last time sheet of a mission."""
    query = select(TimeSheet).where(TimeSheet.mission_id == mission_id).order_by(TimeSheet.version.desc()).limit(1)
    return session.scalar(query)


def list_reserves(session: Session, mission_id: UUID) -> Sequence[tuple[Reserve, str]]:
    """What was found wrong with a mission, oldest first, with its author's name."""
    rows = session.execute(
        select(Reserve, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == Reserve.raised_by)
        .where(Reserve.mission_id == mission_id)
        .order_by(Reserve.id)
    )
    return [(reserve, name) for reserve, name in rows]


def last_reserve(session: Session, mission_id: UUID) -> Reserve | None:
    """What was last found wrong."""
    return session.scalar(select(Reserve).where(Reserve.mission_id == mission_id).order_by(Reserve.id.desc()).limit(1))


def lift_reserves(session: Session, mission_id: UUID, now: datetime) -> None:
    """An acceptance lifts what was found wrong before it."""
    session.execute(
        update(Reserve).where(Reserve.mission_id == mission_id, Reserve.lifted_at.is_(None)).values(lifted_at=now)
    )


def find_acceptance(session: Session, tenant_id: UUID, mission_id: UUID) -> Acceptance | None:
    """How a mission was accepted, once it is."""
    return session.get(Acceptance, (tenant_id, mission_id))


def find_satisfaction(session: Session, tenant_id: UUID, mission_id: UUID) -> Satisfaction | None:
    """What the facility thinks of it, once it has said."""
    return session.get(Satisfaction, (tenant_id, mission_id))


def count_unaccepted(session: Session, order_id: UUID) -> int:
    """How many missions of an order are neither accepted nor cancelled."""
    query = select(func.count()).where(Mission.order_id == order_id, Mission.state.not_in(("accepted", "cancelled")))
    return session.scalar(query) or 0


def list_opinions(session: Session) -> Sequence[Opinion]:
    """What facilities think, by provider and service, where at least three have answered."""
    averages = [
        func.round(func.avg(column) * 100)
        for column in (Satisfaction.usefulness, Satisfaction.quality, Satisfaction.recommendation)
    ]
    rows = session.execute(
        select(Provider.name, Service.title, func.count(), *averages)
        .join(Mission, Mission.id == Satisfaction.mission_id)
        .join(ServiceVersion, ServiceVersion.id == Mission.service_version_id)
        .join(Service, Service.id == ServiceVersion.service_id)
        .join(Provider, Provider.id == Mission.provider_id)
        .group_by(Provider.id, Provider.name, Service.id, Service.title)
        .having(func.count() >= FEWEST_ANSWERS)
        .order_by(Service.title, Provider.name)
    )
    return [Opinion(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5])) for row in rows]
