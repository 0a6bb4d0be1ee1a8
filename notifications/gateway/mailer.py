"""The mail server, as the rest of the program sees it: it takes a mail, or says why not and whose fault that is."""

from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

from notifications.gateway.message import Mail, to_bytes
from notifications.gateway.smtp import Address, Conversation, PutOff


class Mailer(Protocol):
    """Takes one mail at a time; keeps its connection from one to the next until `close`."""

    def send(self, mail: Mail) -> None:
        """Return once the server has taken the mail. Raises Refused, PutOff, Interrupted or Unreachable."""

    def close(self) -> None:
        """Say goodbye; never raises."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Closing:
    """`with` closes."""

    def close(self) -> None:
        """Nothing to close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass
class SmtpMailer(Closing):
    """The real one: one SMTP conversation, opened for the first mail and again after a break."""

    address: Address
    conversation: Conversation | None = None

    def send(self, mail: Mail) -> None:
        """Give `mail` to the server. See Mailer.send."""
        try:
            content = to_bytes(mail)
        except ValueError as error:
            raise PutOff(f"Ce courriel ne peut pas être écrit\N{NO-BREAK SPACE}: {error}") from error
        if self.conversation is None:
            self.conversation = Conversation(self.address)
        try:
            self.conversation.give(mail.envelope_sender, mail.recipient, content)
        finally:
            if self.conversation.is_over:
                self.conversation = None

    def close(self) -> None:
        """Say QUIT when a conversation is open."""
        if self.conversation is not None:
            self.conversation.leave()
            self.conversation = None


class NullMailer(Closing):
    """Takes every mail and sends none: CRRC_SMTP_URL=null: on an installation that must not write to anybody."""

    def send(self, mail: Mail) -> None:
        """Do nothing."""


def mailer(url: str) -> Mailer:
    """The mailer of `url`: smtp://, smtp+starttls:// (TLS or nothing), smtps://, with user:password@host:port; or null:

    Opens no connection yet. Raises ValueError on any other scheme.
    """
    return NullMailer() if url.startswith("null:") else SmtpMailer(address_of(url))


def address_of(url: str) -> Address:
    """Where the server of `url` is. Raises ValueError on a scheme that is none of ours."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtp+starttls", "smtps"):
        raise ValueError(f"CRRC_SMTP_URL must begin with smtp://, smtp+starttls:// or smtps://, not {parts.scheme}:")
    port = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}[parts.scheme]
    return Address(
        security=parts.scheme,
        host=parts.hostname or "localhost",
        port=parts.port or port,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or ""),
    )
