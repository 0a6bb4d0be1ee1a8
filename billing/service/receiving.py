"""Payments recorded by a person: a cheque, a transfer that no file tells, a line of the bank that was left aside."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from billing.models import Payment
from billing.permissions import PERMISSIONS
from billing.queries import bank
from billing.queries.customer import CustomerFilter, get_customer, list_customers
from billing.rules.states import RECORDED_KINDS
from billing.service.payment import receive
from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.queries.turn import take_turn
from services_catalog.service.today import today

_OLDEST = timedelta(days=2 * 366)
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class NewPayment:
    """What was typed. `customer`: a name or a number, empty when the payer is not known; or its `customer_id`."""

    kind: str
    amount_cents: int
    received_on: date | None
    customer: str = ""
    reference: str = ""
    payer: str = ""
    customer_id: UUID | None = None


def begin_payment(actor: Actor) -> date:
    """Whether somebody may record a payment; the day it is, when most of them came."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment.record")
        return today(tx)


def record_payment(actor: Actor, new: NewPayment) -> Payment:
    """Record money that came otherwise than by a file of the bank. Raises Invalid by field."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payment.record")
        faults = {}
        if new.kind not in RECORDED_KINDS:
            faults["kind"] = "Choisissez un moyen de paiement."
        if new.amount_cents <= 0:
            faults["amount"] = "Indiquez un montant supérieur à zéro."
        on = new.received_on
        if on is None or not today(tx) - _OLDEST <= on <= today(tx):
            faults["received_on"] = "Indiquez le jour où l’argent est arrivé, aujourd’hui au plus tard."
        if new.customer_id is not None:
            get_customer(tx.session, new.customer_id)
        customer_id = new.customer_id or _customer(tx, new.customer, faults)
        if faults or on is None:
            raise Invalid("Ce paiement n’est pas enregistré.", faults)
        return receive(
            tx,
            kind=new.kind,
            amount_cents=new.amount_cents,
            received_on=on,
            customer_id=customer_id,
            reference=_one_line(new.reference),
            payer=_one_line(new.payer),
        )


def receive_line(actor: Actor, bank_line_id: UUID) -> Payment:
    """Make a payment of a line that came in and was left aside. Raises Conflict when it is one already, or goes out."""
    with transaction(actor) as tx:
        line = bank.get_line(tx.session, bank_line_id)
        permit(PERMISSIONS, actor, "payment.record", line)
        if line.amount_cents < 0:
            raise Conflict("Une sortie d’argent n’est pas un paiement reçu.")
        take_turn(tx.session, tx.tenant_id, "bank_statement")  # a payout of the provider may be looking for it
        if bank.is_taken(tx.session, line.id):
            raise Conflict("Cette ligne est déjà un paiement, ou un versement du prestataire de paiement.")
        return receive(
            tx,
            kind="transfer",
            amount_cents=line.amount_cents,
            received_on=line.booked_on,
            payer=line.counterpart,
            bank_line_id=line.id,
        )


def _customer(tx: Tx, words: str, faults: dict[str, str]) -> UUID | None:
    """The only customer that a name or a number finds."""
    wanted = _one_line(words)
    if not wanted:
        return None
    found = list_customers(tx.session, CustomerFilter(words=wanted), limit=_MOST_NAMED + 1)
    if len(found) == 1:
        return found[0].id
    if not found:
        faults["customer"] = f"Aucun client ne porte ce nom ni ce numéro{NBSP}: laissez vide si le payeur est inconnu."
    else:
        named = ", ".join(f"{one.name} ({one.number})" for one in found[:_MOST_NAMED])
        faults["customer"] = f"Plusieurs clients correspondent, indiquez le numéro{NBSP}: {named}."
    return None


def _one_line(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:140]
