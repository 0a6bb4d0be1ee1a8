"""How much of each line a credit note takes: never more than is left. Pure.

VAT follows the amount: what is left of the line's VAT × amount / what is left of the line, rounded half up; whoever
takes the rest of a line takes the rest of its VAT, so that credit notes of a whole line add up to it to the cent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kit.errors import Conflict, Invalid
from kit.french import NBSP, money

REASON_LENGTH = 500
NOT_MADE = "L’avoir n’est pas établi."


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a line of an issued invoice, in cents, credit notes under way deducted."""

    line_id: UUID
    designation: str
    net_cents: int
    vat_cents: int

    @property
    def total_cents(self) -> int:
        """VAT included."""
        return self.net_cents + self.vat_cents


@dataclass(frozen=True, slots=True)
class Taken:
    """What a credit note takes of a line."""

    line_id: UUID
    net_cents: int
    vat_cents: int
    total_cents: int


def credit(left: Sequence[Left], amounts: Mapping[UUID, int] | None) -> list[Taken]:
    """Share a credit note over lines: `amounts` (cents, VAT included) by line, or None for all that is left.

    Raises Invalid, its fields named `line-<identifier>`, for what is above the line or below zero; Conflict when
    nothing is left.
    """
    if not any(line.total_cents for line in left):
        raise Conflict("Cette facture est déjà entièrement couverte par des avoirs.")
    wanted = {line.line_id: line.total_cents for line in left} if amounts is None else amounts
    known = {line.line_id: line for line in left}
    errors = {f"line-{line_id}": sentence for line_id in wanted if (sentence := _fault(known, line_id, wanted))}
    if not errors and not any(wanted.values()):
        errors["amounts"] = "Indiquez un montant sur une ligne au moins."
    if errors:
        raise Invalid(NOT_MADE, errors)
    return [_taken(line, wanted[line.line_id]) for line in left if wanted.get(line.line_id)]


def read_credit(left: Sequence[Left], amounts: Mapping[UUID, int] | None, reason: str) -> tuple[list[Taken], str]:
    """What a credit note takes, and why; everything that is wrong is said at once. Raises Invalid, Conflict."""
    wrong: dict[str, str] = {}
    taken: list[Taken] = []
    why = ""
    try:
        taken = credit(left, amounts)
    except Invalid as error:
        wrong.update(error.fields)
    try:
        why = read_reason(reason)
    except Invalid as error:
        wrong.update(error.fields)
    if wrong:
        raise Invalid(NOT_MADE, wrong)
    return taken, why


def read_reason(text: str) -> str:
    """Why: the customer reads it on the credit note. Raises Invalid."""
    reason = " ".join(text.split())
    if not reason:
        raise Invalid("Le motif manque.", {"reason": "Indiquez le motif\N{NO-BREAK SPACE}: le client le lira."})
    if len(reason) > REASON_LENGTH:
        raise Invalid("Le motif est trop long.", {"reason": f"{REASON_LENGTH} caractères au plus."})
    return reason


def _fault(known: Mapping[UUID, Left], line_id: UUID, wanted: Mapping[UUID, int]) -> str:
    if line_id not in known:
        return "Cette ligne n’est pas de cette facture."
    if wanted[line_id] < 0:
        return "Un avoir s’écrit avec des montants positifs."
    if wanted[line_id] > known[line_id].total_cents:
        return (
            f"Il ne reste que {money(known[line_id].total_cents)} sur cette ligne{NBSP}: un avoir ne peut pas dépasser."
        )
    return ""


def _taken(line: Left, amount: int) -> Taken:
    vat = (2 * line.vat_cents * amount + line.total_cents) // (2 * line.total_cents)
    return Taken(line.line_id, amount - vat, vat, amount)
