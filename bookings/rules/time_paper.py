"""The words and figures of a statement on paper."""

from typing import Any

from bookings.rules.time_statement import Statement
from kit.french import day


def paper(
    statement: Statement, organisation: str, finess_ej: str, tenant: str, ars: str, colour: str
) -> dict[str, Any]:
    """What bookings/data/time_statement.typ reads."""
    return {
        "tenant": tenant,
        "ars": ars,
        "colour": colour,
        "organisation": organisation,
        "finess_ej": finess_ej,
        "since": day(statement.since),
        "until": day(statement.until),
        "opening": {"available": str(statement.opening.available), "reserved": str(statement.opening.reserved)},
        "closing": {"available": str(statement.closing.available), "reserved": str(statement.closing.reserved)},
        "lines": [
            {
                "on": day(line.on),
                "label": line.label,
                "detail": line.detail,
                "available": signed(line.available),
                "reserved": signed(line.reserved),
                "available_after": str(line.after.available),
                "reserved_after": str(line.after.reserved),
            }
            for line in statement.lines
        ],
    }


def signed(number: int) -> str:
    """« +4 », « −2 », a dash for nothing."""
    if not number:
        return "–"
    return f"+{number}" if number > 0 else f"−{-number}"
