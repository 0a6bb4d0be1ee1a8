"""Transmissions: of an invoice, due ones, lists by what there is to do; accounts of portals."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from billing.models import ChannelAccount, Customer, Invoice, InvoiceDocument, Transmission, TransmissionEvent
from billing.rules.routing import PORTALS
from kit.errors import NotFound
from notifications.models import Notification
from tenants.models import User

PAGE = 25
MOST_OTHERS = 1000
VIEWS = ("todo", "waiting", "failed", "rejected", "deposited", "accepted", "all")
NO_TRANSMISSION = "Cette transmission n’existe pas, ou vous n’y avez pas accès."
_OF_INVOICE = and_(Invoice.tenant_id == Transmission.tenant_id, Invoice.id == Transmission.invoice_id)
_OF_CUSTOMER = and_(Customer.tenant_id == Invoice.tenant_id, Customer.id == Invoice.customer_id)
_FOLLOWED = and_(Transmission.channel.in_(PORTALS), Transmission.state.in_(("deposited", "accepted")))
_WAITING = and_(Transmission.channel != "manual", Transmission.state == "waiting")


@dataclass(frozen=True, slots=True)
class TransmissionRow:
    """A transmission with its invoice's number and its customer's name."""

    transmission: Transmission
    number: str | None
    total_cents: int
    customer: str


def get_transmission(session: Session, transmission_id: UUID, lock: bool = False) -> Transmission:
    """One transmission, locked on request. Raises NotFound."""
    query = select(Transmission).where(Transmission.id == transmission_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_TRANSMISSION)
    return found


def find_of_invoice(session: Session, invoice_id: UUID, lock: bool = False) -> Transmission | None:
    """The transmission of an invoice; None while its document is not made."""
    query = select(Transmission).where(Transmission.invoice_id == invoice_id)
    return session.scalar(query.with_for_update() if lock else query)


def take_due(session: Session, now: datetime, without: Collection[str]) -> Transmission | None:
    """The transmission that has been due for longest, locked; those another worker holds are passed over."""
    query = _due(now).where(Transmission.channel.not_in(without)).order_by(Transmission.next_attempt_at)
    return session.scalar(query.limit(1).with_for_update(skip_locked=True))


def take_others(session: Session, now: datetime, channel: str) -> Sequence[Transmission]:
    """What is due of a channel, locked; what another worker holds is passed over."""
    query = _due(now).where(Transmission.channel == channel).limit(MOST_OTHERS)
    return session.scalars(query.order_by(Transmission.id).with_for_update(skip_locked=True)).all()


def count_due(session: Session, now: datetime, most: int) -> int:
    """How many transmissions are due; counts no further than `most`."""
    return session.scalar(select(func.count()).select_from(_due(now).limit(most).subquery())) or 0


def list_events(session: Session, transmission_ids: Collection[UUID]) -> Mapping[UUID, list[TransmissionEvent]]:
    """What was said of each, in the order it was said."""
    found: dict[UUID, list[TransmissionEvent]] = defaultdict(list)
    query = select(TransmissionEvent).where(TransmissionEvent.transmission_id.in_(transmission_ids))
    for event in session.scalars(query.order_by(TransmissionEvent.said_at, TransmissionEvent.id)):
        found[event.transmission_id].append(event)
    return found


def list_transmissions(session: Session, view: str, words: str, page: int) -> Sequence[TransmissionRow]:
    """A page for the GRADeS, the last begun first."""
    query = _rows(view, words).order_by(Transmission.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return [TransmissionRow(*row) for row in session.execute(query)]


def list_after(session: Session, view: str, after: UUID | None, limit: int) -> Sequence[TransmissionRow]:
    """For programs: the transmissions begun before `after`, the last begun first."""
    query = _rows(view, "").order_by(Transmission.id.desc()).limit(limit)
    query = query if after is None else query.where(Transmission.id < after)
    return [TransmissionRow(*row) for row in session.execute(query)]


def count_views(session: Session, words: str) -> Mapping[str, int]:
    """How many transmissions each view holds."""
    counts = [func.count().filter(_view(view)).label(view) for view in VIEWS]
    query = _rows("all", words).with_only_columns(*counts)
    return dict(session.execute(query).one()._mapping)


def find_document(session: Session, invoice_id: UUID) -> InvoiceDocument | None:
    """The document of an invoice, once it is made."""
    query = select(InvoiceDocument).where(
        InvoiceDocument.invoice_id == invoice_id, InvoiceDocument.made_at.is_not(None)
    )
    return session.scalar(query)


def customer_of_invoice(session: Session, invoice: Invoice) -> Customer:
    """Whom an invoice is for."""
    return session.scalars(select(Customer).where(Customer.id == invoice.customer_id)).one()


def list_accounts(session: Session) -> Mapping[str, ChannelAccount]:
    """The accounts of the session's tenant, by channel."""
    return {account.channel: account for account in session.scalars(select(ChannelAccount))}


def find_account(session: Session, channel: str, lock: bool = False) -> ChannelAccount | None:
    """The account of a channel."""
    query = select(ChannelAccount).where(ChannelAccount.channel == channel)
    return session.scalar(query.with_for_update() if lock else query)


def list_waiting(session: Session, channel: str) -> Sequence[Transmission]:
    """What waits to be tried or asked again on a channel, locked."""
    query = select(Transmission).where(
        Transmission.channel == channel,
        Transmission.state.in_(("waiting", "deposited", "accepted")),
        Transmission.next_attempt_at.is_not(None),
    )
    return session.scalars(query.order_by(Transmission.id).with_for_update(skip_locked=True)).all()


def find_mail(session: Session, key: str) -> Notification | None:
    """The notice of that key."""
    return session.scalar(select(Notification).where(Notification.key == key))


def names_of(session: Session, user_ids: Collection[UUID | None]) -> Mapping[UUID, str]:
    """The names of people, by identifier."""
    asked = [one for one in user_ids if one is not None]
    if not asked:
        return {}
    return {user.id: user.name for user in session.scalars(select(User).where(User.id.in_(asked)))}


def _due(now: datetime) -> Select[Transmission]:
    return select(Transmission).where(Transmission.next_attempt_at <= now, or_(_WAITING, _FOLLOWED))


def _view(view: str) -> ColumnElement[bool]:
    """`todo`: somebody must act, for no worker will."""
    if view == "all":
        return Transmission.id.is_not(None)
    if view == "todo":
        by_hand = and_(Transmission.channel == "manual", Transmission.state == "waiting")
        return or_(by_hand, Transmission.state.in_(("failed", "rejected")))
    if view == "waiting":
        return _WAITING
    return Transmission.state == view if view in VIEWS else false()


def _rows(view: str, words: str) -> Select[*tuple[Transmission, str | None, int, str]]:
    query = (
        select(Transmission, Invoice.number, Invoice.total_cents, Customer.name)
        .join(Invoice, _OF_INVOICE)
        .join(Customer, _OF_CUSTOMER)
        .where(_view(view))
    )
    if words:
        found = Invoice.number.icontains(words, autoescape=True) | Customer.name.icontains(words, autoescape=True)
        return query.where(found)
    return query
