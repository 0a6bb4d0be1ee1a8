"""The life of a notice's mail: its states, when it is tried again, what an address and a subject may hold. Pure."""

import re
from datetime import datetime, timedelta

from kit.machine import Machine, move

NOTIFICATION = Machine(
    "notification",
    "pending",
    {
        "send": move("pending", "sent", "Ce courriel est déjà parti ou a été refusé."),
        "fail": move("pending", "failed", "Ce courriel est déjà parti ou a été refusé."),
        "retry": move(
            "failed withheld", "pending", "Ce courriel n’a pas été refusé\N{NO-BREAK SPACE}: rien à renvoyer."
        ),
        "bounce": move("sent", "failed", "Ce courriel n’est pas parti, ou il est déjà revenu."),
        "withhold": move("pending", "withheld", "Ce courriel est déjà parti ou a été refusé."),
        "release": move("held", "pending", "Ce courriel n’attend pas de résumé."),
        "gather": move("held", "gathered", "Ce courriel n’attend pas de résumé."),
        "drop": move("held", "silent", "Ce courriel n’attend pas de résumé."),
    },
)

# Whoever claims mails owns them for this long, and says so again every RENEW_EVERY while it lives.
LEASE = timedelta(seconds=20)
RENEW_EVERY = timedelta(seconds=5)
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=5)

LONGEST_TITLE = 200
LONGEST_ADDRESS = 254
# What a mail server takes without quoting. Anything else would need SMTPUTF8 or hides a second recipient.
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}", re.ASCII)
# Control characters, line separators, direction overrides, lone surrogates. No-break spaces stay: French wants them.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff ]+")
SUBJECT_LINE = re.compile(r"Sujet\s*:\s*(?P<title>.*)")


def next_attempt_at(attempts: int, created_at: datetime, now: datetime) -> datetime | None:
    """When a mail put off `attempts` times is tried again: 1 min, 2 min … 6 h. None after five days: given up."""
    if now - created_at >= GIVE_UP_AFTER:
        return None
    doublings = min(max(attempts - 1, 0), 20)
    return now + min(FIRST_RETRY * (1 << doublings), LAST_RETRY)


def is_address(email: str) -> bool:
    """Whether `email` is one plain address, without name, comment, quote or line break."""
    return len(email) <= LONGEST_ADDRESS and ADDRESS.fullmatch(email) is not None


def one_line(text: str) -> str:
    """`text` on one line of at most 200 characters: what goes into a header cannot start another one."""
    line = UNSEEN.sub(" ", text).strip()
    return line if len(line) <= LONGEST_TITLE else f"{line[: LONGEST_TITLE - 1].rstrip()}…"


def split_subject(text: str) -> tuple[str, str]:
    """Title and body of a rendered text whose first line is « Sujet : … ». Raises ValueError without that line."""
    first, _, body = text.lstrip().partition("\n")
    found = SUBJECT_LINE.fullmatch(first.strip())
    title = one_line(found["title"]) if found else ""
    if not title:
        raise ValueError(f"A mail's first line must be its subject (Sujet), not {first[:60]!r}.")
    return title, f"{body.strip()}\n"
