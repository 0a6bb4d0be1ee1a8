"""Which way an invoice goes, what its customer's portal wants of it, when a portal is asked again. Pure."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta

from billing.rules.states import CHANNEL_LABELS

# Channels that call a portal: each needs an account of the tenant. A mail and a deposit by hand need none.
PORTALS = ("chorus_pro", "platform")
LONGEST_NAME = 50  # Chorus Pro refuses longer names of files
LARGEST_FILE = 10 * 1024 * 1024

FIRST_RETRY, LAST_RETRY = timedelta(minutes=1), timedelta(hours=6)
MOST_ATTEMPTS = 14  # a day and a half or so
WARN_BEFORE = timedelta(days=15)  # the end of a technical password
STOP_ASKING_AFTER = timedelta(days=400)


def channel_for(wanted: str, opened: Collection[str], email: str) -> tuple[str, str]:
    """The channel an invoice takes, and why it is not the one of its customer ("" when it is)."""
    if wanted in PORTALS and wanted not in opened:
        return (
            "manual",
            f"La voie de ce client ({CHANNEL_LABELS[wanted]}) n’est pas ouverte\N{NO-BREAK SPACE}: "
            "déposez cette facture à la main, puis notez-le ici.",
        )
    if wanted == "email" and not email:
        return (
            "manual",
            "Ce client n’a pas d’adresse électronique\N{NO-BREAK SPACE}: "
            "remettez-lui cette facture, puis notez-le ici.",
        )
    return wanted, ""


def requirement_of(service: bool, engagement: bool, either: bool) -> str:
    """A customer's requirement, from the three flags of its structure in Chorus Pro."""
    if either:
        return "either"
    return {(True, True): "both", (True, False): "service", (False, True): "engagement"}.get(
        (service, engagement), "none"
    )


def file_name(number: str) -> str:
    """The name of an invoice's file: plain, at most 50 characters, its end kept since numbers end it."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", number).strip("-") or "facture"
    return f"{stem[-(LONGEST_NAME - 4) :].strip('-')}.pdf"


def next_attempt(attempts: int, now: datetime) -> datetime | None:
    """When a deposit that failed `attempts` times is tried again; None once it is given up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    return now + min(FIRST_RETRY * (1 << max(attempts - 1, 0)), LAST_RETRY)


def next_news(deposited_at: datetime, now: datetime) -> datetime | None:
    """When a portal is asked again how an invoice goes: often at first, then four times a day, for a year or so."""
    age = now - deposited_at
    if age > STOP_ASKING_AFTER:
        return None
    return now + (timedelta(minutes=10) if age < timedelta(hours=1) else timedelta(hours=1 if age.days < 2 else 6))
