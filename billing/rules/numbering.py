"""Numbers of invoices, and the reference that a transfer quotes. Pure."""

import re

from stdnum.iso7064 import mod_97_10

REFERENCE_LENGTH = 21  # what ISO 11649 leaves after « RF » and its two check digits


def number(prefix: str, year: int, rank: int) -> str:
    """« F2026-000012 »: the series' prefix, its year, the rank on six digits (more when there are more)."""
    return f"{prefix}{year}-{rank:06}"


def provisional(prefix: str, year: int) -> str:
    """A number of the same shape, that no invoice bears: what is checked before the real one is taken."""
    return number(prefix, year, 0)


def payment_reference(invoice_number: str) -> str:
    """The ISO 11649 reference of an invoice: « RF », two check digits, its number without signs."""
    body = re.sub("[^A-Z0-9]", "", invoice_number.upper())[-REFERENCE_LENGTH:]
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"
