"""Telling another system: one POST, of which only the head of the answer is read."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message

from kit.outgoing import CallError, call

PATIENCE = 15.0  # seconds, for the whole call
WHO = "L’adresse"
REFUSED = "L’adresse a répondu {status}."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: `status` is 0 when no answer came; `fault` is empty when the news was taken. `wait`: how
    long the other system asks us to leave it alone."""

    status: int
    milliseconds: int
    fault: str = ""
    wait: timedelta | None = None


def post(url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
    """Tell; never raises for what the other system does."""
    begun = time.monotonic()
    try:
        answer = call(WHO, "POST", url, headers, body, patience=PATIENCE, reads=False)
    except CallError as error:
        return Outcome(0, _since(begun), error.sentence)
    fault = "" if 200 <= answer.status < 300 else REFUSED.format(status=answer.status)
    return Outcome(answer.status, _since(begun), fault, _wait(answer.headers))


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)


def _wait(headers: Message) -> timedelta | None:
    """Retry-After, when it is a number of seconds."""
    said = headers.get("Retry-After", "").strip()
    return timedelta(seconds=int(said)) if said.isascii() and said.isdecimal() and len(said) < 7 else None
