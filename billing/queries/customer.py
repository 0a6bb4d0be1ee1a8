"""Customers: one, those that a filter finds, the last number taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select, update
from sqlalchemy.orm import Session

from billing.models import Customer, Invoice
from kit.errors import NotFound

PAGE = 50
NO_CUSTOMER = "Ce client n’existe pas, ou vous n’y avez pas accès."


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers a list shows: words of the name, number, SIRET or FINESS number; a kind; a channel; lacks."""

    words: str = ""
    kind: str = ""
    channel: str = ""
    incomplete: bool = False


def give_drafts(session: Session, customer: Customer) -> None:
    """Let the invoices of a customer that are not issued yet be its organisation's, which will read them."""
    theirs = update(Invoice).where(Invoice.customer_id == customer.id, Invoice.state != "issued")
    session.execute(theirs.values(organisation_id=customer.organisation_id))


def get_customer(session: Session, customer_id: UUID, lock: bool = False) -> Customer:
    """A customer, locked on request. Raises NotFound."""
    query = select(Customer).where(Customer.id == customer_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_CUSTOMER)
    return found


def find_of_organisation(session: Session, organisation_id: UUID) -> Customer | None:
    """The customer that an organisation is."""
    return session.scalar(select(Customer).where(Customer.organisation_id == organisation_id))


def find_of_entity(session: Session, finess_ej: str) -> Customer | None:
    """The customer of this FINESS number, with an account here first."""
    query = select(Customer).where(Customer.finess_ej == finess_ej)
    return session.scalar(query.order_by(Customer.organisation_id.is_(None), Customer.id).limit(1))


def find_funder(session: Session) -> Customer | None:
    """The ARS, as it is invoiced."""
    return session.scalar(select(Customer).where(Customer.is_funder))


def last_number(session: Session) -> int:
    """The highest number taken, 0 when there is none."""
    taken = cast(func.substr(Customer.number, 2), BigInteger)
    query = select(func.max(taken)).where(Customer.number.regexp_match("^C[0-9]{1,9}$"))
    return session.scalar(query) or 0


def list_customers(session: Session, wanted: CustomerFilter, page: int = 1, limit: int = PAGE) -> Sequence[Customer]:
    """A page of the customers that a filter finds, by name; the ARS first."""
    query = select(Customer).where(*_conditions(wanted))
    query = query.order_by(Customer.is_funder.desc(), func.lower(Customer.name), Customer.id)
    return session.scalars(query.limit(limit).offset((page - 1) * limit)).all()


def count_customers(session: Session, wanted: CustomerFilter) -> int:
    """How many customers the filter finds."""
    return session.scalar(select(func.count()).select_from(Customer).where(*_conditions(wanted))) or 0


def list_after(session: Session, after: UUID | None, limit: int) -> Sequence[Customer]:
    """A page of all customers, in the order they came, for programs."""
    query = select(Customer).order_by(Customer.id).limit(limit)
    return session.scalars(query.where(Customer.id > after) if after else query).all()


def _conditions(wanted: CustomerFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind:
        conditions.append(Customer.kind == wanted.kind)
    if wanted.channel:
        conditions.append(Customer.channel == wanted.channel)
    if wanted.words:
        digits = "".join(wanted.words.split())
        conditions.append(
            or_(
                Customer.name.icontains(wanted.words, autoescape=True),
                Customer.number == wanted.words.upper(),
                Customer.siret.startswith(digits, autoescape=True) if len(digits) >= 9 else Customer.siret == digits,
                Customer.finess_ej == digits.upper(),
            )
        )
    if wanted.incomplete:
        conditions.append(_LACKS)
    return conditions


_LACKS = or_(
    *(
        column == ""
        for column in (
            Customer.siret,
            Customer.address,
            Customer.postal_code,
            Customer.town,
            Customer.electronic_address,
        )
    ),
    (Customer.channel == "email") & (Customer.email == ""),
)
