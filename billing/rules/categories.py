"""Which categories of VAT may be on one invoice (EN 16931, BR-O-11 to BR-O-14)."""

from collections.abc import Iterable

from kit.french import NBSP


def mixable(categories: Iterable[str | None]) -> str:
    """Why lines of these categories cannot be on one invoice, in a sentence; empty when they can.

    What is outside the scope of VAT (O) is alone: with anything else no rule of EN 16931 accepts the invoice. The
    others mix. A category that is not known yet (None) is nothing to go by.
    """
    known = {one for one in categories if one}
    if "O" in known and len(known) > 1:
        return f"Ce qui est hors du champ de la TVA se facture à part{NBSP}: EN 16931 ne l’admet avec rien d’autre."
    return ""
