"""Customers: made at the first need from the register, completed by people, read by those they are."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from billing.models import Customer
from billing.permissions import PERMISSIONS
from billing.queries import customer as queries
from billing.queries.customer import PAGE, CustomerFilter
from billing.rules import customer as rules
from billing.rules.due_date import delay
from billing.rules.identity import is_siren, is_siret
from billing.rules.readiness import Finding, customer_findings
from billing.service.issuer import find_issuer, usual_issuer
from finess.models import Establishment, LegalEntity
from finess.queries.edition import find_current_edition
from finess.queries.structure import find_legal_entity, list_establishments
from finess.rules.names import readable
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid, NotFound, Stale
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.queries.turn import take_turn
from tenants.models import Organisation, Tenant
from tenants.queries.organisation import find_organisation, first_owner_email, get_organisation

CHANGED = (
    f"Cette fiche a été modifiée depuis l’ouverture de la page. Rien n’est enregistré{NBSP}: relisez-la, puis "
    "recommencez."
)


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer in a list, with what it lacks."""

    customer: Customer
    lacks: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A page of customers, and how many there are in all."""

    lines: Sequence[CustomerLine]
    total: int


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """A customer, what it lacks, and the SIRETs that the register knows of it. `is_new`: shown, not kept yet.

    `contact` is whom to ask for a correction, `delay` how many days it has to pay.
    """

    customer: Customer
    lacks: tuple[Finding, ...]
    sites: Sequence[Establishment] = ()
    is_new: bool = False
    contact: str = ""
    delay: int = 0


def customer_of(tx: Tx, organisation_id: UUID) -> Customer:
    """The customer that an organisation is, made from the register at the first need. Raises NotFound."""
    found = queries.find_of_organisation(tx.session, organisation_id)
    if found is not None:
        return found
    organisation = get_organisation(tx.session, tx.tenant_id, organisation_id)
    take_turn(tx.session, tx.tenant_id, "customer")
    known = queries.find_of_organisation(tx.session, organisation_id) or _adopted(tx, organisation)
    return known or _keep(tx, _from_register(tx, organisation))


def customer_of_entity(tx: Tx, finess_ej: str) -> Customer:
    """The customer that a legal entity is, whether it has an account here or not. Raises NotFound off the register."""
    organisation = find_organisation(tx.session, finess_ej)
    if organisation is not None:
        return customer_of(tx, organisation.id)
    take_turn(tx.session, tx.tenant_id, "customer")
    found = queries.find_of_entity(tx.session, finess_ej)
    if found is not None:
        return found
    entity = _entity_of(tx, finess_ej)
    if entity is None:
        raise NotFound(f"Le numéro {finess_ej} n’est celui d’aucune entité juridique du registre.")
    stranger = Organisation(id=None, finess_ej=finess_ej, name=readable(entity.name or finess_ej))
    return _keep(tx, _from_register(tx, stranger))


def funder(tx: Tx) -> Customer:
    """The ARS as it is invoiced, made at the first need; people complete it."""
    found = queries.find_funder(tx.session)
    if found is not None:
        return found
    take_turn(tx.session, tx.tenant_id, "customer")
    return queries.find_funder(tx.session) or _keep(tx, _new(tx, name=_ars(tx), kind="public", is_funder=True))


def list_customers(actor: Actor, wanted: CustomerFilter, page: int = 1) -> CustomerList:
    """A page of the customers that a filter finds."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "customer.list")
        found = queries.list_customers(tx.session, wanted, page, PAGE)
        lines = [CustomerLine(one, customer_findings(one)) for one in found]
        return CustomerList(lines, queries.count_customers(tx.session, wanted))


def page_of_customers(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[Customer], UUID | None]:
    """A page for programs, and where the next one begins."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "customer.list")
        found = queries.list_after(tx.session, after, limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None


def view_customer(actor: Actor, customer_id: UUID) -> CustomerPage:
    """A customer, for the GRADeS and its own people. Raises NotFound to everybody else."""
    with transaction(actor) as tx:
        customer = queries.get_customer(tx.session, customer_id)
        permit(PERMISSIONS, actor, "customer.view", customer)
        return CustomerPage(customer, customer_findings(customer), _sites_of(tx, customer.finess_ej))


def view_own(actor: Actor, organisation_id: UUID) -> CustomerPage:
    """How an organisation is invoiced, or will be. Raises NotFound to those who are not of it."""
    with transaction(actor) as tx:
        organisation = get_organisation(tx.session, tx.tenant_id, organisation_id)
        permit(PERMISSIONS, actor, "customer.view", organisation)
        if organisation.kind != "legal_entity":
            raise NotFound()
        found = queries.find_of_organisation(tx.session, organisation_id)
        customer = found or _from_register(tx, organisation)
        issuer = find_issuer(tx) or usual_issuer(tx)
        contact = issuer.email or tx.session.get_one(Tenant, tx.tenant_id).contact_email
        days = delay(customer.kind, issuer.terms, customer.terms_days)
        return CustomerPage(customer, customer_findings(customer), (), found is None, contact, days)


def open_customer(actor: Actor, finess_ej: str) -> Customer:
    """The customer of an organisation that has an account here, made if it is not one yet. Raises Invalid."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "customer.set")
        organisation = find_organisation(tx.session, "".join(finess_ej.split()).upper()[:20])
        if organisation is None:
            fault = "Aucun organisme de ce portail n’a ce numéro FINESS juridique."
            raise Invalid("Aucune fiche n’est ouverte.", {"finess_ej": fault})
        return customer_of(tx, organisation.id)


