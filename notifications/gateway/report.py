"""Reading what mail servers send back: a delivery status (RFC 3464), a complaint (RFC 5965). Strangers' text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser

from notifications.rules.report import COMPLAINT, classify, words

LARGEST = 2_000_000  # bytes: a report may carry the whole mail back, and nothing after this is read
MOST_PARTS = 200
TICKET = re.compile(r"(?<![a-z2-7])[a-z2-7]{42}(?![a-z2-7])", re.IGNORECASE)
DIAGNOSTIC_TYPE = re.compile(r"^\s*[A-Za-z0-9-]+\s*;\s*")  # « smtp; 550 … » (RFC 3464 §2.3.6)
# Where the ticket of our mail is found: the address the report was sent to, then what it quotes of the mail.
ADDRESSES = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Original-Mail-From", "Return-Path", "X-CRRC-Notice")


@dataclass(frozen=True, slots=True)
class Report:
    """`kind`: hard, soft, complaint. `tickets`: words that may be ours, most likely first. `said`: why, in words."""

    kind: str
    tickets: tuple[str, ...]
    said: str


def read_report(content: bytes, recipient: str = "") -> Report | None:
    """What a mail tells of one of ours; None when it tells nothing: an answer, a mail that is only late, a virus.

    `recipient` is the address it was delivered to, when the mail server says it.
    """
    try:
        mail = BytesParser(EmailMessage, policy=policy.compat32).parsebytes(content[:LARGEST])
    except (RecursionError, LookupError, ValueError):  # parts inside parts inside parts
        return None
    parts = _parts(mail)
    complaint = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    if complaint is not None:
        return _complaint(complaint, parts, recipient)
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    return _delivery(status, parts, recipient) if status is not None else None


def _parts(mail: Message) -> list[Message]:
    """The parts of a mail and of the mails inside it, a bounded number of them."""
    found = []
    for part in _walk(mail):
        found.append(part)
        if len(found) >= MOST_PARTS:
            break
    return found


def _walk(mail: Message) -> Iterator[Message]:
    """Every part, without recursion: a stranger chooses how deep they go."""
    waiting = [mail]
    while waiting:
        part = waiting.pop(0)
        yield part
        inside = part.get_payload()
        if isinstance(inside, list):
            waiting += [one for one in inside if isinstance(one, Message)]


def _delivery(status: Message, parts: list[Message], recipient: str) -> Report | None:
    """The worst of what is said of each recipient: our mails have one."""
    blocks = status.get_payload()
    fields = [block for block in blocks if isinstance(block, Message)] if isinstance(blocks, list) else []
    worst: Report | None = None
    for block in fields:
        action = _field(block, "Action").strip().lower()
        if not action:
            continue
        code, diagnostic = _field(block, "Status"), _field(block, "Diagnostic-Code")
        kind = classify(code, action)
        if kind is not None and (worst is None or kind < worst.kind):  # « hard » before « soft »
            worst = Report(kind, _tickets(parts, recipient), words(DIAGNOSTIC_TYPE.sub("", diagnostic or code)))
    return worst


def _complaint(report: Message, parts: list[Message], recipient: str) -> Report | None:
    """A complaint is `abuse`, `fraud`, `virus`, `other`; `not-spam` and `auth-failure` are something else."""
    inside = report.get_payload()
    fields = inside[0] if isinstance(inside, list) and inside and isinstance(inside[0], Message) else report
    text = inside if isinstance(inside, str) else fields.as_string()
    found = re.search(r"^Feedback-Type:[ \t]*([A-Za-z-]+)", text, re.MULTILINE | re.IGNORECASE)
    sort = found[1].lower() if found else ""
    if sort not in ("abuse", "fraud", "virus", "other", "opt-out"):
        return None
    quoted = re.findall(r"^Original-Mail-From:(.*)", text, re.MULTILINE | re.IGNORECASE)
    return Report(COMPLAINT, _tickets(parts, " ".join([recipient, *quoted])), f"Signalé comme indésirable ({sort})")


def _tickets(parts: list[Message], recipient: str) -> tuple[str, ...]:
    """Words that have the shape of a ticket, most likely first."""
    places = [recipient]
    for part in parts:
        places += [_field(part, name) for name in ADDRESSES]
        # Only the headers of our mail may have come back (text/rfc822-headers).
        if part.get_content_type() == "text/rfc822-headers":
            places.append(str(part.get_payload()))
    return tuple(dict.fromkeys(word.lower() for place in places for word in TICKET.findall(place)))


def _field(part: Message, name: str) -> str:
    return " ".join(str(value) for value in part.get_all(name, []))
