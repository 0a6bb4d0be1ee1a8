"""Services of the session's tenant: one, its versions, or the whole catalogue as light lines."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, select
from sqlalchemy.orm import Session

from kit.errors import NotFound
from services_catalog.models import Service, ServiceVersion

# A region has some dozens. Writing refuses more than this, so that reading all of them stays a bounded thing to do.
MOST = 500


@dataclass(frozen=True, slots=True)
class Line:
    """A service as a list shows it: as published, or as its draft says when it never was.

    `changed` tells that the draft says something else than what is published; `published_at` is that version's.
    """

    id: UUID
    slug: str
    family: str
    state: str
    version: int
    revision: int
    saved_at: datetime
    published_at: datetime | None
    title: str
    title_norm: str
    summary: str
    level: str | None
    mode: str
    half_days: int
    changed: bool


def find_service(session: Session, slug: str, lock: bool = False) -> Service | None:
    """The service named `slug`; locked on request, so that its changes take turns."""
    query = select(Service).where(Service.slug == slug)
    return session.scalar(query.with_for_update() if lock else query)


def get_service(session: Session, slug: str, lock: bool = False) -> Service:
    """The service named `slug`. Raises NotFound, in the words that hide a draft from strangers."""
    found = find_service(session, slug, lock)
    if found is None:
        raise NotFound()
    return found


def find_version(session: Session, service: Service) -> ServiceVersion | None:
    """What is published of the service, or was last; None while it never was."""
    return get_version(session, service, service.version) if service.version else None


def get_version(session: Session, service: Service, number: int) -> ServiceVersion:
    """Version `number` of the service. Raises NotFound."""
    query = select(ServiceVersion).where(ServiceVersion.service_id == service.id, ServiceVersion.number == number)
    found = session.scalar(query) if 0 < number <= service.version else None
    if found is None:
        raise NotFound("Cette version de la prestation n’existe pas.")
    return found


def get_version_by_id(session: Session, version_id: UUID) -> ServiceVersion:
    """The version that an order keeps. Raises NotFound."""
    found = session.scalar(select(ServiceVersion).where(ServiceVersion.id == version_id))
    if found is None:
        raise NotFound("Cette version de la prestation n’existe pas.")
    return found


def list_versions(session: Session, service_id: UUID, limit: int = 50) -> list[ServiceVersion]:
    """The versions of the service, the latest first."""
    query = select(ServiceVersion).where(ServiceVersion.service_id == service_id)
    return list(session.scalars(query.order_by(ServiceVersion.number.desc()).limit(limit)))


def list_lines(
    session: Session, states: Collection[str] | None = None, after: str | None = None, limit: int = MOST
) -> list[Line]:
    """Services by address, in one query: in `states` only; those that follow the address `after`."""
    said: ColumnElement[Any] = func.coalesce(ServiceVersion.document, Service.draft)
    current = and_(
        ServiceVersion.tenant_id == Service.tenant_id,
        ServiceVersion.service_id == Service.id,
        ServiceVersion.number == Service.version,
    )
    query = (
        select(
            Service.id,
            Service.slug,
            Service.family,
            Service.state,
            Service.version,
            Service.revision,
            Service.saved_at,
            ServiceVersion.published_at,
            Service.title,
            Service.title_norm,
            said["summary"].as_string(),
            said["level"].as_string(),
            said["mode"].as_string(),
            said["half_days"].as_integer(),
            func.coalesce(Service.draft != ServiceVersion.document, false()),
        )
        .outerjoin(ServiceVersion, current)
        .order_by(Service.slug)
        .limit(limit)
    )
    if states is not None:
        query = query.where(Service.state.in_(states))
    if after is not None:
        query = query.where(Service.slug > after)
    rows: Sequence[Any] = session.execute(query).all()
    return [Line(*row) for row in rows]


def count_services(session: Session) -> int:
    """How many services the catalogue has, drafts and withdrawn ones too."""
    return session.scalar(select(func.count()).select_from(Service)) or 0
