"""Lots: their ceiling, and who holds them, in what order."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid
from kit.french import NBSP, money
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import FrameworkAgreement, Lot, LotHolder
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import market as queries
from services_catalog.rules.agreement import LotTerms, read_lot
from services_catalog.service.agreement import LotPicture, lock_agreement, touch

AWAY = 1000  # ranks in use are moved out of the way, for two holders may exchange theirs


def view_lot(actor: Actor, lot_id: UUID, action: str = "agreement.view") -> tuple[FrameworkAgreement, LotPicture]:
    """A lot with its holders and schedules, and its agreement, for whoever may do `action` to it."""
    with transaction(actor) as tx:
        lot = queries.get_lot(tx.session, lot_id)
        agreement = queries.get_agreement(tx.session, lot.agreement_id)
        permit(PERMISSIONS, actor, action, agreement)
        holders, schedules = queries.list_holders(tx.session, [lot_id]), queries.list_schedules(tx.session, [lot_id])
        return agreement, LotPicture(lot, holders[lot_id], schedules[lot_id])


def list_possible_holders(actor: Actor) -> Sequence[tuple[UUID, str]]:
    """(identifier, name) of the providers that a lot may be given to."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "agreement.write")
        return queries.provider_names(tx.session)


def make_lot(actor: Actor, agreement_id: UUID, sent: Mapping[str, Any], revision: int | None) -> Lot:
    """Add a lot to an agreement that was read at `revision` (fields of services_catalog.rules.agreement)."""
    with transaction(actor) as tx:
        agreement = lock_agreement(tx, agreement_id, revision)
        terms = read_lot(sent)
        _check_number(tx, agreement, terms, None)
        lot = Lot(id=uuid7(), agreement_id=agreement.id, ordered_cents=0)
        _write(tx, lot, terms)
        touch(tx, agreement)
        return lot


def change_lot(actor: Actor, lot_id: UUID, sent: Mapping[str, Any], revision: int | None) -> Lot:
    """Change a lot of an agreement that was read at `revision`. Its maximum never goes below what is ordered."""
    with transaction(actor) as tx:
        agreement = lock_agreement(tx, queries.get_lot(tx.session, lot_id).agreement_id, revision)
        # Locked: an order may be taking from it at this very instant.
        lot = tx.session.get_one(Lot, (tx.tenant_id, lot_id), with_for_update=True, populate_existing=True)
        terms = read_lot(sent)
        _check_number(tx, agreement, terms, lot)
        if terms.maximum_cents < lot.ordered_cents:
            fault = (
                f"{money(lot.ordered_cents)} HT sont déjà commandés sur ce lot{NBSP}: son maximum ne peut être moindre."
            )
            raise Invalid(fault, {"maximum": fault})
        _write(tx, lot, terms)
        touch(tx, agreement)
        return lot


def _check_number(tx: Tx, agreement: FrameworkAgreement, terms: LotTerms, own: Lot | None) -> None:
    for lot in queries.list_lots(tx.session, [agreement.id])[agreement.id]:
        if lot.number == terms.number and (own is None or lot.id != own.id):
            fault = f"L’accord-cadre {agreement.reference} a déjà un lot {terms.number}."
            raise Invalid(fault, {"number": fault})


def _write(tx: Tx, lot: Lot, terms: LotTerms) -> None:
    lot.number, lot.title = terms.number, terms.title
    lot.assignment, lot.maximum_cents = terms.assignment, terms.maximum_cents
    tx.add(lot)
    tx.session.flush()
    held = {
        holder.provider_id: holder for holder in tx.session.scalars(select(LotHolder).where(LotHolder.lot_id == lot.id))
    }
    known = dict(queries.provider_names(tx.session))
    if not set(terms.holders) <= known.keys() | held.keys():
        fault = "Choisissez les titulaires parmi les prestataires actifs du portail."
        raise Invalid(fault, {"holders": fault})
    _remove(tx, lot, [holder for provider_id, holder in held.items() if provider_id not in terms.holders])
    tx.session.execute(
        update(LotHolder)
        .where(LotHolder.lot_id == lot.id)
        .values(rank=LotHolder.rank + AWAY)
        .execution_options(synchronize_session=False)
    )
    for rank, provider_id in enumerate(terms.holders, start=1):
        if provider_id not in held:
            tx.add(LotHolder(lot_id=lot.id, provider_id=provider_id, rank=rank, ordered_cents=0))
            continue
        tx.session.execute(
            update(LotHolder)
            .where(LotHolder.lot_id == lot.id, LotHolder.provider_id == provider_id)
            .values(rank=rank)
            .execution_options(synchronize_session=False)
        )
    tx.session.flush()


def _remove(tx: Tx, lot: Lot, holders: Sequence[LotHolder]) -> None:
    """A holder leaves a lot only if it never had a price nor an order in it: else the past would lose its sense."""
    priced = queries.priced_holders(tx.session, lot.id)
    for holder in holders:
        if holder.ordered_cents or holder.provider_id in priced:
            fault = (
                "Un titulaire qui a des prix ou des commandes dans ce lot y reste. Pour ne plus rien lui commander, "
                "suspendez-le."
            )
            raise Invalid(fault, {"holders": fault})
        tx.session.delete(holder)
    tx.session.flush()
