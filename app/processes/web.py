"""How the web is run: one command line for the demonstration, a server and a container."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from app.admission import ROOM
from kit.settings import Settings

BIN = Path(sys.executable).parent
PATIENCE = 25  # seconds for the requests in flight when it is told to stop
# A worker that ends is replaced. Pages and API speak HTTP/1.1 behind a proxy, and nobody opens a web socket.
FIXED = ["--interface", "wsgi", "--http", "1", "--no-ws", "--respawn-failed-workers"]


def web_command(settings: Settings, patience: int = PATIENCE) -> list[str]:
    """The program and its arguments. After `patience` seconds a process that does not end is killed."""
    size = ["--workers", str(settings.web_workers), "--blocking-threads", str(settings.web_places * ROOM)]
    if settings.web_socket is None:
        where = ["--host", settings.web_host, "--port", str(settings.port)]
    else:
        where = ["--uds", str(settings.web_socket), "--uds-permissions", "0660"]
    end = ["--workers-kill-timeout", str(patience)]
    return [str(BIN / "granian"), *FIXED, *size, *end, *where, "app.wsgi:app"]


def web_environment(settings: Settings, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment it runs in: a database connection for each page, saving, submission under way, and one more."""
    return {"CRRC_POOL_SIZE": str(3 * settings.web_places + 1), **given}
