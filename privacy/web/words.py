"""Requests and breaches as lists show them."""

from datetime import date, datetime
from typing import Any

from flask import url_for

from kit.french import count, day, duration
from privacy.models import Breach, PrivacyRequest
from privacy.rules.clock import is_late, tell_by
from privacy.rules.states import BREACH_STATE_LABELS, REQUEST_LABELS, REQUEST_STATE_LABELS


def request_line(row: PrivacyRequest, today: date) -> dict[str, Any]:
    """A row of a list of requests."""
    return {
        "number": row.number,
        "href": url_for("privacy_requests.view", privacy_request_id=row.id),
        "kind": REQUEST_LABELS[row.kind],
        "who": row.name or "Personne effacée",
        "state": REQUEST_STATE_LABELS[row.state],
        "left": left(row, today),
    }


def left(row: PrivacyRequest, today: date) -> str:
    """How long there is to answer."""
    if row.closed_at is not None:
        return day(row.closed_at.date())
    days = (row.due_on - today).days
    if days < 0:
        return f"En retard de {count(-days, 'jour')}"
    return "Aujourd’hui" if days == 0 else f"{count(days, 'jour')} (le {day(row.due_on)})"


def breach_line(row: Breach, now: datetime) -> dict[str, Any]:
    """A row of a list of breaches."""
    return {
        "number": row.number,
        "href": url_for("breaches.view", breach_id=row.id),
        "title": row.title,
        "state": BREACH_STATE_LABELS[row.state],
        "clock": clock_words(row, now),
    }


def clock_words(row: Breach, now: datetime) -> str:
    """Where the seventy-two hours are."""
    if row.notified_at is not None:
        return "CNIL notifiée après le délai" if is_late(row.detected_at, row.notified_at) else "CNIL notifiée à temps"
    if row.content.get("cnil") == "no":
        return "Sans notification à la CNIL"
    if row.closed_at is not None:
        return "Close"
    rest = tell_by(row.detected_at) - now
    if rest.total_seconds() <= 0:
        return f"Délai de 72 h dépassé de {duration(-rest)}"
    return f"Reste {duration(rest)}"
