"""One conversation with an SMTP server: what it answers decides who is to blame, and whether to try again."""

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

# Seconds without an answer. The last answer, after the text, is the server's own work: giving up on it too early makes
# a second copy (RFC 5321 §4.5.3.2.6 asks for ten minutes), so it gets longer.
TIMEOUT = 10.0
TIMEOUT_OF_TEXT = 60.0


class MailError(Exception):
    """A mail did not leave; `reason` is what the server said, for staff."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Refused(MailError):
    """The server will never take this mail (5xx about the recipient or the text)."""


class RecipientRefused(Refused):
    """It is the recipient's address that is refused (5xx to RCPT), before any text."""


class PutOff(MailError):
    """The server takes no such mail now (4xx); others may pass."""


class Interrupted(MailError):
    """The conversation broke during this mail: it may or may not have arrived. `silent`: the server said no more."""

    def __init__(self, reason: str, silent: bool = False) -> None:
        super().__init__(reason)
        self.silent = silent


class Unreachable(MailError):
    """No conversation at all: absent, refuses us, wants another password. Not this mail's fault."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is. `security`: smtp (in clear, unless there is a password to protect), smtp+starttls, smtps."""

    security: str
    host: str
    port: int
    user: str | None = None
    password: str = ""


class Conversation:
    """Open, greet, give mails one after the other, leave. Raises Unreachable when it cannot begin."""

    def __init__(self, address: Address) -> None:
        self.is_over = False
        self.name = f"{address.host}:{address.port}"
        try:
            self.smtp = self._open(address)
        except (OSError, smtplib.SMTPException) as error:
            self.is_over = True
            raise Unreachable(f"{self.name}\N{NO-BREAK SPACE}: {_said(error)}") from error

    def _open(self, address: Address) -> smtplib.SMTP:
        context = ssl.create_default_context()
        where = (address.host, address.port, _own_name())
        if address.security == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(*where, timeout=TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(*where, timeout=TIMEOUT)
        try:
            smtp.ehlo_or_helo_if_needed()
            if address.security != "smtps" and (address.security == "smtp+starttls" or address.user is not None):
                smtp.starttls(context=context)
                smtp.ehlo()
            if address.user is not None:
                smtp.login(address.user, address.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def give(self, sender: str, recipient: str, content: bytes) -> None:
        """Give one mail; returns at the server's 250. Raises a MailError; Interrupted and Unreachable end it."""
        with self._breaks():
            # A server that does not want our address wants none of our mails: nobody's is refused for that.
            self._ask(self.smtp.mail(sender), Unreachable)
            self._ask(self.smtp.rcpt(recipient), RecipientRefused)
            assert self.smtp.sock is not None  # noqa: S101 - it has just answered
            try:
                self.smtp.sock.settimeout(TIMEOUT_OF_TEXT)
                self._ask(self.smtp.data(content), Refused)
            except smtplib.SMTPDataError as error:  # instead of 354
                self._ask((error.smtp_code, error.smtp_error), Refused)
            finally:
                if self.smtp.sock is not None:
                    self.smtp.sock.settimeout(TIMEOUT)

    @contextmanager
    def _breaks(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:  # an address that cannot be written on the wire
            self._end()
            raise PutOff(_text(str(error))) from error
        except (OSError, smtplib.SMTPException) as error:
            self._end()
            raise Interrupted(f"{self.name}\N{NO-BREAK SPACE}: {_said(error)}", _is_silence(error)) from error

    def _ask(self, answer: tuple[int, bytes | str], never: type[MailError]) -> None:
        """Go on after 2xx; else leave the conversation ready for the next mail, or end it."""
        code, words = answer
        if 200 <= code < 300:
            return
        reason = f"{code} {_text(words)}"
        if code == 421 or code < 400:  # it closes, or we no longer understand each other
            self._end()
            raise Interrupted(reason)
        if never is Unreachable:
            self._end()
            raise Unreachable(f"{self.name}\N{NO-BREAK SPACE}: {reason}")
        try:
            self.smtp.rset()
        except (OSError, smtplib.SMTPException):  # it hung up after its refusal, which stands
            self._end()
        raise (never if code >= 500 else PutOff)(reason)

    def _end(self) -> None:
        self.is_over = True
        self.smtp.close()

    def leave(self) -> None:
        """QUIT, whatever the server thinks of it."""
        self.is_over = True
        with suppress(OSError, smtplib.SMTPException):
            self.smtp.quit()
        self.smtp.close()


def _own_name() -> str:
    """Our name for EHLO. Never getfqdn(): it asks the network, and waits."""
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())[:300]


def _is_silence(error: Exception) -> bool:
    """Whether it is the clock that ended the wait. smtplib says « closed » of that too."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    if _is_silence(error):
        return "ne répond pas"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "connexion interrompue"
    if isinstance(error, ConnectionRefusedError):
        return "connexion refusée"
    return _text(str(error)) or type(error).__name__
