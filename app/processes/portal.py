"""The portal's processes and their commands, in the order in which they start."""

import sys
from pathlib import Path

from app.processes.child import Child
from kit.settings import Settings

BIN = Path(sys.executable).parent


def portal(settings: Settings) -> list[Child]:
    """Web, worker, scheduler, and the local mailbox when mails have no other place to go.

    They stop in the opposite order: no page is asked any more when the workers finish, and their mails still arrive.
    """
    crrc = str(BIN / "crrc")
    mailbox = Child("courrier", [crrc, "mailbox"], port=settings.mailbox_port, reload=False)
    return [
        *([mailbox] if settings.smtp_url is None else []),
        Child("travail", [crrc, "worker"], patience=20.0),
        Child("horloge", [crrc, "scheduler"]),
        # Its own patience is shorter than ours: it ends its processes itself.
        Child("web", [crrc, "web", "--patience", "5"], port=settings.port),
    ]
