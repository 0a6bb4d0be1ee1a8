"""Transmissions: made when a document is, read, deposited by hand, tried again, sent another way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.models import Customer, Invoice, Transmission, TransmissionEvent
from billing.permissions import PERMISSIONS
from billing.queries import invoice as invoices
from billing.queries import transmission as queries
from billing.queries.transmission import TransmissionRow
from billing.rules.portal_words import ACCEPTED_BY_HAND, RECORDED, REJECTED_BY_HAND
from billing.rules.routing import PORTALS, channel_for
from billing.rules.states import CHANNELS, TRANSMISSION
from billing.service.hearing import mark_deposited, note
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.service.today import today
from tenants.models import Tenant

LONGEST_REFERENCE, LONGEST_MOTIVE = 100, 1000
NOON = time(12)
BY_PORTAL = f"C’est le portail qui le dit{NBSP}: la suite s’affichera ici d’elle-même."
UNDER_WAY = f"Un dépôt est en cours{NBSP}: sa réponse n’est pas encore connue. Elle est redemandée au portail."


@dataclass(frozen=True, slots=True)
class TransmissionView:
    """A transmission, its invoice, what was said of it and by whom. `open_channels`: where it may be sent."""

    invoice: Invoice
    customer: Customer
    transmission: Transmission | None
    events: Sequence[TransmissionEvent]
    names: Mapping[UUID, str]
    open_channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TransmissionList:
    """A page of transmissions; how many each view holds."""

    rows: Sequence[TransmissionRow]
    counts: Mapping[str, int]


def route_invoice(tx: Tx, invoice_id: UUID) -> Transmission | None:
    """Send an issued invoice its customer's way, or by hand when that way is closed; None when it is on its way."""
    invoice = invoices.get_issued(tx.session, invoice_id)
    if queries.find_of_invoice(tx.session, invoice_id) is not None:
        return None
    customer = queries.customer_of_invoice(tx.session, invoice)
    channel, why = channel_for(customer.channel, _opened(tx), customer.email)
    row: Transmission = tx.add(
        Transmission(
            invoice_id=invoice.id,
            organisation_id=invoice.organisation_id,
            is_funder=invoice.is_funder,
            channel=channel,
            last_error=why,
            next_attempt_at=None if channel == "manual" else tx.now,
            created_at=tx.now,
        )
    )
    tx.session.flush()
    tx.audit("transmission.create", row.id, channel=channel, wanted=customer.channel)
    return row


def view_transmission(actor: Actor, invoice_id: UUID) -> TransmissionView:
    """How an invoice goes, for whoever acts on it. Raises NotFound, also for a draft."""
    with transaction(actor) as tx:
        invoice = invoices.get_issued(tx.session, invoice_id)
        permit(PERMISSIONS, actor, "transmission.deposit", invoice)
        return _read(tx, invoice)


def read_transmission(actor: Actor, invoice_id: UUID) -> TransmissionView:
    """The same for whoever reads the invoice, its customer too. Raises NotFound."""
    with transaction(actor) as tx:
        invoice = invoices.get_issued(tx.session, invoice_id)
        permit(PERMISSIONS, actor, "transmission.view", invoice)
        return _read(tx, invoice)


def get_one(actor: Actor, transmission_id: UUID) -> TransmissionView:
    """A transmission and its history, for its customer too. Raises NotFound."""
    with transaction(actor) as tx:
        row = queries.get_transmission(tx.session, transmission_id)
        permit(PERMISSIONS, actor, "transmission.view", row)
        return _read(tx, invoices.get_issued(tx.session, row.invoice_id))


def list_transmissions(actor: Actor, view: str, words: str, page: int) -> TransmissionList:
    """A page of a view, and how many each view holds."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "transmission.list")
        rows = queries.list_transmissions(tx.session, view, words, page)
        return TransmissionList(rows, queries.count_views(tx.session, words))


def list_after(actor: Actor, view: str, after: UUID | None, limit: int) -> Sequence[TransmissionRow]:
    """The same for programs: those begun before `after`."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "transmission.list")
        return queries.list_after(tx.session, view, after, limit)


