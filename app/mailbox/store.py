"""Mails as files: one .eml each, on the disk before anybody is told that it was received. Nothing is ever changed."""

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from functools import lru_cache
from pathlib import Path

from kit import clock

ENVELOPE = "X-Envelope-To: "
NAME = re.compile(r"\d{8}T\d{12}Z-\d+-\d+")
_sequence = itertools.count()


@dataclass(frozen=True, slots=True)
class Mail:
    """One received mail. `recipients` are the envelope's: blind copies are among them."""

    name: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str


class Store:
    """The folder of the mailbox. Sign-in links lie in there: it is closed to other accounts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, content: bytes, recipients: Sequence[str]) -> str:
        """Write a mail durably, the envelope's recipients in its first header. Returns its name."""
        name = f"{clock.now():%Y%m%dT%H%M%S%fZ}-{os.getpid()}-{next(_sequence)}"
        envelope = f"{ENVELOPE}{', '.join(_one_line(recipient) for recipient in recipients)}\r\n"
        unfinished = self.folder / f"{name}.part"
        with open(unfinished, "wb", opener=_private) as file:
            file.write(envelope.encode() + content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self.folder / f"{name}.eml")
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name too must survive a power cut
        finally:
            os.close(folder)
        return name

    def newest(self, to: str = "") -> Iterator[Mail]:
        """Mails, newest first; with `to`, those of which a recipient contains it, in any case."""
        wanted = to.strip().casefold()
        for name in sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True):
            mail = _summary(self.folder, name)
            if not wanted or any(wanted in recipient.casefold() for recipient in mail.recipients):
                yield mail

    def find(self, name: str) -> Mail | None:
        """The summary of one mail."""
        return _summary(self.folder, name) if self._path(name) else None

    def raw(self, name: str) -> bytes | None:
        """The bytes of one mail."""
        path = self._path(name)
        return path.read_bytes() if path else None

    def message(self, name: str) -> EmailMessage | None:
        """One mail, parsed."""
        content = self.raw(name)
        return None if content is None else BytesParser(EmailMessage, policy=policy.default).parsebytes(content)

    def _path(self, name: str) -> Path | None:
        path = self.folder / f"{name}.eml"
        return path if NAME.fullmatch(name) and path.is_file() else None


@lru_cache(maxsize=10_000)  # files never change: a list of a thousand mails is parsed once
def _summary(folder: Path, name: str) -> Mail:
    with (folder / f"{name}.eml").open("rb") as file:
        recipients = file.readline().decode("utf-8", "replace").strip().removeprefix(ENVELOPE)
        message = BytesParser(EmailMessage, policy=policy.default).parse(file, headersonly=True)
    return Mail(
        name=name,
        received_at=datetime.strptime(name.split("Z")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC),
        sender=_header(message, "From"),
        recipients=tuple(recipients.split(", ")),
        subject=_header(message, "Subject"),
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header as it is meant, or as it is written when the library itself stumbles on it (« From: \\0@ »)."""
    try:
        return str(message.get(name, ""))
    except (MessageError, IndexError, AttributeError, ValueError):
        raw = {key.lower(): str(value) for key, value in message.raw_items()}
        return _one_line(raw.get(name.lower(), "").encode("utf-8", "replace").decode())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
