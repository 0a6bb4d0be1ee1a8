"""Credit notes and corrected invoices: in full, in part, never above, settled by themselves."""

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.models import Customer, Invoice, JournalEntry, JournalLine, Matching, Receivable
from billing.rules.content import read_content
from billing.rules.credit import Left
from billing.rules.credit import credit as share
from billing.service.credit import correct, credit, view_left
from billing.service.draft import discard_drafts, restore_drafts
from billing.service.matching import match
from billing.service.queueing import queue_drafts
from kit.actor import Actor, system
from kit.errors import Conflict, Forbidden, Invalid, NotFound
from kit.transaction import transaction
from tenants.models import Tenant
from tests.billing.issuing import a_manager, issue_all, issued, lines, rows_of, series_is_whole
from tests.billing.rows import a_customer, a_draft, a_payment, an_issuer, owned_by

WHY = "Intervention annulée"


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    an_issuer(tenant)
    return a_customer(tenant)


@pytest.fixture
def manager(tenant: Tenant) -> Actor:
    return a_manager(tenant)


def send(tenant: Tenant, who: Actor, *drafts: Invoice) -> list[str]:
    queue_drafts(who, [one.id for one in drafts])
    return issue_all(tenant)


def open_cents(tenant: Tenant, invoice: Invoice) -> int:
    return int(owned_by(tenant, Receivable, invoice.id).open_cents)


