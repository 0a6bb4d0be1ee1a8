"""What people type and programs send, read in one way: a number, an identifier. What is none is None, never a fault."""

from uuid import UUID


def number(text: str, digits: int = 9) -> int | None:
    """A whole number of so many ASCII digits at most, without a sign."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None


def identifier(text: str) -> UUID | None:
    """An identifier, in any of the forms that `UUID` reads."""
    try:
        return UUID(text)
    except ValueError:
        return None
