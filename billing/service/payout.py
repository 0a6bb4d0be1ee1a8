"""Payouts: what the provider paid to the bank, its fees in the accounts, and the bank line it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from billing.gateway import stripe as gateway
from billing.gateway.provider import SeenPayout
from billing.models import Payout
from billing.permissions import PERMISSIONS
from billing.queries import online as queries
from billing.rules.online import payout_path
from billing.rules.states import PAYOUT
from billing.service.journal import Side, post, reverse
from billing.service.payment_account import access_to
from kit.actor import Actor
from kit.db import uuid7
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.queries.turn import take_turn
from services_catalog.service.today import today


@dataclass(frozen=True, slots=True)
class Payouts:
    """A page of payouts, and how many there are."""

    rows: Sequence[Payout]
    total: int


def list_payouts(actor: Actor, page: int = 1) -> Payouts:
    """A page of payouts, the last first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payout.list")
        return Payouts(queries.list_payouts(tx.session, page), queries.count_payouts(tx.session))


def page_of_payouts(actor: Actor, after: UUID | None, limit: int) -> tuple[Sequence[Payout], UUID | None]:
    """A page of payouts and where the next one begins."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "payout.list")
        found = queries.page_of_payouts(tx.session, after, limit + 1)
        return found[:limit], found[limit - 1].id if len(found) > limit else None


def refresh_payout(actor: Actor, external_id: str, account_id: str) -> str:
    """Read a payout at the provider's, then apply it; returns its state. A payout never goes backwards."""
    with transaction(actor) as tx:
        access = access_to(tx, account_id)
    seen = gateway.read_payout(access, external_id)
    with transaction(actor) as tx:
        return apply_payout(tx, seen, account_id).state


def apply_payout(tx: Tx, seen: SeenPayout, account_id: str) -> Payout:
    """Make our row what was read; once it is paid, its amounts are in the accounts and stay.

    Takes the turn of the bank's lines first, as an import does: a line is one thing, and nobody waits in a circle.
    """
    take_turn(tx.session, tx.tenant_id, "bank_statement")
    figures = {"gross_cents": seen.gross_cents, "fee_cents": seen.fee_cents, "amount_cents": seen.amount_cents}
    first = {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "external_id": seen.external_id,
        "account_id": account_id,
        "arrives_on": seen.arrives_on,
        "state": PAYOUT.initial,
        "recorded_at": tx.now,
    }
    tx.session.execute(insert(Payout).values(**first, **figures).on_conflict_do_nothing())
    row = queries.find_payout(tx.session, seen.external_id, lock=True)
    if row is None:
        raise LookupError(seen.external_id)
    if row.state in ("pending", "in_transit"):
        row.arrives_on = seen.arrives_on
        row.gross_cents, row.fee_cents, row.amount_cents = figures.values()
    for word in payout_path(row.state, seen.state):
        tx.advance(row, PAYOUT, word, amount_cents=row.amount_cents)
        if word == "fail":
            row.bank_line_id = None
            reverse(
                tx,
                of="payout",
                of_id=row.id,
                on=today(tx),
                wording=f"Versement Stripe {row.external_id} revenu",
                subject="payout_failure",
                subject_id=row.id,
            )
        if word == "pay":
            _enter(tx, row)
    reconcile_payouts(tx)
    return row


def reconcile_payouts(tx: Tx) -> int:
    """Find the bank line of each payout that arrived; returns how many were found. Call it after an import too, which
    has taken the turn of the bank's lines.
    """
    found = 0
    for payout in queries.list_unreconciled(tx.session):
        line = queries.find_bank_line(tx.session, payout)
        if line is not None:
            payout.bank_line_id = line.id
            tx.session.flush()
            tx.audit("payout.reconcile", payout.id, bank_line_id=str(line.id), amount_cents=payout.amount_cents)
            found += 1
    return found


def _enter(tx: Tx, row: Payout) -> None:
    """BQ: the bank and the fees against what the provider held. A payout that takes money goes the other way."""
    sides = [
        _side("bank", row.amount_cents),
        _side("fees", row.fee_cents),
        _side("provider", -row.gross_cents),
    ]
    if any(side.debit_cents or side.credit_cents for side in sides):
        post(
            tx,
            journal="BQ",
            on=row.arrives_on,
            piece=row.external_id,
            piece_on=row.arrives_on,
            wording=f"Versement Stripe {row.external_id}",
            subject="payout",
            subject_id=row.id,
            sides=sides,
        )


def _side(key: str, cents: int) -> Side:
    """A debit above zero, a credit below."""
    return Side(key, debit_cents=max(cents, 0), credit_cents=max(-cents, 0))
