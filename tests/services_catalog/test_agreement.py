"""Agreements, lots and holders on the real database."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from kit.actor import Actor, system
from kit.errors import Forbidden, Invalid, NotFound, PreconditionMissing, Stale
from kit.transaction import transaction
from services_catalog.models import FrameworkAgreement
from services_catalog.service.agreement import change_agreement, list_agreements, make_agreement, view_agreement
from services_catalog.service.ceiling import commit_amount
from services_catalog.service.lot import change_lot, make_lot, view_lot
from tenants.models import Tenant
from tests.campaigns.files import a_person
from tests.services_catalog.bpu_files import a_draft, a_line
from tests.services_catalog.market import a_facility, a_lot, a_service, a_supplier

AGREEMENT: dict[str, Any] = {
    "reference": "2026-CYBER",
    "title": "Marché cyber-résilience",
    "starts_on": date(2026, 1, 1),
    "ends_on": date(2029, 12, 31),
    "adherents_only": True,
}
LOT: dict[str, Any] = {
    "number": 1,
    "title": "Diagnostics",
    "assignment": "ranked",
    "maximum": "100 000 €",
    "holders": [],
}


@pytest.fixture
def grades(tenant: Tenant) -> Actor:
    """Somebody who runs the market."""
    return a_person(tenant, "grades_manager")


def test_an_agreement_with_two_lots(tenant: Tenant, grades: Actor) -> None:
    armor, breizh = a_supplier(tenant).provider, a_supplier(tenant).provider
    agreement = make_agreement(grades, AGREEMENT)
    make_lot(grades, agreement.id, LOT | {"holders": [breizh.id, armor.id]}, 1)
    make_lot(grades, agreement.id, LOT | {"number": 2}, 2)
    picture = view_agreement(a_person(tenant, "ars_manager"), agreement.id)
    assert [lot.lot.number for lot in picture.lots] == [1, 2]
    assert [(holder.rank, holder.name) for holder in picture.lots[0].holders] == [(1, breizh.name), (2, armor.name)]
    assert picture.lots[0].left_cents == 10_000_000
    assert picture.agreement.revision == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"title": " "}, "title"),
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": date(2025, 12, 31)}, "ends_on"),
    ],
)
def test_an_agreement_that_cannot_be(grades: Actor, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_agreement(grades, AGREEMENT | change)
    assert field in refused.value.fields


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": 0}, "number"),
        ({"number": None}, "number"),
        ({"title": ""}, "title"),
        ({"assignment": "dice"}, "assignment"),
        ({"maximum": "beaucoup"}, "maximum"),
        ({"maximum": "0"}, "maximum"),
        ({"holders": ["twice", "twice"]}, "holders"),
        ({"holders": ["unknown"]}, "holders"),
        ({"assignment": "single", "holders": ["twice", "other"]}, "holders"),
    ],
)
def test_a_lot_that_cannot_be(tenant: Tenant, grades: Actor, change: dict[str, Any], field: str) -> None:
    named = {"twice": a_supplier(tenant).provider.id, "other": a_supplier(tenant).provider.id, "unknown": tenant.id}
    sent = LOT | change
    sent["holders"] = [named[name] for name in sent["holders"]]
    agreement = make_agreement(grades, AGREEMENT)
    with pytest.raises(Invalid) as refused:
        make_lot(grades, agreement.id, sent, 1)
    assert refused.value.fields.keys() == {field}


def test_two_with_one_name(grades: Actor) -> None:
    agreement = make_agreement(grades, AGREEMENT)
    with pytest.raises(Invalid, match="2026-CYBER"):
        make_agreement(grades, AGREEMENT)
    make_lot(grades, agreement.id, LOT, 1)
    with pytest.raises(Invalid, match="déjà un lot 1"):
        make_lot(grades, agreement.id, LOT, 2)


def test_nobody_writes_over_a_colleague(grades: Actor) -> None:
    agreement = make_agreement(grades, AGREEMENT)
    change_agreement(grades, agreement.id, AGREEMENT | {"title": "Autre objet"}, 1)
    with pytest.raises(Stale):
        change_agreement(grades, agreement.id, AGREEMENT, 1)
    with pytest.raises(Stale):
        make_lot(grades, agreement.id, LOT, 1)
    with pytest.raises(PreconditionMissing):
        change_agreement(grades, agreement.id, AGREEMENT, None)


def test_an_agreement_never_ends_before_a_price(tenant: Tenant, grades: Actor) -> None:
    supplier = a_supplier(tenant)
    lot = a_lot(tenant, supplier)
    a_draft(grades, lot, supplier, a_line("A", a_service(tenant)[0]))
    with transaction(system(tenant.id, "tests")) as tx:
        agreement = tx.session.get_one(FrameworkAgreement, (tenant.id, lot.agreement_id))
    sent = {name: getattr(agreement, name) for name in AGREEMENT}
    with pytest.raises(Invalid) as refused:
        change_agreement(grades, agreement.id, sent | {"ends_on": date(2027, 6, 30)}, 1)
    sentence = refused.value.fields["ends_on"].replace("\N{NO-BREAK SPACE}", " ")
    assert sentence == (
        f"L’accord-cadre {agreement.reference} finirait le 30 juin 2027, et le bordereau n° 1 de "
        f"{supplier.provider.name} (lot 2) court jusqu’au 31 décembre 2027."
    )
    with pytest.raises(Invalid) as refused:
        change_agreement(grades, agreement.id, sent | {"starts_on": date(2026, 6, 30)}, 1)
    assert "starts_on" in refused.value.fields


def test_holders_exchange_their_ranks(tenant: Tenant, grades: Actor) -> None:
    armor, breizh = a_supplier(tenant), a_supplier(tenant)
    lot = a_lot(tenant, armor, breizh, assignment="ranked")
    with transaction(system(tenant.id, "tests")) as tx:
        commit_amount(tx, lot.id, armor.provider.id, 500)
    sent = LOT | {"number": 2, "holders": [breizh.provider.id, armor.provider.id]}
    change_lot(grades, lot.id, sent, 1)
    _, picture = view_lot(grades, lot.id)
    assert [(holder.name, holder.ordered_cents) for holder in picture.holders] == [
        (breizh.provider.name, 0),
        (armor.provider.name, 500),
    ]


def test_a_holder_with_orders_or_prices_stays(tenant: Tenant, grades: Actor) -> None:
    ordered, priced, idle = a_supplier(tenant), a_supplier(tenant), a_supplier(tenant)
    lot = a_lot(tenant, ordered, priced, idle, assignment="ranked")
    with transaction(system(tenant.id, "tests")) as tx:
        commit_amount(tx, lot.id, ordered.provider.id, 500)
    a_draft(grades, lot, priced, a_line("A"))
    for gone in (ordered, priced):
        kept = [one.provider.id for one in (ordered, priced, idle) if one is not gone]
        with pytest.raises(Invalid, match="y reste"):
            change_lot(grades, lot.id, LOT | {"holders": kept}, 1)
    change_lot(grades, lot.id, LOT | {"holders": [ordered.provider.id, priced.provider.id]}, 1)


def test_a_maximum_never_goes_below_what_is_ordered(tenant: Tenant, grades: Actor) -> None:
    supplier = a_supplier(tenant)
    lot = a_lot(tenant, supplier)
    with transaction(system(tenant.id, "tests")) as tx:
        commit_amount(tx, lot.id, supplier.provider.id, 20_001)
    with pytest.raises(Invalid, match="déjà commandés"):
        change_lot(grades, lot.id, LOT | {"maximum": "200", "holders": [supplier.provider.id]}, 1)


def test_who_may(tenant: Tenant, grades: Actor) -> None:
    agreement = make_agreement(grades, AGREEMENT)
    ars = a_person(tenant, "ars_manager")
    assert list_agreements(ars).items
    with pytest.raises(Forbidden):
        change_agreement(ars, agreement.id, AGREEMENT, 1)
    for stranger in (a_facility(tenant).owner, a_supplier(tenant).owner):
        with pytest.raises(NotFound):
            view_agreement(stranger, agreement.id)
        with pytest.raises(Forbidden):
            list_agreements(stranger)


def test_a_list_costs_the_same_whatever_it_holds(tenant: Tenant, grades: Actor, statements: list[str]) -> None:
    counted = []
    for more in (1, 2):
        for _ in range(more):
            a_lot(tenant, a_supplier(tenant), a_supplier(tenant))
        statements.clear()
        list_agreements(grades)
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 8


def test_pages_of_agreements(tenant: Tenant, grades: Actor) -> None:
    for number in range(3):
        make_agreement(grades, AGREEMENT | {"reference": f"M-{number}"})
    first = list_agreements(grades, limit=2)
    rest = list_agreements(grades, first.after, limit=2)
    assert [one.agreement.reference for one in [*first.items, *rest.items]] == ["M-2", "M-1", "M-0"]
    assert rest.after is None


def test_the_same_reference_at_once_is_one_agreement(grades: Actor) -> None:
    def write(_: int) -> bool:
        try:
            make_agreement(grades, AGREEMENT)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1
