"""What a transfer pays, and why: certain, likely (a person decides), or nobody knows. Pure, and never a guess."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from billing.rules.matching_text import Names, References
from kit.french import NBSP, money

Kind = Literal["certain", "likely", "none"]
MOST_NAMED = 12


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money that came: what the bank says of it. `customer_id` when a person said whose it is."""

    amount_cents: int
    wording: str = ""
    counterpart: str = ""
    counterpart_iban: str = ""
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An issued invoice: what is left of it, zero when it is settled."""

    id: UUID
    customer_id: UUID
    number: str
    reference: str
    due_on: date
    open_cents: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many cents of the transfer, for an invoice."""

    invoice_id: UUID
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a transfer pays. `customer_id`: whose money it surely is, whatever it pays. `reason` in French."""

    kind: Kind
    allocations: tuple[Allocation, ...]
    reason: str
    customer_id: UUID | None = None


class Candidates:
    """Invoices that may be paid, whose accounts (IBAN) were seen before, how customers are called."""

    def __init__(
        self,
        invoices: Iterable[Candidate],
        names: Mapping[UUID, str],
        accounts: Mapping[str, Iterable[UUID]],
    ) -> None:
        self.invoices = {one.id: one for one in sorted(invoices, key=_age)}
        self.left = {one.id: one.open_cents for one in self.invoices.values()}
        self._references = References((one, (one.number, one.reference)) for one in self.invoices.values())
        self.called = dict(names)
        self._names = Names(names)
        self._accounts = {iban: frozenset(found) for iban, found in accounts.items()}
        self._of: dict[UUID, list[Candidate]] = {}
        self._by_amount: dict[int, dict[UUID, None]] = {}
        for one in self.invoices.values():
            self._of.setdefault(one.customer_id, []).append(one)
            self._by_amount.setdefault(one.open_cents, {})[one.id] = None

    def named(self, line: Transfer) -> tuple[list[Candidate], list[Candidate]]:
        """The invoices that the words name, and those they may name; the oldest first."""
        exact, alike = self._references.find(f"{line.wording} {line.counterpart}")
        return sorted(exact, key=_age), sorted(alike, key=_age)

    def by_account(self, line: Transfer) -> frozenset[UUID]:
        """Whose transfers came from this account before."""
        return self._accounts.get(line.counterpart_iban, frozenset()) if line.counterpart_iban else frozenset()

    def by_name(self, line: Transfer) -> set[UUID]:
        """The customers whose name is close."""
        return self._names.close(line.counterpart, line.wording)

    def open_of(self, customer_id: UUID) -> list[Candidate]:
        """What a customer has to pay, the oldest due first."""
        return [one for one in self._of.get(customer_id, ()) if self.left[one.id] > 0]

    def of_amount(self, cents: int) -> list[Candidate]:
        """The invoices of which just so much is left."""
        return [self.invoices[one] for one in self._by_amount.get(cents, ()) if self.left[one] == cents > 0]

    def settle(self, allocations: Iterable[Allocation]) -> None:
        """Count what was allocated: the next transfer finds less to pay."""
        for one in allocations:
            self.left[one.invoice_id] -= one.amount_cents
            self._by_amount.setdefault(self.left[one.invoice_id], {})[one.invoice_id] = None


def propose(line: Transfer, candidates: Candidates) -> Proposal:
    """What the transfer pays. Certain only when one explanation stands alone; two equal ones are left to a person."""
    exact, alike = candidates.named(line)
    if exact or alike:
        return _by_reference(line, candidates, exact or alike, doubt=not exact)
    if line.customer_id is not None:
        return _by_customer(line, candidates, line.customer_id, "Client reconnu", sure=True)
    known = candidates.by_account(line)
    if len(known) == 1:
        return _by_customer(line, candidates, next(iter(known)), "Compte bancaire déjà vu pour ce client", sure=True)
    close = candidates.by_name(line) & known if known else candidates.by_name(line)
    if len(close) == 1:
        return _by_customer(line, candidates, next(iter(close)), "Nom du payeur proche de celui du client", sure=False)
    return _by_amount(line, candidates, known)


def spread(amount_cents: int, invoices: Sequence[Candidate], left: Mapping[UUID, int]) -> tuple[Allocation, ...]:
    """The amount over invoices in their order, never more than what is left of each."""
    found = []
    for one in invoices:
        part = min(amount_cents, left[one.id])
        if part > 0:
            found.append(Allocation(one.id, part))
            amount_cents -= part
    return tuple(found)


def _by_reference(line: Transfer, candidates: Candidates, named: list[Candidate], doubt: bool) -> Proposal:
    waiting = [one for one in named if candidates.left[one.id] > 0]
    total = sum(candidates.left[one.id] for one in waiting)
    customers = {one.customer_id for one in named}
    owner = next(iter(customers)) if len(customers) == 1 and not doubt else None
    cites = f"Le libellé cite {'presque ' if doubt else ''}{_numbers(named)}"
    if not waiting:
        reason = f"{cites}, déjà {'réglée' if len(named) == 1 else 'réglées'}{NBSP}: paiement en double{NBSP}?"
        return Proposal("none", (), reason, owner)
    allocations = spread(line.amount_cents, waiting, candidates.left)
    elsewhere = candidates.by_account(line)
    stranger = bool(elsewhere) and elsewhere.isdisjoint(customers)
    settled = len(waiting) < len(named)
    rest = line.amount_cents - total
    if rest == 0 and not settled:
        return Proposal("certain", allocations, f"{cites}, montant exact.", owner or waiting[0].customer_id)
    if rest < 0:
        clear = len(named) == 1
        reason = f"{cites}, règlement partiel{NBSP}: {money(-rest)} restent à payer."
    else:
        clear = len(customers) == 1 and not settled
        reason = f"{cites}, {money(rest)} de trop{NBSP}: ils restent au crédit du client."
    certain = clear and not (doubt or stranger)
    return Proposal("certain" if certain else "likely", allocations, reason, owner)


def _by_customer(line: Transfer, candidates: Candidates, customer_id: UUID, how: str, sure: bool) -> Proposal:
    waiting = candidates.open_of(customer_id)
    owner = customer_id if sure else None
    if not waiting:
        return Proposal("none", (), f"{how}, qui n’a aucune facture à payer.", owner)
    fits = [[one] for one in waiting if candidates.left[one.id] == line.amount_cents]
    fits += [waiting[:size] for size in _exact_sums(line.amount_cents, waiting, candidates.left)]
    if len(fits) > 1:
        return Proposal("none", (), f"{how}, mais plusieurs factures correspondent au montant.", owner)
    if fits:
        chosen = fits[0]
        reason = f"{how}, montant exact de {_numbers(chosen)}."
        return Proposal("certain", spread(line.amount_cents, chosen, candidates.left), reason, customer_id)
    allocations = spread(line.amount_cents, waiting, candidates.left)
    total = sum(candidates.left[one.id] for one in waiting)
    more = line.amount_cents > total
    tail = "le montant dépasse ce qu’il doit" if more else "aucun montant exact, les plus anciennes d’abord"
    return Proposal("likely", allocations, f"{how}, {tail}.", owner)


def _exact_sums(amount_cents: int, waiting: Sequence[Candidate], left: Mapping[UUID, int]) -> list[int]:
    """How many of the oldest invoices together (two at least) make the amount."""
    total, found = 0, []
    for size, one in enumerate(waiting, start=1):
        total += left[one.id]
        if size > 1 and total == amount_cents:
            found.append(size)
    return found


def _by_amount(line: Transfer, candidates: Candidates, known: frozenset[UUID]) -> Proposal:
    same = candidates.of_amount(line.amount_cents)
    if known:
        same = [one for one in same if one.customer_id in known]
    who = "Compte bancaire commun à plusieurs clients" if known else "Payeur inconnu"
    if len(same) == 1:
        allocations = spread(line.amount_cents, same, candidates.left)
        return Proposal("likely", allocations, f"{who}, mais {_numbers(same)} a exactement ce montant.")
    if same:
        return Proposal("none", (), f"{who}, et {len(same)} factures ont ce montant.")
    return Proposal("none", (), f"{who}, et aucune facture n’a ce montant.")


def _numbers(named: Sequence[Candidate]) -> str:
    """« la facture F2026-000001 », « les factures F2026-000001 et F2026-000002 »."""
    said = [one.number for one in named[:MOST_NAMED]]
    if len(named) == 1:
        return f"la facture {said[0]}"
    if len(named) > MOST_NAMED:
        return f"{len(named)} factures"
    return f"les factures {', '.join(said[:-1])} et {said[-1]}"


def _age(one: Candidate) -> tuple[date, str, str]:
    return one.due_on, one.number, str(one.id)
