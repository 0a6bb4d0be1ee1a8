"""The invoices of an order: one by payer, that together are the order to the cent. Pure, in cents."""

from dataclasses import dataclass

from kit.french import NBSP


@dataclass(frozen=True, slots=True)
class Part:
    """What one payer is asked for, VAT included, and the VAT in it at the quote's own rate."""

    share: str
    total_cents: int
    vat_cents: int


def split(total_cents: int, vat_cents: int, ars_cents: int) -> tuple[Part, ...]:
    """The parts of a total (VAT included) of which the ARS pays `ars_cents`; a payer of nothing has none.

    The ARS's VAT is in proportion to its part, rounded half up to the cent; the remainder takes the rest.
    """
    if not total_cents:
        return ()
    if not ars_cents:
        return (Part("whole", total_cents, vat_cents),)
    ars_vat = (2 * vat_cents * ars_cents + total_cents) // (2 * total_cents)
    parts = (
        Part("ars", ars_cents, ars_vat),
        Part("remainder", total_cents - ars_cents, vat_cents - ars_vat),
    )
    return tuple(part for part in parts if part.total_cents)


def share_words(share: str, percent: int | None, capped: bool = False) -> str:
    """How a line begins: « Part ARS (80 %) », « Reste à charge (20 %) », "" when there is one payer.

    `percent` is what the ARS's share is said to be; a capped share is no percentage any more.
    """
    if share == "whole":
        return ""
    name = "Part ARS" if share == "ars" else "Reste à charge"
    if capped:
        return f"{name} (aide plafonnée)"
    if percent is None:
        return name
    return f"{name} ({percent if share == 'ars' else 100 - percent}{NBSP}%)"
