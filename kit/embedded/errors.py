"""What the launchers say when a server cannot run."""

from pathlib import Path

from kit.errors import CrrcError


class ServerUnavailable(CrrcError):
    """An embedded server does not start, stop or answer. The sentence says what to do, or ends with its own log."""

    status = 503
    code = "server_unavailable"


def with_log(sentence: str, log: Path, lines: int = 6) -> ServerUnavailable:
    """The error for `sentence`, followed by the last lines the server wrote."""
    text = log.read_text(errors="replace") if log.exists() else ""
    return ServerUnavailable("\n  ".join([sentence, *text.splitlines()[-lines:]]))
