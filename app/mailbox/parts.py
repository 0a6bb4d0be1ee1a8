"""What a mail is made of, for reading. Broken mails are shown as well as they can be, never refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart

from markupsafe import Markup, escape

LINK = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)\]]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is downloaded, never shown."""

    file_name: str
    content_type: str
    content: bytes


def text(message: EmailMessage) -> str | None:
    """The plain text, or None."""
    return _content(message.get_body(("plain",)))


def html(message: EmailMessage) -> str | None:
    """The HTML, or None. It is the sender's: show it in a sandbox only."""
    return _content(message.get_body(("html",)))


def attachments(message: EmailMessage) -> list[Attachment]:
    """Every attachment, in order; one without a name gets its number."""
    return [
        Attachment(
            # The name is the sender's too: its last component, without what a header or a path could not hold.
            file_name=re.sub(r"[\x00-\x1f\x7f\"\\]", "", str(part.get_filename() or "")).rsplit("/", 1)[-1]
            or f"piece-{number}",
            content_type=part.get_content_type(),
            content=_bytes(part),
        )
        for number, part in enumerate(_attached(message), 1)
    ]


def with_links(plain: str) -> Markup:
    """`plain` escaped, its http(s) addresses made links."""
    parts, end = [], 0
    for found in LINK.finditer(plain):
        address = escape(found[0])
        parts += [escape(plain[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(address)]
        end = found.end()
    return Markup("").join([*parts, escape(plain[end:])])


def _attached(message: EmailMessage) -> Iterator[MIMEPart]:
    if message.is_multipart():
        yield from (part for part in message.iter_attachments() if isinstance(part, MIMEPart))


def _content(part: MIMEPart | None) -> str | None:
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, ValueError):  # a charset that does not exist, an encoding that lies
        return _bytes(part).decode("utf-8", "replace")


def _bytes(part: MIMEPart) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else part.as_bytes()
