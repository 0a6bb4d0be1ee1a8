"""The providers that a mission may go to, as the rule of assignment looks at them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from kit.transaction import Tx
from services_catalog.models import Lot, LotHolder, Provider
from services_catalog.queries import provider as queries
from services_catalog.rules.assignment import Candidate, Need, defect


def list_candidates(tx: Tx, lot_id: UUID, load: Mapping[UUID, int]) -> list[Candidate]:
    """The holders of a lot, by rank, for `choose`. `load` is what each has taken in the month of the need, if any.

    Four statements whatever the number of holders.
    """
    lot = tx.session.get_one(Lot, (tx.tenant_id, lot_id))
    return candidates_of(tx, queries.list_holders(tx.session, lot_id), load, lot.number)


def check_provider(tx: Tx, provider_id: UUID, need: Need, load: int = 0) -> str:
    """The first reason why a provider cannot do it (by hand as well), "" when it is fit. Raises NotFound.

    `load` is what it has taken in the month of the need.
    """
    provider = queries.get_provider(tx.session, tx.tenant_id, provider_id)
    (candidate,) = candidates_of(tx, [(provider, None)], {provider_id: load})
    return defect(candidate, need)


def candidates_of(
    tx: Tx,
    holders: Sequence[tuple[Provider, LotHolder | None]],
    load: Mapping[UUID, int],
    lot_number: int | None = None,
) -> list[Candidate]:
    """Providers as the rule looks at them, with their place in the lot if they hold one. Two statements."""
    ids = [provider.id for provider, _ in holders]
    qualified = queries.qualification_periods(tx.session, ids)
    insured = queries.insurance_periods(tx.session, ids)
    return [
        Candidate(
            provider_id=provider.id,
            name=provider.name,
            rank=holder.rank if holder else 0,
            ordered_cents=holder.ordered_cents if holder else 0,
            state=provider.state,
            zones=frozenset(provider.zones),
            skills=frozenset(provider.skills),
            capacity_half_days=provider.capacity_half_days,
            load_half_days=load.get(provider.id, 0),
            qualifications=qualified.get(provider.id, ()),
            insurances=insured.get(provider.id, ()),
            lot_number=lot_number,
        )
        for provider, holder in holders
    ]
