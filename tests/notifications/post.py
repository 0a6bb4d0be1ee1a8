"""A real SMTP server for tests, which answers what the test tells it to and keeps what it took."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """What was taken, in order. `on_…` may answer something else than 250; "hang up" hangs up.

    `text_asked` is set when a client says DATA, `asked_from` its address; the server then waits for `before_text`, when
    there is one.
    """

    taken: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    conversations: int = 0
    on_sender: Callable[[str], str | None] = lambda address: None
    on_recipient: Callable[[str], str | None] = lambda address: None
    on_text: Callable[[Envelope], str | None] = lambda envelope: None
    text_asked: threading.Event = field(default_factory=threading.Event)
    asked_from: str = ""
    before_text: threading.Event | None = None
    port: int = 0
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        read = BytesParser(EmailMessage, policy=policy.default)
        return [read.parsebytes(content) for content in self.taken]

    @property
    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, name: str, lines: list[str]
    ) -> list[str]:
        self.conversations += 1
        session.host_name = name
        return lines

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.on_sender(address)
        if answer is None:
            envelope.mail_from = address
        return answer or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.on_recipient(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.on_text(envelope)
        if answer is None:
            self.taken.append(bytes(envelope.original_content or b""))
            self.recipients += envelope.rcpt_tos
        elif answer == "hang up":
            assert server.transport is not None
            server.transport.close()
        return answer or "250 OK"


class SlowSmtp(SMTP):
    """Waits before it asks for the text, when the test wants it."""

    async def smtp_DATA(self, arg: str) -> None:
        post: Post = self.event_handler
        post.asked_from = self.session.peer[0]
        post.text_asked.set()
        if post.before_text is not None:
            await asyncio.to_thread(post.before_text.wait, 60)
        await super().smtp_DATA(arg)


class Door(Controller):
    """aiosmtpd's server in a thread."""

    def factory(self) -> SMTP:
        return SlowSmtp(self.handler, **self.SMTP_kwargs)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


@contextmanager
def open_post(port: int | None = None, host: str = "127.0.0.1") -> Iterator[Post]:
    """Take mails while the context lasts, on any free port or on `port`."""
    post = Post(port=port or free_port(), host=host)
    controller = Door(post, hostname=host, port=post.port)
    controller.start()
    try:
        yield post
    finally:
        controller.stop(no_assert=True)
