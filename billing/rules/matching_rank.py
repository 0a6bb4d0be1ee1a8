"""The invoices that a payment may be for, the most likely first, each with its reasons: what a person chooses among."""

from collections.abc import Sequence
from dataclasses import dataclass

from billing.rules.matching import Candidate, Candidates, Transfer

_NAMED, _ALIKE, _OWNER, _ACCOUNT, _NAME, _AMOUNT = 100, 60, 50, 40, 30, 25


@dataclass(frozen=True, slots=True)
class Ranked:
    """An invoice that a payment may be for: why, in a few words."""

    invoice: Candidate
    left_cents: int
    score: int
    reasons: tuple[str, ...]


def rank(line: Transfer, candidates: Candidates, limit: int = 20) -> Sequence[Ranked]:
    """The open invoices, those with the best reasons first, then the oldest due; at most `limit`."""
    exact, alike = candidates.named(line)
    reasons = (
        (_NAMED, "citée dans le libellé", {one.id for one in exact}, "id"),
        (_ALIKE, "numéro proche dans le libellé", {one.id for one in alike}, "id"),
        (_OWNER, "client reconnu", {line.customer_id} - {None}, "customer_id"),
        (_ACCOUNT, "compte bancaire déjà vu", candidates.by_account(line), "customer_id"),
        (_NAME, "nom proche", candidates.by_name(line), "customer_id"),
        (_AMOUNT, "montant exact", {one.id for one in candidates.of_amount(line.amount_cents)}, "id"),
    )
    found = []
    for one in candidates.invoices.values():
        left = candidates.left[one.id]
        if left <= 0:
            continue
        held = [(points, word) for points, word, ids, key in reasons if getattr(one, key) in ids]
        found.append(Ranked(one, left, sum(points for points, _ in held), tuple(word for _, word in held)))
    found.sort(key=lambda one: (-one.score, one.invoice.due_on, one.invoice.number))
    return found[:limit]
