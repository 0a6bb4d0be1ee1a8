"""A mail as bytes (RFC 5322): its identity is the notice's, so that a second copy is recognised as the same mail.

Written by hand: email.message takes 3 ms a mail, twenty times longer, and a release is ten thousand of them. The tests
read every shape of it back with email.parser.
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from uuid import UUID

LINE_END = re.compile(r"\r\n|\r|\n")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
METHOD = re.compile(r"^METHOD:(REQUEST|CANCEL|PUBLISH)\r?$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class File:
    """A PDF that goes along. `stored` is its name in the storage; `content` is read when the mail leaves."""

    stored: str
    name: str
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class MailingList:
    """What can be unsubscribed from: its identity (RFC 2919), its name, the address of the page that leaves it."""

    id: str
    name: str
    leave: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What leaves for one person. `id` names the notice; `sender`, `reply_to` and `recipient` are plain addresses.

    `returns_to` is the envelope's sender, where refusals come back to (`sender` when empty); `ticket` says whose mail
    it was when it is quoted.

    `calendar` is an iCalendar object with a METHOD (RFC 5546): programs that know invitations show it as one, others
    as a file.
    """

    id: UUID
    sender: str
    sender_name: str
    reply_to: str
    recipient: str
    title: str
    text: str
    html: str | None
    at: datetime
    calendar: str | None = None
    file: File | None = None
    ticket: str = ""
    returns_to: str = ""
    mailing_list: MailingList | None = None

    @property
    def envelope_sender(self) -> str:
        """Where what goes wrong is told."""
        return self.returns_to or self.sender

    @property
    def message_id(self) -> str:
        """The same at every attempt."""
        return f"<{self.id}@{self.sender.rpartition('@')[2]}>"


def to_bytes(mail: Mail) -> bytes:
    """The mail with its headers, plain text first, HTML beside. Raises ValueError when a header holds a line break."""
    _refuse_breaks(mail)
    headers = {
        "Message-ID": mail.message_id,
        "Date": format_datetime(mail.at),
        "From": f"{_phrase(mail.sender_name)} <{mail.sender}>",
        "To": mail.recipient,
        **({"Reply-To": mail.reply_to} if mail.reply_to else {}),
        **_list_headers(mail.mailing_list),
        **({"X-CRRC-Notice": mail.ticket} if mail.ticket else {}),
        "Subject": _words(mail.title, "Subject"),
        "Content-Language": "fr",
        # Robots do not answer robots (RFC 3834): no out-of-office message comes back.
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
    }
    return _headers(headers) + _body(mail)


def _list_headers(of: MailingList | None) -> dict[str, str]:
    """One click leaves the list (RFC 8058); the page of the same address asks first, for robots open links."""
    if of is None:
        return {}
    return {
        "List-Id": f"{_phrase(of.name)} <{of.id}>",
        "List-Unsubscribe": f"<{of.leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _refuse_breaks(mail: Mail) -> None:
    """What people and settings wrote starts no header, and folds none: only our own encoding breaks lines."""
    written = {
        "From": f"{mail.sender_name}{mail.sender}",
        "To": mail.recipient,
        "Reply-To": mail.reply_to,
        "Subject": mail.title,
        "X-CRRC-Notice": mail.ticket,
    }
    if mail.mailing_list is not None:
        of = mail.mailing_list
        written |= {"List-Id": f"{of.name}{of.id}", "List-Unsubscribe": of.leave}
    for name, value in written.items():
        if "\n" in value or "\r" in value:
            raise ValueError(f"{name} holds a line break: {value!r}")


def _headers(headers: dict[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _words(text: str, name: str) -> str:
    """`text` as it stands when it is ASCII, else as encoded words (RFC 2047)."""
    return text if text.isascii() else Header(text, "utf-8", header_name=name, maxlinelen=75).encode(linesep="\r\n")


def _phrase(name: str) -> str:
    if not name.isascii():
        return _words(name, "From")
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _body(mail: Mail) -> bytes:
    edge = f"crrc-{mail.id.hex}"
    readings, files = [_part("plain", mail.text)], []
    if mail.html is not None:
        readings.append(_part("html", mail.html))
    if mail.calendar is not None:
        # The same object twice: a reading of the mail for what shows invitations, a file for what does not.
        readings.append(_calendar(mail.calendar, ""))
        files.append(_calendar(mail.calendar, 'Content-Disposition: attachment; filename="invitation.ics"\r\n'))
    if mail.file is not None:
        files.append(_pdf(mail.file))
    if not files:
        return readings[0] if len(readings) == 1 else _several("alternative", edge, readings)
    read = readings[0] if len(readings) == 1 else _several("alternative", f"text-{edge}", readings)
    return _several("mixed", edge, [read, *files])


def _several(kind: str, edge: str, parts: list[bytes]) -> bytes:
    """Parts one after the other. The line end before an edge belongs to it: each part keeps one of its own."""
    mark = edge.encode()
    body = b"".join(b"--%s\r\n%s\r\n" % (mark, part) for part in parts)
    return b'Content-Type: multipart/%s; boundary="%s"\r\n\r\n%s--%s--\r\n' % (kind.encode(), mark, body, mark)


def _calendar(text: str, disposition: str) -> bytes:
    """An iCalendar object as it is, to the byte: base64 breaks no folded line. Raises ValueError without a METHOD."""
    method = METHOD.search(text)
    if method is None:
        raise ValueError("An invitation must say its METHOD.")
    return _base64(f'Content-Type: text/calendar; charset="utf-8"; method={method[1]}\r\n{disposition}', text.encode())


def _pdf(file: File) -> bytes:
    """A PDF under its name. Raises ValueError when the name would need quoting."""
    if not FILE_NAME.fullmatch(file.name):
        raise ValueError(f"A file's name must be plain: {file.name!r}")
    words = f'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="{file.name}"\r\n'
    return _base64(words, file.content)


def _base64(head: str, content: bytes) -> bytes:
    return f"{head}Content-Transfer-Encoding: base64\r\n\r\n".encode("ascii") + encodebytes(content).replace(
        b"\n", b"\r\n"
    )


def _part(kind: str, text: str) -> bytes:
    # CRLF first: b2a_qp breaks long lines in the style of the first line end it meets.
    lines = LINE_END.sub("\r\n", text.rstrip("\r\n") + "\n").encode("utf-8", "replace")
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode("ascii") + b2a_qp(lines, istext=True)
