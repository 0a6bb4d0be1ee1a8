"""Services of the catalogue that are used by half-days."""

from collections.abc import Sequence

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


def list_time_services(session: Session) -> Sequence[tuple[str, str]]:
    """(address, title) of each published service of time, by title."""
    query = select(Service.slug, ServiceVersion.title).join(ServiceVersion, _PUBLISHED).order_by(Service.title_norm)
    return [(slug, title) for slug, title in session.execute(query)]


def find_time_service(session: Session, slug: str) -> ServiceVersion | None:
    """The published version of a service of time."""
    return session.scalar(select(ServiceVersion).join(Service, _PUBLISHED).where(Service.slug == slug))
