"""News for other systems: what is signed, when it is tried again, what an endpoint may be. Pure.

Signature and headers follow Standard Webhooks (https://www.standardwebhooks.com), version v1.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from kit.address import address_fault
from kit.errors import Invalid
from kit.french import NBSP
from kit.machine import Machine, move

WEBHOOK_ENDPOINT = Machine(
    "webhook_endpoint",
    "active",
    {
        "pause": move("active", "paused", "Cette adresse n’est plus prévenue."),
        "resume": move("paused", "active", "Cette adresse est déjà prévenue."),
        "remove": move("active paused", "removed", "Cette adresse est déjà supprimée."),
    },
)
DELIVERY_STATES = ("due", "delivered", "failed", "skipped")
TEST = "webhook.test"

SECRET_PREFIX, SECRET_BYTES = "whsec_", 32
OVERLAP = timedelta(days=1)
DELAYS = (
    *(timedelta(minutes=one) for one in (1, 2, 5, 15, 30)),
    *(timedelta(hours=one) for one in (1, 2, 4)),
)
LAST_DELAY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
GONE = 410

MOST_ENDPOINTS, MOST_REPLAYED = 20, 10_000
LONGEST_NAME, LONGEST_URL = 80, 500
NO_DAY = "Indiquez un jour, et au besoin une heure."
NOT_SAVED = "L’adresse n’est pas enregistrée."


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """What an endpoint may be."""

    name: str
    url: str
    topics: list[str]


def read_endpoint(name: str, url: str, topics: Collection[str], known_topics: Mapping[str, str]) -> EndpointForm:
    """What was typed. Raises Invalid (fields name, url, topics)."""
    name, url = name.strip(), url.strip()
    faults = {}
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        faults["name"] = f"Nommez le logiciel qui sera prévenu, en {LONGEST_NAME} caractères au plus."
    fault = address_fault(url, longest=LONGEST_URL, may_ask=True)
    if fault:
        faults["url"] = fault
    unknown = sorted(set(topics) - known_topics.keys())
    if not topics:
        faults["topics"] = "Choisissez au moins une nouvelle."
    elif unknown:
        faults["topics"] = f"Nouvelle inconnue{NBSP}: {', '.join(unknown)[:200]}."
    if faults:
        raise Invalid(NOT_SAVED, faults)
    return EndpointForm(name, url, sorted(set(topics)))


def read_since(on: str, at: str, zone: str) -> datetime:
    """A day (`2026-12-01`) and an hour (`9:30`; midnight without) on the clocks of the zone. Raises Invalid (since)."""
    try:
        if len(on) > 12 or len(at) > 8:
            raise ValueError
        day, hour = date.fromisoformat(on.strip()), time.fromisoformat((at.strip() or "0:00").zfill(5))
        return datetime.combine(day, hour.replace(tzinfo=None), ZoneInfo(zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Invalid(NO_DAY, {"since": NO_DAY}) from None


def retry_at(attempts: int, now: datetime, asked: timedelta | None = None) -> datetime:
    """When the head of the line, tried `attempts` times, is tried again: 1 min … 6 h, or later if the address `asked`
    so, never more than 6 h."""
    usual = DELAYS[attempts - 1] if attempts <= len(DELAYS) else LAST_DELAY
    return now + min(max(usual, asked or usual), LAST_DELAY)


def is_hopeless(status: int, failing_since: datetime, now: datetime) -> bool:
    """Whether to stop: the address says it is gone for ever, or nothing has arrived there for three days."""
    return status == GONE or now - failing_since >= GIVE_UP_AFTER


def is_taken(status: int) -> bool:
    """Whether an answer means that the news arrived."""
    return 200 <= status < 300


def signature(secrets: Collection[str], message_id: str, timestamp: int, body: bytes) -> str:
    """The webhook-signature header: one `v1,<base64>` for each secret (`whsec_…`), blanks between."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(b64decode(one.removeprefix(SECRET_PREFIX)), signed, sha256) for one in secrets)
    return " ".join(f"v1,{b64encode(digest).decode()}" for digest in digests)


def new_secret(random: bytes) -> str:
    """The written form of a secret of 32 random bytes."""
    return SECRET_PREFIX + b64encode(random).decode()
