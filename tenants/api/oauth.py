"""How a program gets its short tokens: OAuth 2.0 client credentials, and the description of that door (RFC 8414)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import g, jsonify, request
from flask_smorest import Blueprint
from werkzeug.wrappers import Response

from kit import limits
from kit.settings import settings
from kit.typed import identifier
from kit.web import actor, own_proof, permission
from tenants.gateway import oauth as gateway
from tenants.gateway.oauth import NOBODY, Client
from tenants.service import client as service

oauth = Blueprint("oauth", __name__, description="Short tokens for programs (OAuth 2.0).")

# A wrong secret costs nothing to try; a right one is asked for once an hour.
MOST_FAULTS, MOST_TOKENS, WINDOW = 20, 120, timedelta(minutes=10)
TOO_MANY_FAULTS = "Trop d’essais avec un identifiant ou un secret qui ne sont pas valables."
TOO_MANY_TOKENS = "Ce client demande trop de jetons\N{NO-BREAK SPACE}: chacun vaut une heure, gardez-le."
FORM = {
    "required": ["grant_type"],
    "type": "object",
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "scope": {"type": "string", "description": "Scopes among the client's own, with blanks between; all without."},
        "client_id": {"type": "string", "description": "With client_secret_post."},
        "client_secret": {"type": "string", "description": "With client_secret_post."},
    },
}
TOKEN = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "enum": ["Bearer"]},
        "expires_in": {"type": "integer", "description": "Seconds."},
        "scope": {"type": "string"},
    },
}
REFUSAL = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


@oauth.post("/oauth/token")
@permission("access_token.ask")
@own_proof
@oauth.doc(
    requestBody={"required": True, "content": {"application/x-www-form-urlencoded": {"schema": FORM}}},
    responses={
        "200": _json("A token.", TOKEN),
        "400": _json("Refused (RFC 6749 §5.2).", REFUSAL),
        "401": _json("The client is not known by this identifier and secret (RFC 6749 §5.2).", REFUSAL),
    },
    security=[{"client": []}, {}],
)
def ask_token() -> Response:
    """A token of an hour, for a client that proves itself in the header (Basic) or in the form."""
    answer = gateway.answer(_find, _keep)
    if answer.status_code == 401 or (answer.status_code == 400 and b"invalid_client" in answer.get_data()):
        limits.hit("client_secret", limits.subscriber(request.remote_addr), MOST_FAULTS, WINDOW, TOO_MANY_FAULTS)
    return answer


@oauth.get("/.well-known/oauth-authorization-server")
@permission("access_token.ask")
@oauth.doc(responses={"200": _json("RFC 8414.", {"type": "object"})})
def describe() -> Response:
    """Where and how tokens are given in this portal (RFC 8414)."""
    issuer = f"{settings().base_url}/api/v1/{g.tenant.slug}"
    answer = jsonify(
        issuer=issuer,
        token_endpoint=f"{issuer}/oauth/token",
        token_endpoint_auth_methods_supported=gateway.METHODS,
        grant_types_supported=[gateway.GRANT],
        response_types_supported=[],
        service_documentation=f"{settings().base_url}/api/v1/docs",
    )
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _find(client_id: str) -> Client:
    key = identifier(client_id)
    known = service.find_client(actor(), key) if key is not None else None
    return Client(known.id, known.scopes, known.opens) if known is not None else NOBODY


def _keep(client: Client, secret: str, scopes: Sequence[str]) -> None:
    key: UUID = client.client
    limits.hit("access_token", str(key), MOST_TOKENS, WINDOW, TOO_MANY_TOKENS)
    service.give_access_token(actor(), key, secret, scopes)
