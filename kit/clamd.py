"""The antivirus, when there is one: clamd, asked over TCP (CRRC_CLAMD=host:port) by workers, never by a request.

Its own protocol (clamd(8), INSTREAM): a file in chunks, each after its length, and a line for an answer.
"""

import os
import re
import socket
from typing import BinaryIO

from kit.errors import Invalid

PATIENCE_SECONDS = 60.0
CHUNK = 1 << 16
_FOUND = re.compile(rb"stream: (.{1,200}) FOUND\0?")


class Away(Exception):
    """Nobody answered, or not in words of the protocol: the file is asked about again later."""


def is_on() -> bool:
    """Whether files are scanned here."""
    return bool(os.environ.get("CRRC_CLAMD"))


def scan(content: BinaryIO) -> str:
    """What harmful thing is in it, as the antivirus names it; "" when nothing is. Raises Away, Invalid (setting)."""
    host, port = _address()
    try:
        with socket.create_connection((host, port), timeout=PATIENCE_SECONDS) as line:
            line.sendall(b"zINSTREAM\0")
            while chunk := content.read(CHUNK):
                line.sendall(len(chunk).to_bytes(4) + chunk)
            line.sendall(b"\0\0\0\0")
            return _said(line)
    except OSError as error:
        raise Away(str(error)) from error


def _address() -> tuple[str, int]:
    written = os.environ.get("CRRC_CLAMD", "")
    host, _, port = written.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise Invalid(f"CRRC_CLAMD doit être une adresse et un port, comme 127.0.0.1:3310, et non {written!r}.")
    return host.strip("[]"), int(port)


def _said(line: socket.socket) -> str:
    answer = b""
    while len(answer) < 1000 and not answer.endswith(b"\0"):
        more = line.recv(1000)
        if not more:
            break
        answer += more
    if answer in (b"stream: OK", b"stream: OK\0"):
        return ""
    found = _FOUND.fullmatch(answer)
    if found is None:
        raise Away(answer[:100].decode("ascii", "replace") or "no answer")
    return found[1].decode("ascii", "replace")
