"""The SMTP door of the local mailbox: says 250 when the mail is on the disk, not before."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from app.mailbox.store import Store

LARGEST_MAIL = 35_000_000  # bytes
log = structlog.get_logger(__name__)


class Keeper:
    """What the SMTP server does with a mail: keep it, whoever it is for."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.original_content or b""
        try:
            # In a thread: the other conversations go on while the disk works.
            name = await asyncio.to_thread(self.store.keep, content, envelope.rcpt_tos)
        except OSError as error:
            log.error("mail_not_kept", error=str(error))
            return "451 4.3.0 The mailbox cannot write on its disk, try again later"
        return f"250 2.0.0 Kept as {name}"


@contextmanager
def open_door(store: Store, host: str, port: int) -> Iterator[None]:
    """Receive mails for `store` while the context lasts. Raises OSError when the port is taken."""
    controller = Controller(
        Keeper(store), hostname=host, port=port, ident="CRRC", enable_SMTPUTF8=True, data_size_limit=LARGEST_MAIL
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()
