"""Services of the catalogue that are used by half-days."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from services_catalog.models import Service, ServiceVersion

_PUBLISHED = and_(
    ServiceVersion.tenant_id == Service.tenant_id,
    ServiceVersion.service_id == Service.id,
    ServiceVersion.number == Service.version,
    ServiceVersion.mode == "time",
    Service.state == "published",
)


class TimeService(NamedTuple):
    """A published service of time: identifier, address, title."""

    id: UUID
    slug: str
    title: str


def list_time_services(session: Session) -> Sequence[TimeService]:
    """Every published service of time, by title."""
    columns = (Service.id, Service.slug, ServiceVersion.title)
    query = select(*columns).join(ServiceVersion, _PUBLISHED).order_by(Service.title_norm)
    return [TimeService(*row) for row in session.execute(query)]


def find_time_service(session: Session, slug: str) -> ServiceVersion | None:
    """The published version of a service of time."""
    return session.scalar(select(ServiceVersion).join(Service, _PUBLISHED).where(Service.slug == slug))