def test_a_full_credit_note_settles_its_invoice(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    invoice = issued(tenant, customer, 12_000, 6_001)
    note = credit(manager, invoice.id, None, WHY)
    assert (note.kind, note.state, note.total_cents, note.vat_cents) == (
        *("credit_note", "draft", 18_001, invoice.vat_cents),
    )
    assert send(tenant, manager, note) == ["issued"]
    found = owned_by(tenant, Invoice, note.id)
    assert found.number == "F2026-000002"
    assert found.due_on == found.issued_on
    content = read_content(found.content or {})
    assert (content.kind, content.reference_number, content.reason) == ("credit_note", invoice.number, WHY)
    assert (open_cents(tenant, invoice), open_cents(tenant, note)) == (0, 0)
    (made,) = rows_of(tenant, Matching)
    assert (made.kind, made.amount_cents, made.automatic) == ("credit_note", 18_001, True)
    assert "F2026-000002" in made.reason
    assert len(rows_of(tenant, JournalEntry)) == 2
    balance: dict[str, int] = {}
    for one in rows_of(tenant, JournalLine):
        balance[one.account] = balance.get(one.account, 0) + one.debit_cents - one.credit_cents
    assert set(balance.values()) == {0}, "a full credit note undoes the sale, account by account"


def test_parts_by_line_add_up_and_never_exceed(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    invoice = issued(tenant, customer, 12_000, 6_001)
    first, second = lines(tenant, invoice.id)
    part = credit(manager, invoice.id, {first.id: 4_000}, WHY)
    assert (part.total_cents, part.vat_cents) == (4_000, 667)
    with pytest.raises(Invalid) as refused:
        credit(manager, invoice.id, {first.id: 8_001, second.id: 1}, WHY)
    assert list(refused.value.fields) == [f"line-{first.id}"]
    assert "80,00" in refused.value.fields[f"line-{first.id}"]
    rest = credit(manager, invoice.id, None, WHY)
    assert part.total_cents + rest.total_cents == invoice.total_cents
    assert part.vat_cents + rest.vat_cents == invoice.vat_cents
    with pytest.raises(Conflict, match="entièrement"):
        credit(manager, invoice.id, None, WHY)
    assert send(tenant, manager, part, rest) == ["issued", "issued"]
    assert open_cents(tenant, invoice) == 0
    assert series_is_whole(tenant) == {2026: 3}


@pytest.mark.parametrize(
    ("amounts", "reason", "field"),
    [
        ({"x": -1}, WHY, "line"),
        ({"x": 0}, WHY, "amounts"),
        ({"x": 1, "stranger": 1}, WHY, "line"),
        (None, "   ", "reason"),
        (None, "x" * 501, "reason"),
    ],
)
def test_what_is_wrong_is_named(
    tenant: Tenant, customer: Customer, manager: Actor, amounts: dict[str, int] | None, reason: str, field: str
) -> None:
    invoice = issued(tenant, customer)
    known: dict[str, UUID] = {"x": lines(tenant, invoice.id)[0].id, "stranger": uuid4()}
    with pytest.raises(Invalid) as refused:
        credit(manager, invoice.id, amounts and {known[name]: cents for name, cents in amounts.items()}, reason)
    assert all(name.startswith(field) for name in refused.value.fields)


def test_a_paid_invoice_leaves_its_credit_open(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    invoice = issued(tenant, customer, 12_000)
    payment = a_payment(tenant, customer, 9_000)
    with transaction(system(tenant.id, "tests")) as tx:
        match(tx, kind="payment", amount_cents=9_000, reason="Essai", invoice_id=invoice.id, payment_id=payment.id)
    note = credit(manager, invoice.id, None, WHY)
    assert send(tenant, manager, note) == ["issued"]
    assert (open_cents(tenant, invoice), open_cents(tenant, note)) == (0, 9_000)


def test_a_credit_note_is_not_credited_nor_a_draft(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    invoice = issued(tenant, customer)
    note = credit(manager, invoice.id, None, WHY)
    with pytest.raises(NotFound):
        credit(manager, note.id, None, WHY)
    assert send(tenant, manager, note) == ["issued"]
    with pytest.raises(Conflict, match="ne se crédite pas"):
        credit(manager, note.id, None, WHY)
    with pytest.raises(NotFound):
        credit(manager, a_draft(tenant, customer).id, None, WHY)
    stranger = Actor("person", tenant.id, name="ARS", roles=frozenset({"ars_instructor"}))
    with pytest.raises((Forbidden, NotFound)):
        credit(stranger, invoice.id, None, WHY)


def test_many_at_once_never_exceed_the_invoice(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    invoice = issued(tenant, customer, 12_000)
    (line,) = lines(tenant, invoice.id)

    def ask() -> bool:
        try:
            return bool(credit(manager, invoice.id, {line.id: 5_000}, WHY))
        except Invalid:
            return False

    with ThreadPoolExecutor(4) as pool:
        made = [one.result() for one in [pool.submit(copy_context().run, ask) for _ in range(6)]]
    assert sum(made) == 2


def test_a_discarded_credit_note_comes_back_while_there_is_room(
    tenant: Tenant, customer: Customer, manager: Actor
) -> None:
    invoice = issued(tenant, customer)
    note = credit(manager, invoice.id, None, WHY)
    discard_drafts(manager, [note.id])
    assert view_left(manager, invoice.id)[1][0].total_cents == 12_000
    restore_drafts(manager, [note.id])
    discard_drafts(manager, [note.id])
    credit(manager, invoice.id, None, WHY)
    with pytest.raises(Conflict, match="entre-temps"):
        restore_drafts(manager, [note.id])


def test_a_corrected_invoice_replaces_the_first(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    invoice = issued(tenant, customer, 12_000, 6_000)
    note, corrected = correct(manager, invoice.id, "Numéro d’engagement erroné")
    assert (note.total_cents, corrected.total_cents, corrected.kind) == (18_000, 18_000, "corrected")
    with pytest.raises(Conflict, match="déjà"):
        correct(manager, invoice.id, WHY)
    assert send(tenant, manager, corrected) == ["refused"]
    back = owned_by(tenant, Invoice, corrected.id)
    assert "F2026-000001" in back.findings[0]["sentence"]
    assert send(tenant, manager, corrected, note) == ["issued", "issued"]
    found = owned_by(tenant, Invoice, corrected.id)
    assert (owned_by(tenant, Invoice, note.id).number, found.number) == ("F2026-000002", "F2026-000003")
    assert read_content(found.content or {}).reference_number == "F2026-000001"
    assert [open_cents(tenant, one) for one in (invoice, note, corrected)] == [0, 0, 18_000]


def test_what_was_paid_goes_to_the_corrected_invoice(tenant: Tenant, customer: Customer, manager: Actor) -> None:
    invoice = issued(tenant, customer, 12_000)
    payment = a_payment(tenant, customer, 12_000)
    with transaction(system(tenant.id, "tests")) as tx:
        match(tx, kind="payment", amount_cents=12_000, reason="Essai", invoice_id=invoice.id, payment_id=payment.id)
    note, corrected = correct(manager, invoice.id, WHY)
    assert send(tenant, manager, note, corrected) == ["issued", "issued"]
    assert [open_cents(tenant, one) for one in (invoice, note, corrected)] == [0, 0, 0]
    assert len(rows_of(tenant, Matching, Matching.kind == "credit_note")) == 1


cents = st.integers(0, 10_000_000)


@given(st.lists(st.tuples(cents, cents), min_size=1, max_size=5), st.data())
def test_any_sequence_of_parts_adds_up_to_the_invoice(amounts: list[tuple[int, int]], data: st.DataObject) -> None:
    """Lines of any VAT (above their net too): parts never go below zero, and the last one leaves nothing."""
    left = [Left(uuid4(), "ligne", max(net, 1), vat) for net, vat in amounts]
    whole = {one.line_id: (one.net_cents, one.vat_cents) for one in left}
    taken: dict[UUID, list[int]] = {one.line_id: [0, 0] for one in left}
    for _ in range(4):
        wanted = {one.line_id: data.draw(st.integers(0, one.total_cents)) for one in left}
        if not any(wanted.values()):
            continue
        for part in share(left, wanted):
            assert part.net_cents >= 0
            assert part.vat_cents >= 0
            taken[part.line_id][0] += part.net_cents
            taken[part.line_id][1] += part.vat_cents
        left = [
            Left(one.line_id, "", *(a - b for a, b in zip(whole[one.line_id], taken[one.line_id], strict=True)))
            for one in left
        ]
    if any(one.total_cents for one in left):
        for part in share(left, None):
            taken[part.line_id][0] += part.net_cents
            taken[part.line_id][1] += part.vat_cents
    assert {line_id: tuple(sums) for line_id, sums in taken.items()} == whole
