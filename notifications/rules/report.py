"""What a mail server's refusal says of an address: dead, unwell, or nothing at all. Pure.

Enhanced status codes are those of RFC 3463 and of IANA's registry: class, subject, detail.
"""

import re

HARD, SOFT, COMPLAINT = "hard", "soft", "complaint"
KINDS = (HARD, SOFT, COMPLAINT)
STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
# Bad mailbox, system or syntax; moved; null MX; mailbox disabled. A full mailbox (5.2.2) may be emptied.
DEAD = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"}
# Security or policy: our settings, our reputation, our words. Says nothing of the address.
POLICY_SUBJECT = "7"
LONGEST_WORDS = 300


def classify(status: str, action: str = "failed") -> str | None:
    """hard, soft, or None when it says nothing of the address. `status`: an enhanced code, anywhere in a text.

    A mail that is only late (`delayed`) is still on its way. A plain 550 without a code may be our own fault
    (« relaying denied »): it counts as soft.
    """
    if action != "failed":
        return None
    found = STATUS.search(status)
    if found is None:
        return SOFT
    if found[0] in DEAD:
        return HARD
    return None if found[2] == POLICY_SUBJECT else SOFT


def words(text: str) -> str:
    """A server's words on one line of at most 300 characters, without what could not be shown or stored."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(shown.split())[:LONGEST_WORDS] or "sans explication"
