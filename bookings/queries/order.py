"""Orders: one, one's own, everybody's with totals; and the missions they opened."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session

from bookings.models import Mission, Order, TimeAccount, TimeEntry, TimeMovement, TimePacket
from kit.errors import NotFound
from services_catalog.models import FrameworkAgreement, Lot
from tenants.models import Organisation, User

PAGE = 50
LIVE = ("requested", "placed", "completed")
# What counts against a lot: an order from its placing, a late cancellation by its fee.
ENGAGED = ("placed", "completed")
NO_ORDER = "Cette commande n’existe pas, ou vous n’y avez pas accès."


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders a list shows: a state, a lot, and words of the number or of the organisation's name."""

    state: str = ""
    lot_id: UUID | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class LotTotal:
    """What a lot's orders come to. `ordered_cents` (excluding VAT) is what the lot itself keeps under its lock."""

    lot_id: UUID
    number: int
    title: str
    agreement: str
    maximum_cents: int
    ordered_cents: int
    orders: int


def get_order(session: Session, order_id: UUID, lock: bool = False) -> Order:
    """An order, locked on request so that those who decide take turns. Raises NotFound."""
    query = select(Order).where(Order.id == order_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_ORDER)
    return found


def find_of_quote(session: Session, quote_id: UUID) -> Order | None:
    """The order made on a quote."""
    return session.scalar(select(Order).where(Order.quote_id == quote_id))


def get_of_quote(session: Session, quote_id: UUID) -> Order:
    """The order made on a quote, when there must be one."""
    return session.scalars(select(Order).where(Order.quote_id == quote_id)).one()


def find_of_entitlement(session: Session, entitlement_id: UUID) -> Order | None:
    """The live order that uses an entitlement."""
    return session.scalar(select(Order).where(Order.entitlement_id == entitlement_id, Order.state.in_(LIVE)))


def orders_by_entitlement(session: Session, entitlement_ids: Collection[UUID]) -> Mapping[UUID, Order]:
    """The live order of each entitlement that has one."""
    found = session.scalars(select(Order).where(Order.entitlement_id.in_(entitlement_ids), Order.state.in_(LIVE)))
    return {order.entitlement_id: order for order in found if order.entitlement_id is not None}


def list_mine(
    session: Session,
    organisation_ids: Collection[UUID] | None,
    states: Collection[str] = (),
    after: UUID | None = None,
    limit: int = PAGE,
) -> Sequence[Order]:
    """A page of the orders of some organisations (None: of all), as buyers or as providers, the last asked first."""
    query = select(Order).order_by(Order.id.desc()).limit(limit)
    if organisation_ids is not None:
        query = query.where(or_(Order.organisation_id.in_(organisation_ids), _received(organisation_ids)))
    if states:
        query = query.where(Order.state.in_(states))
    if after is not None:
        query = query.where(Order.id < after)
    return session.scalars(query).all()


def list_orders(session: Session, wanted: OrderFilter, page: int = 1, limit: int = PAGE) -> Sequence[Order]:
    """A page of everybody's orders, the last asked first."""
    query = select(Order).join(Organisation, _BUYER).where(*_conditions(wanted)).order_by(Order.id.desc())
    return session.scalars(query.limit(limit).offset((page - 1) * limit)).all()


def count_orders(session: Session, wanted: OrderFilter) -> int:
    """How many orders the filter finds."""
    query = select(func.count()).select_from(Order).join(Organisation, _BUYER).where(*_conditions(wanted))
    return session.scalar(query) or 0


def list_lot_totals(session: Session) -> Sequence[LotTotal]:
    """Every lot with what was ordered of it, in the order of agreements and numbers."""
    count = func.count(Order.id).filter(Order.state.in_(ENGAGED))
    query = (
        select(
            Lot.id,
            Lot.number,
            Lot.title,
            FrameworkAgreement.reference,
            Lot.maximum_cents,
            Lot.ordered_cents,
            count,
        )
        .join(
            FrameworkAgreement,
            and_(FrameworkAgreement.tenant_id == Lot.tenant_id, FrameworkAgreement.id == Lot.agreement_id),
        )
        .outerjoin(Order, and_(Order.tenant_id == Lot.tenant_id, Order.lot_id == Lot.id))
        .group_by(Lot.tenant_id, Lot.id, FrameworkAgreement.tenant_id, FrameworkAgreement.id)
        .order_by(FrameworkAgreement.starts_on.desc(), FrameworkAgreement.reference, Lot.number)
    )
    return [LotTotal(*row) for row in session.execute(query)]


def list_missions(session: Session, order_ids: Collection[UUID], lock: bool = False) -> Mapping[UUID, list[Mission]]:
    """The missions of each order, the first opened first."""
    query = select(Mission).where(Mission.order_id.in_(order_ids)).order_by(Mission.id)
    found: dict[UUID, list[Mission]] = defaultdict(list)
    for mission in session.scalars(query.with_for_update() if lock else query):
        if mission.order_id is not None:
            found[mission.order_id].append(mission)
    return found


def list_people(session: Session, user_ids: Collection[UUID | None]) -> Mapping[UUID, User]:
    """These people, by identifier."""
    asked = [one for one in user_ids if one is not None]
    return {user.id: user for user in session.scalars(select(User).where(User.id.in_(asked)))}


def find_purchase(session: Session, order_id: UUID) -> Row[TimePacket, TimeMovement] | None:
    """The half-days that an order bought, and the movement that credited them."""
    query = (
        select(TimePacket, TimeMovement)
        .join(TimeAccount, and_(TimeAccount.tenant_id == TimePacket.tenant_id, TimeAccount.packet_id == TimePacket.id))
        .join(TimeEntry, and_(TimeEntry.tenant_id == TimeAccount.tenant_id, TimeEntry.account_id == TimeAccount.id))
        .join(
            TimeMovement, and_(TimeMovement.tenant_id == TimeEntry.tenant_id, TimeMovement.id == TimeEntry.movement_id)
        )
        .where(TimePacket.source == "order", TimePacket.source_id == order_id, TimeMovement.kind == "purchase")
    )
    return session.execute(query).one_or_none()


def _received(organisation_ids: Collection[UUID]) -> ColumnElement[bool]:
    """A provider receives an order once it is placed: what waits for an approval is the facility's own business."""
    return and_(Order.provider_id.in_(organisation_ids), Order.placed_at.is_not(None))


def _conditions(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state:
        conditions.append(Order.state == wanted.state)
    if wanted.lot_id is not None:
        conditions.append(Order.lot_id == wanted.lot_id)
    if wanted.words:
        conditions.append(
            or_(
                Order.number.icontains(wanted.words, autoescape=True),
                Organisation.name.icontains(wanted.words, autoescape=True),
                Organisation.finess_ej == wanted.words,
            )
        )
    return conditions


_BUYER = and_(Organisation.tenant_id == Order.tenant_id, Organisation.id == Order.organisation_id)
