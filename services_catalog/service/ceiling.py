"""What live orders take of a lot. Never more than its maximum, whatever the number of buyers at the same instant.

One UPDATE carries its own condition: a second buyer waits for the first one's row, then looks again. The table's CHECK
is the last wall. To be called last in a transaction: the lot's row stays locked until the commit.
"""

from uuid import UUID

from sqlalchemy import update

from kit.errors import Conflict, NotFound
from kit.french import NBSP, money
from kit.transaction import Tx
from services_catalog.models import Lot, LotHolder

NOT_READ_BACK = {"synchronize_session": False}  # rows already loaded keep the figures they were read with


def commit_amount(tx: Tx, lot_id: UUID, provider_id: UUID, net_cents: int) -> None:
    """Take `net_cents` (excluding VAT) of the lot for an order to one of its holders.

    Raises Conflict when less than that is left; the sentence says how much.
    """
    taken = tx.session.scalar(
        update(Lot)
        .where(Lot.id == lot_id, Lot.ordered_cents + net_cents <= Lot.maximum_cents)
        .values(ordered_cents=Lot.ordered_cents + net_cents)
        .returning(Lot.id)
        .execution_options(**NOT_READ_BACK)
    )
    if taken is None:
        raise Conflict(_what_is_left(tx, lot_id, net_cents))
    _share(tx, lot_id, provider_id, net_cents)


def check_left(lot: Lot, net_cents: int) -> None:
    """Refuse what the lot, as it was read, cannot take: whoever comes too late does no work and waits for no lock.

    `commit_amount` has the last word. Raises Conflict, with the same sentence.
    """
    if lot.ordered_cents + net_cents > lot.maximum_cents:
        raise Conflict(_too_much(lot, net_cents))


def release_amount(tx: Tx, lot_id: UUID, provider_id: UUID, net_cents: int) -> None:
    """Give back what an order had taken: it was cancelled, or came to less."""
    tx.session.execute(
        update(Lot)
        .where(Lot.id == lot_id)
        .values(ordered_cents=Lot.ordered_cents - net_cents)
        .execution_options(**NOT_READ_BACK)
    )
    _share(tx, lot_id, provider_id, -net_cents)


def _share(tx: Tx, lot_id: UUID, provider_id: UUID, net_cents: int) -> None:
    """The holder's part of the lot's orders: what « in turn » compares."""
    holder = tx.session.scalar(
        update(LotHolder)
        .where(LotHolder.lot_id == lot_id, LotHolder.provider_id == provider_id)
        .values(ordered_cents=LotHolder.ordered_cents + net_cents)
        .returning(LotHolder.rank)
        .execution_options(**NOT_READ_BACK)
    )
    if holder is None:
        raise Conflict("Ce prestataire n’est pas titulaire de ce lot. Rien n’a été commandé.")


def _what_is_left(tx: Tx, lot_id: UUID, net_cents: int) -> str:
    lot = tx.session.get(Lot, (tx.tenant_id, lot_id), populate_existing=True)
    if lot is None:
        raise NotFound("Ce lot n’existe pas.")
    return _too_much(lot, net_cents)


def _too_much(lot: Lot, net_cents: int) -> str:
    left = lot.maximum_cents - lot.ordered_cents
    return (
        f"Le lot{NBSP}{lot.number} «{NBSP}{lot.title}{NBSP}» approche de son maximum{NBSP}: il reste {money(left)} HT, "
        f"et cette commande en demande {money(net_cents)}. Rien n’a été commandé."
    )
