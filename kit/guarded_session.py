"""A session of `requests` for libraries that want one, with the guarantees of kit.outgoing and none of its own."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from kit import outgoing


def guarded_session(who: str, patience: float = outgoing.WHOLE_SECONDS) -> Session:
    """A session whose every request is a kit.outgoing.call: `who` names the other system in sentences.

    Raises (when asked) kit.outgoing.NotSent, which a redirection is too, or kit.outgoing.AnswerLost. It reads no
    environment (proxy, .netrc, certificates): what a caller passes as timeout, verify, cert or proxies changes nothing.
    """
    session = Session()
    session.trust_env = False
    session.adapters.clear()
    for scheme in ("https://", "http://"):  # address_fault refuses http but for this very machine
        session.mount(scheme, _Guarded(who, patience))
    return session


class _Guarded(HTTPAdapter):
    """Carries a request by kit.outgoing."""

    def __init__(self, who: str, patience: float) -> None:
        super().__init__()
        self._who, self._patience = who, patience

    def send(self, request: PreparedRequest, stream: bool = False, *args: Any, **kwargs: Any) -> Response:
        """The answer, whole."""
        body = request.body.encode() if isinstance(request.body, str) else request.body
        if body is not None and not isinstance(body, bytes):
            raise TypeError("A body is text or bytes: what is read on the way is not bounded.")
        headers: Mapping[str, str] = {
            name: value if isinstance(value, str) else value.decode("latin-1")
            for name, value in request.headers.items()
            if name.lower() not in ("accept-encoding", "connection", "host")
        }
        answer = outgoing.call(
            self._who, request.method or "GET", request.url or "", headers, body, patience=self._patience
        )
        said = HTTPHeaderDict(answer.headers.items())
        came = HTTPResponse(BytesIO(answer.content), said, answer.status, preload_content=False, decode_content=False)
        return self.build_response(request, came)
