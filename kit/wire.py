"""Wires to other systems: every wait ends when the whole call must, and who answers has proved to be the one named."""

import socket
import ssl
import time
from http.client import HTTPConnection
from typing import Any, cast

CONNECT_SECONDS, READ_SECONDS = 5.0, 20.0


class Connection(HTTPConnection):
    """HTTP over a wire that is there already, encrypted or not."""

    def __init__(self, host: str, wire: socket.socket) -> None:
        super().__init__(host)
        self._wire = wire

    def connect(self) -> None:
        """Nothing to reach: see `reach`."""
        self.sock = self._wire

    def close(self) -> None:
        """Also when nothing was asked."""
        super().close()
        self._wire.close()


class _Bounded:
    """An answer that comes byte by byte is cut like a silent one."""

    end: float

    def recv_into(self, *args: Any) -> int:
        """Receive, while there is time."""
        self.bound(READ_SECONDS)
        return super().recv_into(*args)  # type: ignore[misc,no-any-return]

    def send(self, *args: Any) -> int:
        """Send, while there is time."""
        self.bound(READ_SECONDS)
        return super().send(*args)  # type: ignore[misc,no-any-return]

    def bound(self, longest: float) -> None:
        """Wait for so many seconds at most, and never beyond the end."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError("The call took too long.")
        self.settimeout(min(longest, left))  # type: ignore[attr-defined]


class Wire(_Bounded, socket.socket):
    """A TCP connection."""


class SafeWire(_Bounded, ssl.SSLSocket):
    """The same, encrypted."""


def reach(address: str, port: int, name: str | None, end: float) -> socket.socket:
    """A wire to an IP address, until `end` (monotonic); encrypted with whoever proves to be `name`, when it is given.

    Raises ssl.SSLCertVerificationError when that is somebody else, OSError.
    """
    wire = Wire(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    wire.end = end
    try:
        wire.bound(CONNECT_SECONDS)
        wire.connect((address, port))
        return wire if name is None else _prove(wire, name, end)
    except OSError:
        wire.close()
        raise


def _prove(wire: Wire, name: str, end: float) -> SafeWire:
    context = ssl.create_default_context()
    context.sslsocket_class = SafeWire
    safe = cast(SafeWire, context.wrap_socket(wire, server_hostname=name, do_handshake_on_connect=False))
    safe.end = end
    try:
        safe.bound(CONNECT_SECONDS)
        safe.do_handshake()
    except OSError:
        safe.close()
        raise
    return safe