def record_deposit(actor: Actor, transmission_id: UUID, reference: str, on: date | None) -> Transmission:
    """Somebody deposited the invoice: under which number, which day. Raises Invalid, Conflict, NotFound."""
    with transaction(actor) as tx:
        row = _locked(tx, transmission_id, "transmission.deposit")
        invoice = invoices.get_issued(tx.session, row.invoice_id)
        reference, at = " ".join(reference.split()), _instant(tx, on)
        faults = {}
        if not reference or len(reference) > LONGEST_REFERENCE or not reference.isprintable():
            faults["reference"] = f"Indiquez le numéro du dépôt, en {LONGEST_REFERENCE} caractères au plus."
        if on is None:
            faults["deposited_on"] = "Indiquez le jour du dépôt."
        elif on > today(tx) or (invoice.issued_on is not None and on < invoice.issued_on):
            faults["deposited_on"] = "Le dépôt a eu lieu entre le jour d’émission de la facture et aujourd’hui."
        if faults:
            raise Invalid("Le dépôt n’est pas noté.", faults)
        mark_deposited(tx, row, reference, RECORDED, at)
        return row


def record_fate(actor: Actor, transmission_id: UUID, move: str, motive: str = "") -> Transmission:
    """What became of an invoice that no portal follows: `move` accept or reject, with a motive. Raises as above."""
    with transaction(actor) as tx:
        row = _locked(tx, transmission_id, f"transmission.{move}")
        motive = " ".join(motive.split())
        if row.channel in PORTALS:
            raise Conflict(BY_PORTAL)
        if (move == "reject" and not motive) or len(motive) > LONGEST_MOTIVE:
            words = f"Indiquez le motif du rejet, en {LONGEST_MOTIVE} caractères au plus."
            raise Invalid("Le rejet n’est pas noté.", {"motive": words})
        tx.advance(row, TRANSMISSION, move)
        row.last_error = motive if move == "reject" else ""
        note(tx, row, ACCEPTED_BY_HAND if move == "accept" else REJECTED_BY_HAND, motive)
        return row


def retry(actor: Actor, transmission_id: UUID, channel: str = "") -> Transmission:
    """Send again an invoice that failed or was rejected, the same way or another. Raises Conflict, Invalid, NotFound.

    A deposit whose answer was lost is still asked about first, unless the way changes.
    """
    with transaction(actor) as tx:
        row = _locked(tx, transmission_id, "transmission.retry")
        begun_at = row.begun_at
        tx.advance(row, TRANSMISSION, "retry", channel=channel or row.channel)
        _send_by(tx, row, channel or row.channel)
        row.begun_at = begun_at if channel in ("", row.channel) else None
        return row


def route(actor: Actor, transmission_id: UUID, channel: str) -> Transmission:
    """Send another way an invoice that waits and whose deposit has not begun. Raises Conflict, Invalid, NotFound."""
    with transaction(actor) as tx:
        row = _locked(tx, transmission_id, "transmission.route")
        if row.state != "waiting":
            raise Conflict("Cette facture n’attend plus d’être transmise.")
        if row.begun_at is not None:
            raise Conflict(UNDER_WAY)
        tx.audit("transmission.route", row.id, source=row.channel, target=channel)
        _send_by(tx, row, channel)
        return row


def _send_by(tx: Tx, row: Transmission, channel: str) -> None:
    if channel not in CHANNELS:
        raise Invalid("Cette voie n’existe pas.", {"channel": "Choisissez dans la liste."})
    email = queries.customer_of_invoice(tx.session, invoices.get_invoice(tx.session, row.invoice_id)).email
    taken, why = channel_for(channel, _opened(tx), email)
    if taken != channel:
        raise Conflict(why)
    row.channel, row.attempts, row.last_error = channel, 0, ""
    row.external_reference, row.deposited_at = "", None
    row.next_attempt_at = None if channel == "manual" else tx.now


def _locked(tx: Tx, transmission_id: UUID, action: str) -> Transmission:
    row = queries.get_transmission(tx.session, transmission_id, lock=True)
    permit(PERMISSIONS, tx.actor, action, row)
    return row


def _read(tx: Tx, invoice: Invoice) -> TransmissionView:
    row = queries.find_of_invoice(tx.session, invoice.id)
    events = queries.list_events(tx.session, [row.id])[row.id] if row else []
    names = queries.names_of(tx.session, [one.recorded_by for one in events])
    customer = queries.customer_of_invoice(tx.session, invoice)
    opened = tuple(one for one in CHANNELS if channel_for(one, _opened(tx), customer.email)[0] == one) if row else ()
    return TransmissionView(invoice, customer, row, events, names, opened)


def _opened(tx: Tx) -> list[str]:
    return [account.channel for account in queries.list_accounts(tx.session).values() if account.is_open]


def _instant(tx: Tx, on: date | None) -> datetime | None:
    """Now for today; noon for another day."""
    if on is None or on == today(tx):
        return tx.now
    return datetime.combine(on, NOON, ZoneInfo(tx.session.get_one(Tenant, tx.tenant_id).zone))
