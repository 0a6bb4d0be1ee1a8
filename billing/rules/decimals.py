"""Cents and basis points as exact decimals, never a float."""


def euros(cents: int) -> str:
    """120000 → "1200.00"."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def percent(rate: int) -> str:
    """Basis points as a percentage: 550 → "5.50"."""
    return euros(rate)
