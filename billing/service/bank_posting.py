"""What the lines of a statement become: payments, matched when it is certain; thousands in a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert

from billing.models import Matching, Payment
from billing.queries import bank as queries
from billing.queries.receivable import lock_receivables
from billing.rules.bank import Movement
from billing.rules.journal import Side
from billing.rules.matching import Candidates, Proposal, Transfer, propose
from billing.rules.matching_text import serials
from billing.service.journal_batch import Entry, post_all
from kit.db import uuid7
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from services_catalog.service.today import today

_PROVIDER = "stripe"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that comes in with a line: the payment it makes, and what that pays."""

    payment_id: UUID
    line_id: UUID
    movement: Movement
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class Posted:
    """How many payments were made, and how many of them were matched."""

    payments: int
    matched: int


def transfer_of(movement: Movement) -> Transfer:
    """What is known of a movement that came in."""
    return Transfer(movement.amount_cents, movement.wording, movement.counterpart, movement.counterpart_iban)


def names_provider(movement: Movement) -> bool:
    """Whether it is what the online provider pays: its payouts have their own entry, they are nobody's payment."""
    return _PROVIDER in f"{movement.counterpart} {movement.wording}".lower()


def candidates_for(tx: Tx, transfers: Sequence[Transfer]) -> Candidates:
    """The invoices that these transfers may pay, and who their payers may be."""
    named = {one for line in transfers for one in serials(f"{line.wording} {line.counterpart}")}
    accounts = queries.list_accounts(tx.session, (line.counterpart_iban for line in transfers))
    return Candidates(queries.list_candidates(tx.session, named), queries.list_names(tx.session), accounts)


def propose_all(transfers: Iterable[Transfer], candidates: Candidates) -> list[Proposal]:
    """What each transfer pays, in their order: what one certainly pays is no more to be paid by the next."""
    found = []
    for line in transfers:
        proposal = propose(line, candidates)
        if proposal.kind == "certain":
            candidates.settle(proposal.allocations)
        found.append(proposal)
    return found


def post_lines(tx: Tx, lines: Sequence[tuple[UUID, Movement]]) -> Posted:
    """Make a payment of each line that came in, and match those that are certain. Call it last: it numbers entries."""
    transfers = [transfer_of(movement) for _, movement in lines]
    candidates = candidates_for(tx, transfers)
    proposals = propose_all(transfers, candidates)
    arrivals = [Arrival(uuid7(), *line, proposal) for line, proposal in zip(lines, proposals, strict=True)]
    certain = [one for one in arrivals if one.proposal.kind == "certain"]
    locked = lock_receivables(tx.session, (part.invoice_id for one in certain for part in one.proposal.allocations))
    seen = {one.id: one.open_cents for one in candidates.invoices.values()}
    moved = {one for one, row in locked.items() if row.open_cents != seen[one]}
    # Somebody paid it since it was read: a person decides.
    certain = [one for one in certain if moved.isdisjoint(part.invoice_id for part in one.proposal.allocations)]
    _insert_payments(tx, arrivals)
    owners = {one: row.customer_id for one, row in locked.items()}
    made = _insert_matchings(tx, certain)
    settled = _settled(tx, owners)
    names = queries.list_names(tx.session)
    post_all(tx, [_entry(one, names) for one in arrivals] + _transfers(tx, made, owners))
    _tell(tx, arrivals, made, settled)
    return Posted(len(arrivals), len(certain))


def _insert_payments(tx: Tx, arrivals: Sequence[Arrival]) -> None:
    rows = [
        {
            "tenant_id": tx.tenant_id,
            "id": one.payment_id,
            "kind": "transfer",
            "customer_id": one.proposal.customer_id,
            "bank_line_id": one.line_id,
            "received_on": one.movement.booked_on,
            "amount_cents": one.movement.amount_cents,
            "open_cents": one.movement.amount_cents,
            "reference": one.movement.bank_reference[:35],
            "payer": one.movement.counterpart,
            "recorded_by": tx.actor.user_id,
            "recorded_at": tx.now,
        }
        for one in arrivals
    ]
    if rows:
        tx.session.execute(insert(Payment), rows)


def _insert_matchings(tx: Tx, certain: Sequence[Arrival]) -> list[tuple[Matching, Arrival]]:
    made = [
        (
            Matching(
                tenant_id=tx.tenant_id,
                id=uuid7(),
                kind="payment",
                invoice_id=part.invoice_id,
                payment_id=one.payment_id,
                amount_cents=part.amount_cents,
                reason=one.proposal.reason,
                automatic=True,
                matched_by=tx.actor.user_id,
                matched_on=today(tx),
                matched_at=tx.now,
            ),
            one,
        )
        for one in certain
        for part in one.proposal.allocations
    ]
    tx.session.add_all([row for row, _ in made])
    tx.session.flush()
    return made


def _settled(tx: Tx, owners: Mapping[UUID, UUID]) -> list[UUID]:
    rows = lock_receivables(tx.session, owners)
    return [one for one, row in rows.items() if row.open_cents == 0]


def _entry(one: Arrival, names: Mapping[UUID, str]) -> Entry:
    owner, cents = one.proposal.customer_id, one.movement.amount_cents
    called = names.get(owner, "") if owner else one.movement.counterpart or "payeur inconnu"
    return Entry(
        journal="BQ",
        on=one.movement.booked_on,
        piece=one.movement.bank_reference[:35] or f"P{one.payment_id.hex[-10:].upper()}",
        piece_on=one.movement.booked_on,
        wording=f"Virement {called}"[:200],
        subject="payment",
        subject_id=one.payment_id,
        sides=(Side("bank", cents), Side("customers" if owner else "suspense", 0, cents, owner)),
    )


def _transfers(tx: Tx, made: Sequence[tuple[Matching, Arrival]], owners: Mapping[UUID, UUID]) -> list[Entry]:
    """One transfer may pay invoices of several customers: it moves from its owner's account to theirs."""
    return [
        Entry(
            journal="OD",
            on=row.matched_on,
            piece=one.movement.bank_reference[:35] or f"P{one.payment_id.hex[-10:].upper()}",
            piece_on=row.matched_on,
            wording="Paiement pour un autre client",
            subject="matching",
            subject_id=row.id,
            sides=(
                Side("customers", row.amount_cents, 0, one.proposal.customer_id),
                Side("customers", 0, row.amount_cents, owners[row.invoice_id]),
            ),
        )
        for row, one in made
        if row.invoice_id and owners[row.invoice_id] != one.proposal.customer_id
    ]


def _tell(
    tx: Tx, arrivals: Sequence[Arrival], made: Sequence[tuple[Matching, Arrival]], settled: Sequence[UUID]
) -> None:
    audits = [
        ("payment.record", one.payment_id, {"amount_cents": one.movement.amount_cents, "kind": "transfer"})
        for one in arrivals
    ] + [
        ("matching.make", row.id, {"kind": row.kind, "amount_cents": row.amount_cents, "automatic": True})
        for row, _ in made
    ]
    key = {"tenant_id": tx.tenant_id}
    for action, subject_id, facts in audits:
        tx.audit(action, subject_id, **facts)
    news = [("matching.make", row.id) for row, _ in made] + [("receivable.settle", one) for one in settled]
    if news:
        told = {"key": "", "emitted_at": tx.now, "relay_after": tx.now, "relays": 0, **key}
        rows = [told | {"topic": topic, "subject_id": one, "id": uuid7()} for topic, one in news]
        tx.session.execute(insert(OutboxMessage), rows)
