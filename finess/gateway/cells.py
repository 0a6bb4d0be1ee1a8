"""Single values as files hold them: padded, empty, of the wrong type, or with characters no database takes."""

from datetime import date
from typing import Any

LONGEST = 500  # characters: no name is longer, and no index of PostgreSQL takes four times more


def text(value: Any) -> str | None:
    """A value without the padding of the old fixed-width base; None when nothing is left, or it is no text."""
    if value is None:
        return None
    if not isinstance(value, str):
        if isinstance(value, bool | dict | list):
            return None
        value = str(value)
    if not value.isascii():
        # JSON may hold half a surrogate pair; UTF-8, and so PostgreSQL, cannot.
        value = value.encode("utf-8", "replace").decode("utf-8")
    return value.replace("\x00", "").strip()[:LONGEST] or None


def day(value: Any) -> date | None:
    """An ISO date (a time after it is dropped). Raises ValueError for anything else that is not empty."""
    written = text(value) if value else None
    return date.fromisoformat(written[:10]) if written else None
