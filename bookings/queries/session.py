"""Group sessions: the programme, one of them with who comes, and the missions that wait for one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, tuple_
from sqlalchemy.orm import Session

from bookings.models import Booking, Mission, Order, Quote, Slot, WaitingEntry
from kit.errors import NotFound
from services_catalog.models import Consultant, Provider, Service, ServiceVersion
from tenants.models import Organisation

PAGE = 30
NO_SESSION = "Cette séance n’existe pas, ou vous n’y avez pas accès."


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A group session and what it names."""

    slot: Slot
    service: Service
    version: ServiceVersion
    provider: Provider
    consultant: Consultant

    @property
    def left(self) -> int:
        """The places that are neither taken nor offered."""
        return self.slot.capacity - self.slot.taken


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whose programme it is: the organisations one is in, or everybody's (the GRADeS)."""

    organisation_ids: Collection[UUID]
    everything: bool = False


def list_programme(
    session: Session,
    viewer: Viewer,
    now: datetime,
    after: UUID | None = None,
    limit: int = PAGE,
    service_id: UUID | None = None,
) -> Sequence[SessionRow]:
    """A page of the sessions to come that somebody may see, the next one first."""
    query = _ROWS.where(Slot.kind == "group", Slot.state == "open", Slot.starts_at > now)
    if not viewer.everything:
        query = query.where(_open_to(viewer.organisation_ids))
    if service_id is not None:
        query = query.where(Service.id == service_id)
    if after is not None:
        before = select(Slot.starts_at).where(Slot.id == after).scalar_subquery()
        query = query.where(tuple_(Slot.starts_at, Slot.id) > tuple_(before, after))
    return [SessionRow(*row) for row in session.execute(query.order_by(Slot.starts_at, Slot.id).limit(limit))]


def get_session(session: Session, slot_id: UUID) -> SessionRow:
    """A group session. Raises NotFound, for a single appointment too."""
    found = session.execute(_ROWS.where(Slot.id == slot_id, Slot.kind == "group")).one_or_none()
    if found is None:
        raise NotFound(NO_SESSION)
    return SessionRow(*found)


def bookings_by_slot(
    session: Session, slot_ids: Collection[UUID], organisation_ids: Collection[UUID]
) -> Mapping[UUID, list[Booking]]:
    """The places that some organisations have in some slots."""
    query = select(Booking).where(
        Booking.slot_id.in_(slot_ids), Booking.organisation_id.in_(organisation_ids), Booking.state == "taken"
    )
    found: dict[UUID, list[Booking]] = {}
    for booking in session.scalars(query.order_by(Booking.id)):
        found.setdefault(booking.slot_id, []).append(booking)
    return found


def waiting_by_slot(
    session: Session, slot_ids: Collection[UUID], organisation_ids: Collection[UUID]
) -> Mapping[UUID, WaitingEntry]:
    """The live request that some organisations have for each slot; an offer first."""
    query = select(WaitingEntry).where(
        WaitingEntry.slot_id.in_(slot_ids),
        WaitingEntry.organisation_id.in_(organisation_ids),
        WaitingEntry.state.in_(("waiting", "offered")),
    )
    return {entry.slot_id: entry for entry in session.scalars(query.order_by(WaitingEntry.state.desc()))}


def find_waiting(session: Session, slot_id: UUID, organisation_id: UUID) -> WaitingEntry | None:
    """The live request of an organisation for a slot."""
    return waiting_by_slot(session, [slot_id], [organisation_id]).get(slot_id)


def list_present(session: Session, slot_id: UUID) -> Sequence[tuple[Booking, Organisation]]:
    """Who comes to a session, in the order they booked."""
    query = (
        select(Booking, Organisation)
        .join(
            Organisation, and_(Organisation.tenant_id == Booking.tenant_id, Organisation.id == Booking.organisation_id)
        )
        .where(Booking.slot_id == slot_id, Booking.state == "taken")
        .order_by(Booking.id)
    )
    return [(booking, organisation) for booking, organisation in session.execute(query)]


