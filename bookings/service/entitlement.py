"""Rights that confirmed awards give: opened by the award, used in one click, closed by the GRADeS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from bookings.models import Entitlement, Order
from bookings.permissions import PERMISSIONS
from bookings.queries import entitlement as entitlements
from bookings.queries import order as orders
from bookings.queries.entitlement import EntitlementRow
from bookings.rules.details import read_details
from bookings.rules.quantity import read_size
from bookings.rules.states import ENTITLEMENT
from bookings.service.order import request
from bookings.service.ordering import keeping
from bookings.service.proposal import Proposal, Wanted, propose
from bookings.service.quote import draw_up
from campaigns.models import Award
from campaigns.queries.award import get_award
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction
from services_catalog.models import Service
from services_catalog.queries.service import get_version
from tenants.queries.organisation import get_organisation

PAGE = entitlements.PAGE
KEPT = "Votre droit est conservé."


@dataclass(frozen=True, slots=True)
class EntitlementPage:
    """A right ready to be used. `proposal` is None when nothing can be ordered now, and `refusal` says why.

    `order` is the live order that uses it already.
    """

    row: EntitlementRow
    proposal: Proposal | None
    refusal: str
    missing: Mapping[str, str]
    order: Order | None


@dataclass(frozen=True, slots=True)
class MyEntitlements:
    """A page of rights, the last opened first, with the order that uses each; `after` asks for the next page."""

    items: Sequence[tuple[EntitlementRow, Order | None]]
    after: UUID | None


def open_entitlement(tx: Tx, award_id: UUID) -> Entitlement | None:
    """Open the right that a confirmed award gives, once; None when it gives none, or while its service is not on sale.

    The award itself keeps what waits: `open_waiting` looks there when the service is published.
    """
    award = get_award(tx.session, award_id)
    if award.state != "confirmed" or award.service is None:
        return None
    service = entitlements.find_service(tx.session, award.service)
    if service is None or service.state != "published":
        return None
    return _open(tx, award, service)


def open_waiting(tx: Tx, service_id: UUID) -> Sequence[Entitlement]:
    """Open the rights that waited for a service to be published."""
    service = tx.session.get_one(Service, (tx.tenant_id, service_id))
    if service.state != "published":
        return []
    opened = [_open(tx, award, service) for award in entitlements.list_waiting_awards(tx.session, service.slug)]
    return [one for one in opened if one is not None]


def list_entitlements(actor: Actor, after: UUID | None = None, limit: int = PAGE) -> MyEntitlements:
    """The rights of the actor's organisations; everybody's for the GRADeS."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "entitlement.view")
        whose = None if "grades_manager" in actor.roles else list(actor.organisations)
        rows = entitlements.list_entitlements(tx.session, whose, after, limit + 1)
        shown = rows[:limit]
        used = orders.orders_by_entitlement(tx.session, [row.entitlement.id for row in shown])
        items = [(row, used.get(row.entitlement.id)) for row in shown]
        return MyEntitlements(items, shown[-1].entitlement.id if len(rows) > limit else None)


def view_entitlement(actor: Actor, entitlement_id: UUID, finess_et: str = "", size: Any = None) -> EntitlementPage:
    """A right, and what ordering it now would give. Raises NotFound, also to strangers; Invalid (size)."""
    with transaction(actor) as tx:
        entitlement = entitlements.get_entitlement(tx.session, entitlement_id)
        permit(PERMISSIONS, actor, "entitlement.view", entitlement)
        row = entitlements.get_row(tx.session, entitlement_id)
        order = orders.find_of_entitlement(tx.session, entitlement_id)
        if order is not None or entitlement.state != "open":
            return EntitlementPage(row, None, "", {}, order)
        try:
            wanted = Wanted(entitlement.quantity, finess_et or None, read_size(size), entitlement)
            version = get_version(tx.session, row.service, row.service.version)
            return EntitlementPage(row, propose(tx, row.organisation, version, wanted), "", {}, None)
        except (Conflict, Invalid) as error:
            return EntitlementPage(row, None, error.sentence, error.fields, None)


def find_of_award(actor: Actor, award_id: UUID) -> tuple[Entitlement, Order | None] | None:
    """The right that an award has opened, with the order that uses it; None to strangers, or before it opens."""
    with transaction(actor) as tx:
        entitlement = entitlements.find_of_award(tx.session, award_id)
        if entitlement is None or not allows(PERMISSIONS, actor, "entitlement.view", entitlement):
            return None
        return entitlement, orders.find_of_entitlement(tx.session, entitlement.id)


def order_entitlement(
    actor: Actor,
    entitlement_id: UUID,
    typed: Mapping[str, Any],
    contact: Mapping[str, Any],
    finess_et: str = "",
    size: Any = None,
) -> Order:
    """Use a right: the quote, the order and the mission in one go. Whoever comes second finds the first one's order.

    Raises NotFound, Invalid (references, `contact.…`, finess_et, size), Conflict with what is in the way.
    """
    with transaction(actor) as tx:
        entitlement = entitlements.get_entitlement(tx.session, entitlement_id, lock=True)
        permit(PERMISSIONS, actor, "entitlement.view", entitlement)
        permit(PERMISSIONS, actor, "quote.draw_up", entitlement)
        existing = orders.find_of_entitlement(tx.session, entitlement_id)
        if existing is not None:
            return existing
        with keeping(KEPT):
            ENTITLEMENT.target(entitlement.state, "use")
            details = read_details(typed, contact)
            organisation = get_organisation(tx.session, tx.tenant_id, entitlement.organisation_id)
            service = tx.session.get_one(Service, (tx.tenant_id, entitlement.service_id))
            version = get_version(tx.session, service, service.version)
            quote = draw_up(
                tx,
                organisation,
                version,
                entitlement.quantity,
                finess_et=finess_et or None,
                size=read_size(size),
                entitlement=entitlement,
            )
            return request(tx, quote, details)


def close_entitlement(actor: Actor, entitlement_id: UUID) -> Entitlement:
    """Close a right that nobody used: it can no longer be. Raises Conflict once it is used."""
    with transaction(actor) as tx:
        entitlement = entitlements.get_entitlement(tx.session, entitlement_id, lock=True)
        permit(PERMISSIONS, actor, "entitlement.close", entitlement)
        tx.advance(entitlement, ENTITLEMENT, "close")
        return entitlement


def _open(tx: Tx, award: Award, service: Service) -> Entitlement | None:
    """None when it was open already: told twice is done once."""
    row = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "award_id": award.id,
        "organisation_id": award.organisation_id,
        "service_id": service.id,
        "quantity": award.quantity,
        "ars_share_percent": award.ars_share_percent,
        "cap_cents": award.cap_cents,
        "expires_on": award.complete_on,
        "contact": award.referent or {},
        "state": ENTITLEMENT.initial,
        "created_at": tx.now,
    }
    statement = insert(Entitlement).values(row).on_conflict_do_nothing(index_elements=["tenant_id", "award_id"])
    opened: Entitlement | None = tx.session.scalar(statement.returning(Entitlement))
    if opened is not None:
        tx.audit("entitlement.open", opened.id, award=str(award.id), service=service.slug)
    return opened
