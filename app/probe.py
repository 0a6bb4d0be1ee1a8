"""Asks the web of this machine how it is, with the standard library alone: health checks run often.

`python -m app.probe [/readyz] [--wait SECONDS] [--publish SOCKET]`: exit code 0 when it answers 200. Where to ask is
what `crrc web` was told: CRRC_WEB_SOCKET, else CRRC_WEB_HOST and CRRC_PORT. `--publish` then renames the socket: a name
that is there is a web that answers, and a proxy never waits for one that is still loading.
"""

import argparse
import os
import socket
import sys
import time

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - what `crrc web` was told, not where we listen
SECONDS = 5.0


def main(told: list[str] | None = None) -> int:
    """Ask, again until `--wait` is over. Says on the standard error what is wrong."""
    parser = argparse.ArgumentParser(prog="app.probe", description="Asks the web of this machine how it is.")
    parser.add_argument("path", nargs="?", default="/healthz")
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--publish", metavar="SOCKET")
    arguments = parser.parse_args(told)
    deadline = time.monotonic() + arguments.wait
    while (fault := ask(arguments.path)) is not None:
        if time.monotonic() >= deadline:
            sys.stderr.write(f"{arguments.path}: {fault}\n")
            return 1
        time.sleep(0.2)
    if arguments.publish:
        os.rename(os.environ["CRRC_WEB_SOCKET"], arguments.publish)
    return 0


def ask(path: str) -> str | None:
    """What is wrong, None when the answer is 200."""
    try:
        with connect() as asked:
            asked.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b""
            while chunk := asked.recv(65_536):
                answer += chunk
    except OSError as error:
        return str(error)
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b"\r\n", 1)[0].decode("ascii", "replace")
    return None if status.split(" ")[1:2] == ["200"] else f"{status} {body.decode(errors='replace')}".strip()


def connect() -> socket.socket:
    """A connection to it. Raises OSError."""
    path = os.environ.get("CRRC_WEB_SOCKET")
    if not path:
        host = os.environ.get("CRRC_WEB_HOST") or "127.0.0.1"
        port = int(os.environ.get("CRRC_PORT") or 8000)
        return socket.create_connection((EVERYWHERE.get(host, host), port), timeout=SECONDS)
    asked = socket.socket(socket.AF_UNIX)
    asked.settimeout(SECONDS)
    try:
        asked.connect(path)
    except OSError:
        asked.close()
        raise
    return asked


if __name__ == "__main__":
    sys.exit(main())
