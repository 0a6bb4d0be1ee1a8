"""The holders of a lot, as the rule of assignment finds them in the database."""

from datetime import date

import pytest

from kit.actor import system
from kit.db import uuid7
from kit.errors import NotFound
from kit.transaction import transaction
from services_catalog.rules.assignment import Need, choose
from services_catalog.service.holder import check_provider, list_candidates
from tenants.models import Tenant
from tests.services_catalog.market import a_lot, a_supplier

NEED = Need(family="exercise", qualification="passi", department="35", on=date(2026, 12, 8), half_days=2)


def test_the_first_fit_holder_is_chosen_with_its_load(tenant: Tenant) -> None:
    unqualified, busy, free = a_supplier(tenant, None), a_supplier(tenant), a_supplier(tenant)
    lot = a_lot(tenant, unqualified, busy, free, assignment="ranked")
    with transaction(system(tenant.id, "tests")) as tx:
        candidates = list_candidates(tx, lot.id, {busy.provider.id: 39})
        choice = choose(candidates, NEED, lot.assignment)
    assert [one.rank for one in candidates] == [1, 2, 3]
    assert choice.provider_id == free.provider.id
    assert [name for name, _ in choice.refused] == [unqualified.provider.name, busy.provider.name]
    assert "titulaire de rang 3 du lot 2" in choice.sentence


def test_four_statements_whatever_the_number_of_holders(tenant: Tenant, statements: list[str]) -> None:
    sent = []
    for holders in ([a_supplier(tenant)], [a_supplier(tenant) for _ in range(3)]):
        lot = a_lot(tenant, *holders)
        with transaction(system(tenant.id, "tests")) as tx:
            before = len(statements)
            list_candidates(tx, lot.id, {})
            sent.append(len(statements) - before)
    assert sent == [4, 4]


def test_a_provider_without_the_qualification_cannot_be_assigned_by_hand(tenant: Tenant) -> None:
    unqualified, qualified = a_supplier(tenant, None), a_supplier(tenant)
    with transaction(system(tenant.id, "tests")) as tx:
        assert "n’est pas qualifié PASSI" in check_provider(tx, unqualified.provider.id, NEED)
        assert check_provider(tx, qualified.provider.id, NEED) == ""
        assert "n’a pas assez de temps" in check_provider(tx, qualified.provider.id, NEED, load=39)
        with pytest.raises(NotFound):
            check_provider(tx, uuid7(), NEED)
