"""What a transfer pays: certain, likely, or left to a person. Never more than came, never more than is open."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules.matching import Allocation, Candidate, Candidates, Proposal, Transfer, propose, spread
from billing.rules.matching_rank import rank
from billing.rules.matching_text import Names, References, serials

BREST, QUIMPER, TILLEULS = UUID(int=1), UUID(int=2), UUID(int=3)
NAMES = {BREST: "Centre hospitalier de Brest", QUIMPER: "CH Quimper Cornouaille", TILLEULS: "EHPAD Les Tilleuls"}
IBANS = {"FR1": [BREST], "FR-TRESOR": [BREST, QUIMPER]}


def bill(number: int, customer: UUID, cents: int, due: int | None = None) -> Candidate:
    """Invoice F2026-00000N."""
    name = f"F2026-{number:06}"
    due_on = date(2026, 1, 1) + timedelta(days=due if due is not None else number)
    return Candidate(UUID(int=100 + number), customer, name, f"RF00{name.replace('-', '')}", due_on, cents)


ONE, TWO, THREE = bill(1, BREST, 10_000), bill(2, BREST, 20_000), bill(3, QUIMPER, 10_000)
PAID, FIVE = bill(4, BREST, 0), bill(5, TILLEULS, 33_300)
BOOK = (ONE, TWO, THREE, PAID, FIVE)


def asked(cents: int, wording: str = "", counterpart: str = "", iban: str = "", owner: UUID | None = None) -> Proposal:
    return propose(Transfer(cents, wording, counterpart, iban, owner), Candidates(BOOK, NAMES, IBANS))


def paid(proposal: Proposal) -> dict[int, int]:
    """Cents by invoice number."""
    return {one.invoice_id.int - 100: one.amount_cents for one in proposal.allocations}


CASES: dict[str, tuple[tuple[Any, ...], str, dict[int, int], str]] = {
    # (amount, wording, counterpart, iban) -> kind, allocations, word of the reason
    "reference": ((10_000, "VIR RF00F2026000001"), "certain", {1: 10_000}, "montant exact"),
    "number": ((10_000, "FACTURE F2026-000001"), "certain", {1: 10_000}, "F2026-000001"),
    "number in lower case and spaces": ((10_000, "fact. f 2026 000 001 merci"), "certain", {1: 10_000}, "exact"),
    "number stuck to others": ((10_000, "MANDAT123/F2026-000001/BORD7"), "certain", {1: 10_000}, "exact"),
    "number read by a scanner": ((10_000, "F2O26-OOOOO1"), "certain", {1: 10_000}, "presque"),
    "number read by a scanner, partial": ((9_000, "F2O26-OOOOO1"), "likely", {1: 9_000}, "partiel"),
    "number that goes on": ((999, "F2026-0000012"), "none", {}, "inconnu"),
    "partial": ((4_000, "F2026-000001"), "certain", {1: 4_000}, "60,00"),
    "too much": ((10_500, "F2026-000001"), "certain", {1: 10_000}, "5,00"),
    "several": ((30_000, "F2026-000001 ET F2026-000002"), "certain", {1: 10_000, 2: 20_000}, "exact"),
    "several of two customers": ((20_000, "F2026-000001, F2026-000003"), "certain", {1: 10_000, 3: 10_000}, "et"),
    "several, not enough": ((25_000, "F2026-000001 F2026-000002"), "likely", {1: 10_000, 2: 15_000}, "partiel"),
    "several of two, too much": ((21_000, "F2026-000001, F2026-000003"), "likely", {1: 10_000, 3: 10_000}, "trop"),
    "paid already": ((10_000, "F2026-000004"), "none", {}, "double"),
    "one paid already": ((20_000, "F2026-000004 F2026-000002"), "likely", {2: 20_000}, "trop"),
    "partial by a stranger": ((4_000, "F2026-000005", "X", "FR1"), "likely", {5: 4_000}, "partiel"),
    "exact by a stranger": ((33_300, "F2026-000005", "X", "FR1"), "certain", {5: 33_300}, "exact"),
    "account and amount": ((10_000, "VIREMENT", "X", "FR1"), "certain", {1: 10_000}, "déjà vu"),
    "account and sum": ((30_000, "VIREMENT", "X", "FR1"), "certain", {1: 10_000, 2: 20_000}, "déjà vu"),
    "account alone": ((7_777, "VIREMENT", "X", "FR1"), "likely", {1: 7_777}, "anciennes"),
    "account, too much": ((40_000, "VIREMENT", "X", "FR1"), "likely", {1: 10_000, 2: 20_000}, "dépasse"),
    "account of several": ((10_000, "", "TRESORERIE", "FR-TRESOR"), "none", {}, "2 factures"),
    "account of several, one amount": ((20_000, "", "TRESORERIE", "FR-TRESOR"), "likely", {2: 20_000}, "commun"),
    "account of several and a name": ((10_000, "", "CH QUIMPER CORNOUAILLE", "FR-TRESOR"), "certain", {3: 10_000}, ""),
    "name and amount": ((33_300, "VIR", "EHPAD LES TILLEULS"), "certain", {5: 33_300}, "Nom"),
    "name in the wording": ((33_300, "VIREMENT RECU EHPAD LES TILLEULS"), "certain", {5: 33_300}, "Nom"),
    "name cut by the bank": ((10_000, "", "CENTRE HOSPITALIER DE BRES"), "certain", {1: 10_000}, "Nom"),
    "name alone": ((1, "", "EHPAD LES TILLEULS"), "likely", {5: 1}, "anciennes"),
    "amount alone": ((33_300, "VIREMENT", "INCONNU"), "likely", {5: 33_300}, "inconnu"),
    "amount of two": ((10_000, "VIREMENT", "INCONNU"), "none", {}, "2 factures"),
    "nothing": ((1, "VIREMENT", "INCONNU"), "none", {}, "aucune"),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_transfer_pays(name: str) -> None:
    line, kind, allocations, word = CASES[name]
    found = asked(*line)
    assert (found.kind, paid(found)) == (kind, allocations), found.reason
    assert word in found.reason


def test_whose_money_it_is_may_be_known_when_what_it_pays_is_not() -> None:
    assert asked(7_777, iban="FR1").customer_id == BREST
    assert asked(10_000, "F2026-000004").customer_id == BREST
    assert asked(1, "", "EHPAD LES TILLEULS").customer_id is None
    assert asked(33_300, "VIREMENT", "INCONNU").customer_id is None
    assert asked(20_000, owner=BREST).kind == "certain"


def test_two_explanations_are_left_to_a_person() -> None:
    three = (bill(1, BREST, 10_000), bill(2, BREST, 10_000), bill(3, BREST, 20_000))
    book = Candidates(three, NAMES, IBANS)
    for cents in (10_000, 20_000):
        found = propose(Transfer(cents, counterpart_iban="FR1"), book)
        assert (found.kind, found.allocations) == ("none", ())
        assert "plusieurs" in found.reason


def test_what_was_allocated_is_not_allocated_again() -> None:
    book = Candidates(BOOK, NAMES, IBANS)
    first = propose(Transfer(10_000, "F2026-000001"), book)
    book.settle(first.allocations)
    assert propose(Transfer(10_000, "F2026-000001"), book).kind == "none"
    book.settle([Allocation(TWO.id, 10_000)])
    assert paid(propose(Transfer(10_000, counterpart_iban="FR1"), book)) == {2: 10_000}


def test_candidates_are_ranked_with_their_reasons() -> None:
    found = rank(Transfer(10_000, "F2026-000002", "X", "FR1"), Candidates(BOOK, NAMES, IBANS), limit=3)
    assert [one.invoice.number[-1] for one in found] == ["2", "1", "3"]
    assert found[0].reasons == ("citée dans le libellé", "compte bancaire déjà vu")
    assert found[1].reasons == ("compte bancaire déjà vu", "montant exact")


def test_numbers_are_found_in_a_wording_whatever_surrounds_them() -> None:
    book = References([("a", ["F2026-000001"]), ("b", ["2026-000002"]), ("c", [""])])
    assert book.find("REF2026-000001")[0] == ["a"]
    assert book.find("12026-000002")[0] == []
    assert book.find("20260000021")[0] == []
    assert book.find("")[0] == []
    assert book.find("ß É ﬁ F2026 000001")[0] == ["a"]
    assert serials("F2026-000001 et 2027 0000012") >= {(2026, 1), (2027, 1), (2027, 12)}
    assert serials("2" * 5_000) == set()
    assert Names({BREST: "De la"}).close("DE LA", "") == set()


# Whatever the book and the line.
tags = st.sampled_from(["", "F2026-000001", "F2026 000002", "F2O26OOOOO3", "EHPAD LES TILLEULS", "X", "BREST"])
bills = st.lists(
    st.builds(
        lambda customer, cents, due: (customer, cents, due),
        st.sampled_from([BREST, QUIMPER, TILLEULS]),
        st.integers(0, 5) | st.integers(0, 10**9),
        st.integers(0, 3),
    ),
    max_size=6,
).map(lambda rows: [bill(number, *row) for number, row in enumerate(rows, start=1)])
lines = st.builds(
    Transfer,
    st.integers(1, 12) | st.integers(1, 10**10),
    st.lists(tags, max_size=3).map(" ".join) | st.text(max_size=30),
    tags,
    st.sampled_from(["", "FR1", "FR-TRESOR", "?"]),
    st.none() | st.just(BREST),
)


@given(bills, lines)
def test_never_more_than_came_nor_than_is_open(book: list[Candidate], line: Transfer) -> None:
    found = propose(line, Candidates(book, NAMES, IBANS))
    left = {one.id: one.open_cents for one in book}
    assert sum(one.amount_cents for one in found.allocations) <= line.amount_cents
    assert all(0 < one.amount_cents <= left[one.invoice_id] for one in found.allocations)
    assert len({one.invoice_id for one in found.allocations}) == len(found.allocations)
    assert (found.kind == "none") == (not found.allocations)
    assert found.kind != "certain" or found.customer_id
    assert found.reason.endswith((".", "?"))


@given(bills, lines, st.randoms())
def test_the_order_of_invoices_does_not_matter(book: list[Candidate], line: Transfer, chance: object) -> None:
    mixed = list(book)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert propose(line, Candidates(mixed, NAMES, IBANS)) == propose(line, Candidates(book, NAMES, IBANS))


@given(bills, lines)
def test_two_equal_candidates_are_never_chosen_between(book: list[Candidate], line: Transfer) -> None:
    """Every open invoice has a twin (same customer, same amount): without a number, one of two is never certain."""
    twins = [bill(100 + index, one.customer_id, one.open_cents, 9) for index, one in enumerate(book)]
    found = propose(
        Transfer(line.amount_cents, "", line.counterpart, line.counterpart_iban), Candidates(book + twins, NAMES, IBANS)
    )
    chosen = {one.invoice_id for one in found.allocations}
    if found.kind == "certain" and not any("2026" in word or "2O26" in word for word in [line.counterpart]):
        assert len(chosen) > 1


@given(bills, lines, st.integers(1, 10**6))
def test_more_money_never_pays_less_of_the_invoices_that_are_named(
    book: list[Candidate], line: Transfer, more: int
) -> None:
    def allocated(cents: int) -> int:
        asked = Transfer(cents, f"F2026-000001 {line.wording}", line.counterpart, line.counterpart_iban)
        return sum(one.amount_cents for one in propose(asked, Candidates(book, NAMES, IBANS)).allocations)

    if book:
        assert allocated(line.amount_cents) <= allocated(line.amount_cents + more)


@given(bills, st.integers(0, 10**9))
def test_an_invoice_of_somebody_else_changes_nothing_to_a_number_that_is_cited(
    book: list[Candidate], cents: int
) -> None:
    line = Transfer(5, "F2026-000001")
    other = bill(999_999, TILLEULS, cents)
    before = propose(line, Candidates(book, NAMES, IBANS))
    if before.kind == "certain":
        assert propose(line, Candidates([*book, other], NAMES, IBANS)) == before


@given(bills, st.integers(0, 10**10))
def test_spreading_uses_all_it_can(book: list[Candidate], cents: int) -> None:
    left = {one.id: one.open_cents for one in book}
    assert sum(one.amount_cents for one in spread(cents, book, left)) == min(cents, sum(left.values()))
