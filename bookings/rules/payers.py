"""Who pays what of an order: the ARS its share, the facility exactly the rest. Pure, in cents."""

from dataclasses import dataclass

from kit.french import money


@dataclass(frozen=True, slots=True)
class Shares:
    """The parts of a total, VAT included: they sum to it to the cent."""

    ars_cents: int
    remainder_cents: int


def share(total_cents: int, percent: int, cap_cents: int | None) -> Shares:
    """The ARS pays `percent` of the total rounded half up to the cent, `cap_cents` at most (None: no limit)."""
    part = (total_cents * percent + 50) // 100
    ars = part if cap_cents is None else min(part, cap_cents)
    return Shares(ars, total_cents - ars)


def share_in_words(shares: Shares, percent: int, cap_cents: int | None) -> str:
    """What the ARS takes and why, in a sentence; "" when it takes nothing."""
    if not shares.ars_cents:
        return ""
    if not shares.remainder_cents:
        return f"L’ARS paie la totalité, {money(shares.ars_cents)} TTC."
    capped = cap_cents is not None and shares.ars_cents == cap_cents
    limit = f", dans la limite de {money(cap_cents)}" if capped and cap_cents is not None else ""
    return f"L’ARS paie {percent}\N{NO-BREAK SPACE}% du prix TTC{limit}, soit {money(shares.ars_cents)}."
