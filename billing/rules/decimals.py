"""Cents and basis points as exact decimals, Never a float."""


def euros(cents: int) -> str:
    """120000 → "1200.00"."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    return f"{sign}{cents // 100}.{cents % 100:02}"


def percent(rate: int) -> str:
    """Basis points as a percentage: 550 → "5.50"."""
    return euros(rate)


def shown_percent(rate: int) -> str:
    """550 → « 5,5 % »."""
    whole, part = divmod(rate, 100)
    decimals = f",{part:02}".rstrip("0") if part else ""
    return f"{whole}{decimals}\xa0%"
