"""The door of short tokens: OAuth 2.0 client credentials (RFC 6749 §4.4), by Authlib.

Authlib reads the request and writes the answer; who is a client and what is kept is told to it.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, OAuth2Payload, OAuth2Request, grants
from authlib.oauth2.rfc6749.errors import (
    InvalidClientError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnsupportedGrantTypeError,
)
from flask import json, request
from werkzeug.wrappers import Response

from tenants.rules.program import ACCESS_LIFETIME, TOKEN_PREFIX, narrow

GRANT = "client_credentials"
METHODS = ["client_secret_basic", "client_secret_post"]
NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}
NOT_KNOWN = "The client identifier or its secret is not valid."
NO_GRANT = "grant_type is missing: client_credentials, in a form (application/x-www-form-urlencoded)."
TWICE = "A parameter is given twice, or the client proves itself in two ways."


@dataclass(frozen=True, slots=True)
class Client(ClientMixin):
    """A client as Authlib wants it. `opens` says whether a secret is its own; nobody's opens nothing."""

    client: Any
    scopes: Sequence[str]
    opens: Callable[[str], bool]

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether it is who it says."""
        return self.opens(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Both usual ways."""
        return method in METHODS

    def check_grant_type(self, grant_type: str) -> bool:
        """The only one here."""
        return grant_type == GRANT

    def get_allowed_scope(self, scope: str) -> str:
        """What was asked for, already found to be allowed."""
        return scope


Find: TypeAlias = Callable[[str], Client]
Keep: TypeAlias = Callable[[Client, str, Sequence[str]], None]
NOBODY = Client(None, (), lambda secret: False)


class _Grant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = METHODS

    def authenticate_token_endpoint_client(self) -> Client:
        """The same answer for a client that does not exist and for a wrong secret."""
        try:
            found: Client = super().authenticate_token_endpoint_client()
        except (InvalidClientError, ValueError):  # Basic that is no base64, or no UTF-8
            status = 401 if request.headers.get("Authorization") else 400
            raise InvalidClientError(description=NOT_KNOWN, status_code=status) from None
        return found

    def validate_requested_scope(self) -> None:
        """What is asked for must be held; whoever asks for nothing gets everything it holds."""
        client: Client = self.request.client
        scopes = narrow((self.request.payload.scope or "").split(), client.scopes)
        if scopes is None:
            raise InvalidScopeError()
        self.request.scopes_given = scopes


class _Payload(OAuth2Payload):
    """What the form holds; nothing is read in the address, which is kept in logs."""

    @property
    def data(self) -> Any:
        """The form."""
        return request.form


class _Request(OAuth2Request):
    """The request under way. Whether it came by https is the business of whoever stands before us."""

    def __init__(self) -> None:
        super().__init__(request.method, "https://token.invalid/", headers=request.headers)
        self.payload = _Payload()

    @property
    def form(self) -> Any:
        """The form."""
        return request.form


class _Server(AuthorizationServer):
    def __init__(self, find: Find, keep: Keep) -> None:
        super().__init__()
        self.query_client, self._keep = find, keep
        self.register_grant(_Grant)
        self.register_token_generator("default", _make)

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, asked: Any) -> _Request:
        """The request under way, unless it is none that may be answered."""
        return asked or _Request()

    def save_token(self, token: dict[str, Any], asked: Any) -> None:
        """Kept before it is given."""
        token["scope"] = " ".join(asked.scopes_given)
        self._keep(asked.client, token["access_token"], asked.scopes_given)

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Response:
        """JSON that nobody keeps (RFC 6749 §5.1)."""
        response = Response(json.dumps(body), status, list(headers), mimetype="application/json")
        response.headers.update(NO_STORE)
        return response


def answer(find: Find, keep: Keep) -> Response:
    """The answer to the request under way.

    `find(client_id)` gives a client, NOBODY when there is none; `keep(client, secret, scopes)` keeps a token.
    """
    server, asked = _Server(find, keep), _Request()
    fault = _fault()
    if fault is not None:
        refused: Response = server.handle_error_response(asked, fault)
        return refused
    given: Response = server.create_token_response(asked)
    return given


def _fault() -> OAuth2Error | None:
    """What Authlib does not look at."""
    form = request.form
    if any(len(form.getlist(name)) > 1 for name in form) or (
        "client_secret" in form and request.headers.get("Authorization")
    ):
        return InvalidRequestError(TWICE)
    if not form.get("grant_type"):
        return InvalidRequestError(NO_GRANT)
    if form["grant_type"] != GRANT:
        return UnsupportedGrantTypeError(GRANT)
    return None


def _make(**_: Any) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "access_token": TOKEN_PREFIX + secrets.token_urlsafe(32),
        "expires_in": int(ACCESS_LIFETIME.total_seconds()),
    }
