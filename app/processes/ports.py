"""The ports of this machine: said to be taken before anything starts, in a sentence that says what to do."""

import socket

from kit.errors import CrrcError

HOST = "127.0.0.1"


class PortTaken(CrrcError):
    """Another program listens there."""

    status = 409
    code = "port_taken"


def refuse_taken_ports(first: int, count: int = 3) -> None:
    """Raise PortTaken when one of the `count` ports from `first` (CRRC_PORT) is in use."""
    for port in range(first, first + count):
        if not _free(port):
            free = next((start for start in range(first + 10, 65_000, 10) if _all_free(start, count)), None)
            raise PortTaken(
                f"Le port {port} est déjà pris par un autre programme. Le portail prend {count} ports à partir de "
                f"CRRC_PORT, qui vaut {first}\N{NO-BREAK SPACE}: changez-la, par exemple CRRC_PORT={free}."
            )


def answers(port: int) -> bool:
    """Whether a web server answers on `port`, whatever it says. One that is still loading accepts and keeps silent."""
    try:
        with socket.create_connection((HOST, port), timeout=1) as caller:
            caller.sendall(f"HEAD /healthz HTTP/1.0\r\nHost: {HOST}\r\n\r\n".encode())
            return caller.recv(16).startswith(b"HTTP/")
    except OSError:
        return False


def _all_free(first: int, count: int) -> bool:
    return all(_free(port) for port in range(first, first + count))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # Connections of a server that has just stopped linger; they are in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except OSError:
            return False
        return True