def list_queue(session: Session, slot_id: UUID) -> Sequence[tuple[WaitingEntry, Organisation]]:
    """Who waits for a session, in order of arrival."""
    same = and_(Organisation.tenant_id == WaitingEntry.tenant_id, Organisation.id == WaitingEntry.organisation_id)
    query = (
        select(WaitingEntry, Organisation)
        .join(Organisation, same)
        .where(WaitingEntry.slot_id == slot_id, WaitingEntry.state.in_(("waiting", "offered")))
        .order_by(WaitingEntry.id)
    )
    return [(entry, organisation) for entry, organisation in session.execute(query)]


def list_homeless(
    session: Session, row: SessionRow, organisation_ids: Collection[UUID] | None, limit: int = PAGE
) -> Sequence[tuple[Mission, Organisation]]:
    """The missions ordered that wait for a session of this service and provider, the first ordered first."""
    same = and_(Organisation.tenant_id == Mission.tenant_id, Organisation.id == Mission.organisation_id)
    version = and_(ServiceVersion.tenant_id == Mission.tenant_id, ServiceVersion.id == Mission.service_version_id)
    query = (
        select(Mission, Organisation)
        .join(Organisation, same)
        .join(ServiceVersion, version)
        .where(
            Mission.provider_id == row.provider.id,
            Mission.mode == "session",
            Mission.state == "assigned",
            Mission.order_id.is_not(None),
            ServiceVersion.service_id == row.service.id,
        )
    )
    if organisation_ids is not None:
        query = query.where(Mission.organisation_id.in_(organisation_ids))
    if row.slot.organisation_id is not None:
        query = query.where(Mission.organisation_id == row.slot.organisation_id)
    return [(mission, owner) for mission, owner in session.execute(query.order_by(Mission.id).limit(limit))]


def quantity_of(session: Session, order_id: UUID) -> int:
    """How many places an order bought."""
    same = and_(Quote.tenant_id == Order.tenant_id, Quote.id == Order.quote_id)
    return session.scalars(select(Quote.quantity).join(Order, same).where(Order.id == order_id)).one()


def list_buyers(session: Session, organisation_ids: Collection[UUID]) -> Sequence[Organisation]:
    """Those of some organisations that buy: gestionnaires, by name."""
    query = select(Organisation).where(Organisation.id.in_(organisation_ids), Organisation.kind == "legal_entity")
    return session.scalars(query.order_by(Organisation.name, Organisation.id)).all()


def _open_to(organisation_ids: Collection[UUID]) -> ColumnElement[bool]:
    return or_(
        Slot.organisation_id.is_(None),
        Slot.organisation_id.in_(organisation_ids),
        Slot.provider_id.in_(organisation_ids),
    )


_ROWS = (
    select(Slot, Service, ServiceVersion, Provider, Consultant)
    .join(
        ServiceVersion,
        and_(ServiceVersion.tenant_id == Slot.tenant_id, ServiceVersion.id == Slot.service_version_id),
    )
    .join(Service, and_(Service.tenant_id == ServiceVersion.tenant_id, Service.id == ServiceVersion.service_id))
    .join(Provider, and_(Provider.tenant_id == Slot.tenant_id, Provider.id == Slot.provider_id))
    .join(Consultant, and_(Consultant.tenant_id == Slot.tenant_id, Consultant.id == Slot.consultant_id))
)


def list_session_services(session: Session) -> Sequence[Service]:
    """The published services that are done in group sessions, by title."""
    same = and_(
        ServiceVersion.tenant_id == Service.tenant_id,
        ServiceVersion.service_id == Service.id,
        ServiceVersion.number == Service.version,
    )
    query = select(Service).join(ServiceVersion, same)
    query = query.where(Service.state == "published", ServiceVersion.mode == "session")
    return session.scalars(query.order_by(Service.title_norm, Service.id)).all()
