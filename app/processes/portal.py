"""The portal's processes and their commands, in the order in which they start."""

import sys
from pathlib import Path

from app.processes.child import Child
from app.processes.ports import HOST
from kit.settings import Settings

BIN = Path(sys.executable).parent
# Measured in docs: on two cores, two workers of four threads; a database connection per thread.
WEB = ["--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws"]
# A worker that ends is replaced; one that does not end is not waited for beyond our own patience.
WEB += ["--respawn-failed-workers", "--workers-kill-timeout", "5"]


def portal(settings: Settings) -> list[Child]:
    """Web, worker, scheduler, and the local mailbox when mails have no other place to go.

    They stop in the opposite order: no page is asked any more when the workers finish, and their mails still arrive.
    """
    crrc = str(BIN / "crrc")
    web = [str(BIN / "granian"), *WEB, "--host", HOST, "--port", str(settings.port), "app.wsgi:app"]
    mailbox = Child("courrier", [crrc, "mailbox"], port=settings.mailbox_port, reload=False)
    return [
        *([mailbox] if settings.smtp_url is None else []),
        Child("travail", [crrc, "worker"], patience=20.0),
        Child("horloge", [crrc, "scheduler"]),
        Child("web", web, port=settings.port),
    ]
