"""A far system on a wire of our own machine: says what a test tells it, well or badly; with or without TLS."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Talk = Callable[[socket.socket, bytes], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def far(talk: Talk, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """The port of a server that lets `talk` answer each connection, once its request has come."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.settimeout(0.05)

        def serve() -> None:
            while not stop.is_set():
                with suppress(TimeoutError, OSError):
                    wire, _ = door.accept()
                    with wire:
                        _talk(wire, talk, tls)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        stop.set()
        thread.join(5)


def _talk(wire: socket.socket, talk: Talk, tls: ssl.SSLContext | None) -> None:
    wire.settimeout(5)
    if tls is None:
        talk(wire, _heard(wire))
        return
    with tls.wrap_socket(wire, server_side=True) as safe:
        talk(safe, _heard(safe))


def _heard(wire: socket.socket) -> bytes:
    """The whole question: its body may come after its head."""
    asked = wire.recv(65536)
    length = re.search(rb"\r\nContent-Length: (\d+)", asked)
    head = asked.find(b"\r\n\r\n") + 4
    while length and len(asked) < head + int(length[1]) and (more := wire.recv(65536)):
        asked += more
    return asked


def says(content: bytes) -> Talk:
    """Answer these bytes."""
    return lambda wire, asked: wire.sendall(content)


def drips(content: bytes, again: bytes, seconds: float) -> Talk:
    """Answer `content`, then `again` and again, slowly, as long as somebody listens."""

    def talk(wire: socket.socket, asked: bytes) -> None:
        wire.sendall(content)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            wire.sendall(again)
            time.sleep(seconds)

    return talk


def identity(folder: Path, *names: str, days: int = 1) -> tuple[ssl.SSLContext, Path]:
    """A server that is `names` by its own word, until in `days`; and the file for those who trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    known = [x509.IPAddress(ip_address(one)) if one[0].isdigit() else x509.DNSName(one) for one in names]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    seen, hidden = folder / "seen.pem", folder / "hidden.pem"
    seen.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    hidden.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(seen, hidden)
    return context, seen
