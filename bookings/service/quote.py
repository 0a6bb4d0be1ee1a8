"""Quotes: drawn up for an organisation, by it or by the GRADeS, and read again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookings.models import Entitlement, Order, Quote
from bookings.permissions import PERMISSIONS
from bookings.queries import order as orders
from bookings.queries import quote as quotes
from bookings.queries.quote import Purchase
from bookings.rules import cancellation
from bookings.rules.quantity import read_quantity, read_size
from bookings.service.proposal import Proposal, Wanted, propose
from bookings.service.today import today
from finess.queries.edition import get_current_edition
from finess.queries.structure import find_establishment, get_legal_entity
from kit.actor import Actor
from kit.db import uuid7
from kit.permissions import permit
from kit.reference import new_reference
from kit.transaction import Tx, transaction
from services_catalog.models import Provider, ServiceVersion
from services_catalog.rules.service import read_service
from services_catalog.service.publication import get_on_sale
from tenants.models import Organisation
from tenants.queries.organisation import find_place, get_organisation


def draw_up(
    tx: Tx,
    organisation: Organisation,
    version: ServiceVersion,
    quantity: int,
    *,
    finess_et: str | None = None,
    size: int | None = None,
    entitlement: Entitlement | None = None,
    provider_id: UUID | None = None,
) -> Quote:
    """Draw up a quote: the right to order, the price, its holder and the payers, kept as they are on this day.

    Raises Conflict and Invalid as `propose` does.
    """
    permit(PERMISSIONS, tx.actor, "quote.draw_up", organisation)
    found = propose(tx, organisation, version, Wanted(quantity, finess_et, size, entitlement, provider_id))
    return write_quote(tx, found, entitlement)


def ask_quote(
    actor: Actor,
    slug: str,
    organisation_id: UUID,
    quantity: Any,
    finess_et: str = "",
    size: Any = None,
    provider_id: UUID | None = None,
) -> Quote:
    """Ask for a quote on a published service, with what was typed or sent. Only the GRADeS may name the provider.

    Raises NotFound (service, organisation of somebody else), Invalid (quantity, finess_et, size), Conflict.
    """
    with transaction(actor) as tx:
        organisation = get_organisation(tx.session, tx.tenant_id, organisation_id)
        permit(PERMISSIONS, actor, "quote.draw_up", organisation)
        if provider_id is not None:  # the lot's rule chooses; only the GRADeS answers for another choice
            permit(PERMISSIONS, actor, "mission.assign")
        _, version = get_on_sale(tx, slug)
        return draw_up(
            tx,
            organisation,
            version,
            read_quantity(quantity),
            finess_et=finess_et or None,
            size=read_size(size),
            provider_id=provider_id,
        )


@dataclass(frozen=True, slots=True)
class QuotePage:
    """A quote with what it names; `order` is the one made on it. `is_over` once its last day has gone by.

    `function` is what the reader does in its organisation, "" for the GRADeS.
    """

    purchase: Purchase
    order: Order | None
    is_over: bool
    function: str


def view_quote(actor: Actor, quote_id: UUID) -> QuotePage:
    """A quote, for the people of its organisation and for the GRADeS. Raises NotFound to everybody else."""
    with transaction(actor) as tx:
        quote = quotes.get_quote(tx.session, quote_id)
        permit(PERMISSIONS, actor, "quote.view", quote)
        purchase = quotes.purchases(tx.session, [quote_id])[quote_id]
        order, place = orders.find_of_quote(tx.session, quote_id), None
        if actor.user_id is not None:
            place = find_place(tx.session, tx.tenant_id, quote.organisation_id, actor.user_id)
        return QuotePage(purchase, order, today(tx) > quote.valid_until, place.function if place else "")


def list_quotes(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[Purchase], UUID | None]:
    """A page of the quotes of one's organisations, of everybody's for the GRADeS; the last drawn up first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "quote.view")
        whose = None if "grades_manager" in actor.roles else list(actor.organisations)
        found = quotes.list_quotes(tx.session, whose, after, limit + 1)
        shown = found[:limit]
        purchases = quotes.purchases(tx.session, [one.id for one in shown])
        return [purchases[one.id] for one in shown], shown[-1].id if len(found) > limit else None


def write_quote(tx: Tx, found: Proposal, entitlement: Entitlement | None) -> Quote:
    """Write what was worked out, with all that its paper says: names may change, a quote does not."""
    priced, site = found.priced, found.site
    quote = tx.add(
        Quote(
            id=uuid7(),
            number=new_reference("DE", tx.now.year),
            organisation_id=found.organisation.id,
            finess_et=site.finess_et if site else None,
            service_version_id=found.version.id,
            lot_id=priced.lot_id,
            provider_id=priced.provider_id,
            price_line_id=priced.line_id,
            entitlement_id=entitlement.id if entitlement else None,
            quantity=priced.quantity,
            unit_cents=priced.unit_cents,
            net_cents=priced.net_cents,
            vat_cents=priced.vat_cents,
            vat_permille=priced.vat_permille,
            total_cents=priced.total_cents,
            ars_cents=found.shares.ars_cents,
            remainder_cents=found.shares.remainder_cents,
            sentence=priced.sentence,
            terms=_terms(tx, found),
            valid_until=found.valid_until,
            author_id=tx.actor.user_id,
            created_at=tx.now,
        )
    )
    tx.session.flush()
    tx.audit("quote.draw_up", quote.id, number=quote.number, net_cents=quote.net_cents)
    return quote


def _terms(tx: Tx, found: Proposal) -> dict[str, Any]:
    """The price as the market gives it, and the words of the paper."""
    provider = tx.session.get_one(Provider, (tx.tenant_id, found.priced.provider_id))
    edition = get_current_edition(tx.session).id
    entity = get_legal_entity(tx.session, edition, found.right.applicant.legal_entity.finess_ej)
    site = find_establishment(tx.session, edition, found.site.finess_et) if found.site else None
    return {
        **found.priced.as_json(),
        "assignment": found.holder,
        "holder": found.holder_sentence,
        "share": found.share_sentence,
        "cancellation": cancellation.in_words(read_service(found.version.document).cancellation),
        "buyer": {"name": found.organisation.name, "finess_ej": entity.finess_ej, "siren": entity.siren},
        "site": site and {"name": site.name, "finess_et": site.finess_et, "siret": site.siret},
        "provider": {"name": provider.name, "siret": provider.siret},
        "service": found.version.title,
    }
