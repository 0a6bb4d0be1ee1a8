"""The embedded Valkey (the free Redis): start, stop. On a unix socket only, never as root, out of our session."""

import signal
import socket
import time

from kit.embedded import processes, programs
from kit.embedded.endpoints import Endpoints
from kit.embedded.errors import with_log
from kit.embedded.place import Place

PROGRAM = "valkey-server"
PATIENCE = 30.0  # seconds: it reads its journal before it answers


def ready(endpoints: Endpoints) -> bool:
    """Whether the server answers a PING (while it loads its journal it answers, but not PONG)."""
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(5)
        try:
            door.connect(str(endpoints.redis_socket))
            door.sendall(b"PING\r\n")
            return door.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def start(place: Place) -> None:
    """Start the server on `place`. Returns when it answers."""
    endpoints = Endpoints(place.run)
    if processes.alive(PROGRAM, place.marker):
        if ready(endpoints):
            return
        stop(place)  # one whose socket was removed
    data = place.folder / "valkey"
    if not data.exists():
        data.mkdir()
        place.account.own(data)
    options = {
        "daemonize": "yes",
        "port": "0",
        "unixsocket": str(endpoints.redis_socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "logfile": str(place.folder / "valkey.log"),
        # A journal written each second: Redis is a bell here, PostgreSQL the truth.
        "appendonly": "yes",
        "save": "",
        "proc-title-template": f"{{title}} {place.marker}",
    }
    flags = [word for name, value in options.items() for word in (f"--{name}", value)]
    done = place.account.run([programs.valkey_server(place), *flags], place.folder)
    deadline = time.monotonic() + PATIENCE
    while not ready(endpoints):
        if done.returncode or time.monotonic() > deadline:
            raise with_log(f"Valkey ne démarre pas. {done.stdout.strip()}", place.folder / "valkey.log")
        time.sleep(processes.PAUSE)


def stop(place: Place) -> None:
    """Stop the server; its journal is written."""
    family = processes.alive(PROGRAM, place.marker)
    processes.end(PROGRAM, place.marker, min(family, default=None), signal.SIGTERM)