def open_funder(actor: Actor) -> Customer:
    """The ARS's customer, made if it is not one yet."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "customer.set")
        return funder(tx)


def save_customer(actor: Actor, customer_id: UUID, typed: Mapping[str, Any], revision: int) -> Customer:
    """Save a customer as typed or sent; what is not there is kept. Raises Stale, Invalid by field."""
    with transaction(actor) as tx:
        customer = queries.get_customer(tx.session, customer_id, lock=True)
        permit(PERMISSIONS, actor, "customer.set", customer)
        if customer.revision != revision:
            raise Stale(CHANGED)
        details = asdict(rules.read_customer(_columns(customer) | dict(typed)))
        changed = [name for name, value in details.items() if getattr(customer, name) != value]
        for name in changed:
            setattr(customer, name, details[name])
        if changed:
            customer.revision += 1
            tx.audit("customer.set", customer.id, number=customer.number, fields=sorted(changed))
        return customer


def _adopted(tx: Tx, organisation: Organisation) -> Customer | None:
    """The customer that this entity was before it had an account: it is now the organisation's."""
    found = queries.find_of_entity(tx.session, organisation.finess_ej) if organisation.finess_ej else None
    if found is not None and found.organisation_id is None:
        found.organisation_id = organisation.id
        found.revision += 1
        queries.give_drafts(tx.session, found)
        tx.session.flush()
        tx.audit("customer.adopt", found.id, number=found.number)
        return found
    return None


def _keep(tx: Tx, customer: Customer) -> Customer:
    customer.number = f"C{queries.last_number(tx.session) + 1:05}"
    tx.add(customer)
    tx.session.flush()
    tx.audit("customer.create", customer.id, number=customer.number)
    return customer


def _new(tx: Tx, *, name: str, kind: str, **columns: Any) -> Customer:
    texts = dict.fromkeys(_TEXTS, "")
    row: dict[str, Any] = {"is_funder": False, "organisation_id": None, "finess_ej": None, "requirement": "none"}
    row |= {"country": "FR", "channel": rules.channel_of(kind), "terms_days": None, "revision": 1}
    return Customer(id=uuid7(), name=name, kind=kind, created_at=tx.now, **(texts | row | columns))


def _from_register(tx: Tx, organisation: Organisation) -> Customer:
    """What the register says of an organisation, as a customer that is not added."""
    entity = _entity_of(tx, organisation.finess_ej)
    kind = rules.kind_of(entity.legal_status_code if entity else None)
    siren = entity.siren if entity and is_siren(entity.siren or "") else None
    sites = _sites_of(tx, organisation.finess_ej)
    seat = rules.seat_of(siren, entity.postal_code if entity else None, sites)
    is_mailed = organisation.id is not None and rules.channel_of(kind) == "email"
    email = first_owner_email(tx.session, organisation.id) if is_mailed else None
    return _new(
        tx,
        name=readable(organisation.name),
        kind=kind,
        organisation_id=organisation.id,
        finess_ej=organisation.finess_ej,
        siret=(seat.siret if seat else None) or "",
        address=readable((seat.address if seat else None) or ""),
        postal_code=(seat.postal_code if seat else entity and entity.postal_code) or "",
        town=readable((seat.town if seat else entity and entity.town) or ""),
        electronic_address=siren or "",
        email=email or "",
    )


def _entity_of(tx: Tx, finess_ej: str | None) -> LegalEntity | None:
    edition = find_current_edition(tx.session)
    return find_legal_entity(tx.session, edition.id, finess_ej) if edition and finess_ej else None


def _sites_of(tx: Tx, finess_ej: str | None) -> Sequence[Establishment]:
    """The open establishments that have a SIRET, one by SIRET."""
    edition = find_current_edition(tx.session)
    if edition is None or not finess_ej:
        return ()
    found: dict[str, Establishment] = {}
    for site in list_establishments(tx.session, edition.id, finess_ej):
        if site.is_open and site.siret and is_siret(site.siret):
            found.setdefault(site.siret, site)
    return list(found.values())


def _columns(customer: Customer) -> dict[str, Any]:
    return {name: getattr(customer, name) for name in rules.CustomerDetails.__slots__}


def _ars(tx: Tx) -> str:
    return tx.session.get_one(Tenant, tx.tenant_id).ars


_TEXTS = (
    "number",
    "siret",
    "vat_number",
    "address",
    "postal_code",
    "town",
    "email",
    "electronic_address",
    "service_code",
)
