"""Agreements: written, changed, read with a picture of their lots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid, PreconditionMissing, Stale
from kit.french import NBSP, day
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import FrameworkAgreement, Lot
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import market as queries
from services_catalog.queries.market import HolderLine, ScheduleLine
from services_catalog.queries.turn import take_turn
from services_catalog.rules.agreement import AgreementTerms, read_agreement
from services_catalog.service.today import today


@dataclass(frozen=True)
class LotPicture:
    """A lot with its holders by rank, and their schedules."""

    lot: Lot
    holders: Sequence[HolderLine]
    schedules: Sequence[ScheduleLine]

    @property
    def left_cents(self) -> int:
        """What may still be ordered, excluding VAT."""
        return self.lot.maximum_cents - self.lot.ordered_cents


@dataclass(frozen=True)
class AgreementPicture:
    """An agreement with its lots, as seen on the day `on`."""

    agreement: FrameworkAgreement
    lots: Sequence[LotPicture]
    on: date


@dataclass(frozen=True)
class Agreements:
    """A page of agreements. `after` asks for the next one; None on the last."""

    items: Sequence[AgreementPicture]
    after: UUID | None


def list_agreements(actor: Actor, after: UUID | None = None, limit: int = 20) -> Agreements:
    """Agreements, the last to end first, each with its lots. Six statements whatever their number."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "agreement.view")
        found = queries.list_agreements(tx.session, after, limit + 1)
        pictures = _pictures(tx, found[:limit])
        return Agreements(pictures, found[limit - 1].id if len(found) > limit else None)


def view_agreement(actor: Actor, agreement_id: UUID, action: str = "agreement.view") -> AgreementPicture:
    """One agreement, for whoever may do `action` to it."""
    with transaction(actor) as tx:
        agreement = queries.get_agreement(tx.session, agreement_id)
        permit(PERMISSIONS, actor, action, agreement)
        return _pictures(tx, [agreement])[0]


def make_agreement(actor: Actor, sent: Mapping[str, Any]) -> FrameworkAgreement:
    """Write an agreement (fields of services_catalog.rules.agreement). Raises Invalid."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "agreement.write")
        terms = read_agreement(sent)
        _check_reference(tx, terms, None)
        agreement = FrameworkAgreement(id=uuid7(), created_at=tx.now, revision=1, **_columns(terms))
        tx.add(agreement)
        tx.audit("agreement.write", agreement.id, revision=1)
        tx.emit("agreement.write", agreement.id, "1")
        return agreement


def change_agreement(
    actor: Actor, agreement_id: UUID, sent: Mapping[str, Any], revision: int | None
) -> FrameworkAgreement:
    """Change an agreement that was read at `revision`. Raises Invalid when a price would fall outside its dates."""
    with transaction(actor) as tx:
        agreement = lock_agreement(tx, agreement_id, revision)
        terms = read_agreement(sent)
        _check_reference(tx, terms, agreement)
        _check_prices_inside(tx, agreement, terms)
        for name, value in _columns(terms).items():
            setattr(agreement, name, value)
        touch(tx, agreement)
        return agreement


def lock_agreement(tx: Tx, agreement_id: UUID, revision: int | None) -> FrameworkAgreement:
    """The agreement, for a change of it or of its lots by whoever read it at `revision`."""
    agreement = queries.get_agreement(tx.session, agreement_id, lock=True)
    permit(PERMISSIONS, tx.actor, "agreement.write", agreement)
    if revision is None:
        raise PreconditionMissing("Dites quelle version de l’accord-cadre vous modifiez. Rien n’a été modifié.")
    if revision != agreement.revision:
        raise Stale(
            "Quelqu’un a modifié cet accord-cadre depuis que vous l’avez lu. Rien n’a été modifié"
            f"{NBSP}: relisez-le, puis recommencez."
        )
    return agreement


def touch(tx: Tx, agreement: FrameworkAgreement) -> None:
    """The agreement, or one of its lots, has changed: whoever read it before must read it again."""
    agreement.revision += 1
    tx.audit("agreement.write", agreement.id, revision=agreement.revision)
    tx.emit("agreement.write", agreement.id, str(agreement.revision))


def _pictures(tx: Tx, agreements: Sequence[FrameworkAgreement]) -> list[AgreementPicture]:
    lots = queries.list_lots(tx.session, [agreement.id for agreement in agreements])
    ids = [lot.id for some in lots.values() for lot in some]
    holders, schedules = queries.list_holders(tx.session, ids), queries.list_schedules(tx.session, ids)
    on = today(tx)
    return [
        AgreementPicture(
            agreement, [LotPicture(lot, holders[lot.id], schedules[lot.id]) for lot in lots[agreement.id]], on
        )
        for agreement in agreements
    ]


def _columns(terms: AgreementTerms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in terms.__slots__}


def _check_reference(tx: Tx, terms: AgreementTerms, own: FrameworkAgreement | None) -> None:
    take_turn(tx.session, tx.tenant_id, "agreement")
    found = queries.find_reference(tx.session, terms.reference)
    if found is not None and (own is None or found.id != own.id):
        fault = f"La référence {terms.reference} est déjà celle d’un accord-cadre."
        raise Invalid(fault, {"reference": fault})


def _check_prices_inside(tx: Tx, agreement: FrameworkAgreement, terms: AgreementTerms) -> None:
    """No price outlives its agreement, and none precedes it: both are named."""
    faults: dict[str, str] = {}
    for schedule, lot_number in queries.live_schedules(tx.session, agreement.id):
        named = f"le bordereau n°{NBSP}{schedule.number} de {schedule.provider_name} (lot{NBSP}{lot_number})"
        if schedule.ends_on > terms.ends_on:
            faults["ends_on"] = (
                f"L’accord-cadre {terms.reference} finirait le {day(terms.ends_on)}, et {named} court jusqu’au "
                f"{day(schedule.ends_on)}."
            )
        if schedule.starts_on < terms.starts_on:
            faults["starts_on"] = (
                f"L’accord-cadre {terms.reference} commencerait le {day(terms.starts_on)}, et {named} commence le "
                f"{day(schedule.starts_on)}."
            )
    if faults:
        raise Invalid(next(iter(faults.values())), faults)
