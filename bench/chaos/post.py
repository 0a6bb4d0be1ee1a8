"""The mail server of the chaos: counts what it takes by Message-ID, and misbehaves as it is told."""

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^>@]+)", re.IGNORECASE | re.MULTILINE)
LONGEST_SILENCE = 300.0  # seconds


@dataclass
class Copy:
    """One mail that the server kept: when, and whether it could say so. `answered`: the 250 was sent."""

    at: float
    answered: bool
    recipient: str


@dataclass
class Post:
    """`mood`: `well`; `silent` (greets, then says no more); `deaf` (hangs up in place of taking the text); `mute`
    (keeps the text and hangs up before saying so)."""

    port: int
    mood: str = "well"
    kept: dict[str, list[Copy]] = field(default_factory=lambda: defaultdict(list))
    door: Controller | None = None

    def open(self) -> None:
        """Listen."""
        self.door = Door(self, hostname="127.0.0.1", port=self.port)
        self.door.start()

    def close(self) -> None:
        """Connections are refused from now on."""
        if self.door is not None:
            self.door.stop(no_assert=True)
            self.door = None

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Silence comes here."""
        if self.mood == "silent":
            ends = time.monotonic() + LONGEST_SILENCE
            while self.mood == "silent" and time.monotonic() < ends:
                await asyncio.sleep(0.2)
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep it, or not, and say so, or not."""
        mood = self.mood
        if mood != "deaf":
            found = MESSAGE_ID.search(bytes(envelope.original_content or b""))
            assert found is not None
            self.kept[found[1].decode()].append(Copy(time.time(), mood != "mute", envelope.rcpt_tos[0]))
        if mood in ("deaf", "mute"):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"


class Door(Controller):
    """aiosmtpd's server in a thread."""

    def factory(self) -> SMTP:
        """A conversation."""
        return SMTP(self.handler, **self.SMTP_kwargs)
