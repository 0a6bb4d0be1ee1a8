"""The ceiling of a lot: the last euros asked by thirty at once, and what the refusal says."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import select

from kit.actor import system
from kit.errors import Conflict
from kit.transaction import transaction
from services_catalog.models import Lot, LotHolder
from services_catalog.service.ceiling import commit_amount, release_amount
from tenants.models import Tenant
from tests.services_catalog.market import a_lot, a_supplier


def ordered(tenant: Tenant, lot: Lot) -> tuple[int, list[int]]:
    """What the lot, and each of its holders by rank, have ordered."""
    with transaction(system(tenant.id, "tests")) as tx:
        holders = select(LotHolder.ordered_cents).where(LotHolder.lot_id == lot.id).order_by(LotHolder.rank)
        return tx.session.get_one(Lot, (tenant.id, lot.id)).ordered_cents, list(tx.session.scalars(holders))


def test_thirty_buyers_for_the_last_euros(tenant: Tenant) -> None:
    """5 000 € are left and each asks for 700 €: seven are served, whoever comes first."""
    armor, breizh = a_supplier(tenant), a_supplier(tenant)
    lot = a_lot(tenant, armor, breizh, maximum_cents=500_000)

    def buy(number: int) -> bool:
        provider = (armor, breizh)[number % 2].provider
        try:
            with transaction(system(tenant.id, "tests")) as tx:
                commit_amount(tx, lot.id, provider.id, 70_000)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(30) as pool:
        served = sum(pool.map(buy, range(30)))
    total, holders = ordered(tenant, lot)
    assert (served, total) == (7, 490_000)
    assert sum(holders) == total


def test_the_refusal_says_what_is_left(tenant: Tenant) -> None:
    supplier = a_supplier(tenant)
    lot = a_lot(tenant, supplier, maximum_cents=100_000)
    with transaction(system(tenant.id, "tests")) as tx:
        commit_amount(tx, lot.id, supplier.provider.id, 80_000)
    with pytest.raises(Conflict, match="il reste 200,00\N{NO-BREAK SPACE}€ HT, et cette commande en demande 200,01"):
        with transaction(system(tenant.id, "tests")) as tx:
            commit_amount(tx, lot.id, supplier.provider.id, 20_001)
    with transaction(system(tenant.id, "tests")) as tx:
        commit_amount(tx, lot.id, supplier.provider.id, 20_000)
    assert ordered(tenant, lot) == (100_000, [100_000])


def test_what_is_released_can_be_ordered_again(tenant: Tenant) -> None:
    supplier = a_supplier(tenant)
    lot = a_lot(tenant, supplier, maximum_cents=100_000)
    with transaction(system(tenant.id, "tests")) as tx:
        commit_amount(tx, lot.id, supplier.provider.id, 100_000)
        release_amount(tx, lot.id, supplier.provider.id, 60_000)
    assert ordered(tenant, lot) == (40_000, [40_000])


def test_an_order_to_somebody_who_holds_nothing_takes_nothing(tenant: Tenant) -> None:
    lot = a_lot(tenant, a_supplier(tenant))
    with pytest.raises(Conflict, match="titulaire"):
        with transaction(system(tenant.id, "tests")) as tx:
            commit_amount(tx, lot.id, uuid4(), 100)
    assert ordered(tenant, lot) == (0, [0])
