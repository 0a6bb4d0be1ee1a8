"""OpenID Connect with ProConnect and Pro Santé Connect: code flow, PKCE S256, signed answers. Alone imports Authlib.

Every call goes through kit.guarded_session. What a provider says of itself, and its keys, are remembered for minutes.
"""

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.flask_client import FlaskIntegration, FlaskOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests.exceptions import RequestException

from kit.guarded_session import guarded_session
from kit.outgoing import CallError
from tenants.rules.identity import PROVIDER_NAMES, Told, is_enough, read_told
from tenants.rules.provider import ALGORITHMS, SCOPES, described
from tenants.rules.refusal import TOO_LOW, WRONG_ANSWER, ProviderAway, ProviderRefused, refusal

log = structlog.get_logger("crrc.identity")
PATIENCE_SECONDS = 8.0
FRESH_SECONDS, AGAIN_SECONDS = 300.0, 15.0
LEEWAY_SECONDS = 60
# What the libraries raise on an answer that is malformed, forged or meant for somebody else.
WRONG = (AuthlibBaseError, JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Door:
    """A provider, as one portal is registered with it."""

    kind: str
    discovery_url: str
    client_id: str
    client_secret: str = field(repr=False)
    acr_values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer must match. `redirect_uri` is the one that was sent."""

    redirect_uri: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(slots=True)
class _Known:
    """What a provider said of itself, and when (monotonic seconds); `fault` when it could not be asked."""

    at: float
    facts: dict[str, Any]
    keys: dict[str, Any] | None = None
    fault: str = ""


_lock = threading.Lock()
_known: dict[tuple[str, str], _Known] = {}


class _Session(OAuth2Session):
    """Authlib's session, whose requests are those of kit.outgoing."""

    def __init__(self, who: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        guarded = guarded_session(who, PATIENCE_SECONDS)
        self.trust_env, self.adapters = guarded.trust_env, guarded.adapters


def describe(kind: str, discovery_url: str, fresh: bool = False) -> dict[str, Any]:
    """The provider's issuer, endpoints and remarks (tenants.rules.provider.described). Raises ProviderAway.

    One that did not answer is not asked again for a few seconds: it would hold every thread.
    """
    key = (kind, discovery_url)
    with _lock:
        known = _known.get(key)
    age = time.monotonic() - known.at if known else float("inf")
    if known is None or fresh or age > (AGAIN_SECONDS if known.fault else FRESH_SECONDS):
        known = _ask(kind, discovery_url)
        with _lock:
            _known[key] = known
    if known.fault:
        raise ProviderAway(kind, known.fault)
    return known.facts


def forget_providers() -> None:
    """Ask them again next time."""
    with _lock:
        _known.clear()


def authorization_url(door: Door, asked: Asked, state: str) -> str:
    """Where to send the person. Raises ProviderAway."""
    client = _client(door)
    wanted: dict[str, Any]
    if door.kind == "psc":
        wanted = {"acr_values": " ".join(door.acr_values)}
    else:
        level = {"essential": True, "values": list(door.acr_values)} if door.acr_values else None
        wanted = {"claims": json.dumps({"id_token": {"acr": level, "amr": None}})}
    made = client.create_authorization_url(
        asked.redirect_uri, state=state, nonce=asked.nonce, code_verifier=asked.verifier, **wanted
    )
    return str(made["url"])


def finish(door: Door, asked: Asked, code: str) -> Told:
    """Who came back with `code`: exchanged, checked (signature, issuer, audience, nonce, times, level), asked about.

    Raises ProviderAway, ProviderRefused.
    """

    def act() -> Told | None:
        client = _client(door)
        token = client.fetch_access_token(asked.redirect_uri, code=code, code_verifier=asked.verifier)
        id_claims = client.parse_id_token(
            token, nonce=asked.nonce, claims_options=_expected(door, client), leeway=LEEWAY_SECONDS
        )
        if not id_claims:
            raise ValueError("no ID token")
        _remember_keys(door, client)
        said = _userinfo(door, client, token, id_claims["sub"])
        return read_told(door.kind, client.server_metadata["issuer"], id_claims, said, token["id_token"])

    told = _checked(door.kind, act)
    if told is None:
        raise ProviderRefused(door.kind, WRONG_ANSWER, "nobody")
    if not is_enough(door.kind, told.acr, door.acr_values):
        raise ProviderRefused(door.kind, TOO_LOW, "acr")
    return told


def sign_out_url(door: Door, id_token: str, back: str, state: str) -> str | None:
    """Where to send the person to sign out there too; None when the provider offers nothing of the kind, or when the
    token was given to another portal: only that one may hand it back."""
    client = _client(door)
    if "end_session_endpoint" not in client.server_metadata or door.client_id not in _audience(id_token):
        return None
    made = client.create_logout_url(back, id_token_hint=id_token, state=state, client_id=door.client_id)
    return str(made["url"])


def _audience(id_token: str) -> list[str]:
    """Whom a token of ours was given to; it was checked when it came."""
    try:
        payload = id_token.split(".")[1]
        audience = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["aud"]
    except (ValueError, LookupError, TypeError):
        return []
    return audience if isinstance(audience, list) else [audience]


def _ask(kind: str, discovery_url: str) -> _Known:
    who = PROVIDER_NAMES[kind]
    try:
        with guarded_session(who, PATIENCE_SECONDS) as session:
            answer = session.get(discovery_url, headers={"Accept": "application/json"})
        if answer.status_code != 200:
            raise ValueError(f"L’adresse répond par le code {answer.status_code}.")
        return _Known(time.monotonic(), described(kind, discovery_url, _json(answer)))
    except CallError as error:
        fault = error.sentence
    except (RequestException, ValueError, RecursionError) as error:
        fault = str(error) if type(error) is ValueError else "La description n’est pas lisible."
    log.warning("identity.away", provider=kind, fault=fault)
    return _Known(time.monotonic(), {}, fault=fault)


def _client(door: Door) -> Any:
    """Authlib's client, built for this request: its registry would keep the first portal's for all."""
    facts = describe(door.kind, door.discovery_url)
    with _lock:
        keys = _known[door.kind, door.discovery_url].keys
    client = FlaskOAuth2App(
        FlaskIntegration(door.kind),
        door.kind,
        client_id=door.client_id,
        client_secret=door.client_secret,
        client_kwargs={
            "scope": SCOPES[door.kind],
            "token_endpoint_auth_method": "client_secret_post",
            "code_challenge_method": "S256",
        },
        server_metadata_url=door.discovery_url,
        _loaded_at=time.time(),
        id_token_signing_alg_values_supported=ALGORITHMS[door.kind],
        **{name: value for name, value in facts.items() if name not in ("remarks", "says_issuer")},
        **({"jwks": keys} if keys else {}),
    )
    client.client_cls = partial(_Session, PROVIDER_NAMES[door.kind])
    return client


def _remember_keys(door: Door, client: Any) -> None:
    """Keys live as long as the description; one that is not among them is looked for at once (Authlib does it)."""
    with _lock:
        _known[door.kind, door.discovery_url].keys = client.server_metadata["jwks"]


def _expected(door: Door, client: Any) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": client.server_metadata["issuer"]},
        "aud": {"essential": True, "value": door.client_id},
        "sub": {"essential": True},
        "nonce": {"essential": True},
    }


def _userinfo(door: Door, client: Any, token: Any, sub: str) -> dict[str, Any]:
    """What the provider says of the person. ProConnect signs it; plain JSON is taken from Pro Santé Connect alone."""
    answer = client.get(client.server_metadata["userinfo_endpoint"], token=token)
    if answer.status_code != 200:
        raise ValueError(f"userinfo {answer.status_code}")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind == "application/jwt":
        said = _signed(door, client, answer.text)
    elif kind == "application/json" and door.kind == "psc":
        said = _json(answer)
    else:
        raise ValueError(f"userinfo as {kind[:40]!r}")
    if not isinstance(said, dict) or said.get("sub") != sub:
        raise ValueError("userinfo of somebody else")
    return said


def _signed(door: Door, client: Any, text: str) -> dict[str, Any]:
    registry = JWSRegistry(algorithms=ALGORITHMS[door.kind], strict_check_header=False)
    said = jwt.decode(text.strip(), KeySet.import_key_set(client.fetch_jwk_set()), registry=registry).claims
    times = jwt.JWTClaimsRegistry(leeway=LEEWAY_SECONDS)
    times.validate({name: said[name] for name in ("exp", "nbf", "iat") if name in said})
    audience = said.get("aud")
    if said.get("iss") != client.server_metadata["issuer"] or audience not in (door.client_id, [door.client_id]):
        raise ValueError("userinfo for somebody else")
    return dict(said)


def _json(answer: Any) -> Any:
    return json.loads(answer.content)


def _checked(kind: str, act: Callable[[], Told | None]) -> Told | None:
    """Do it; what fails on the way is a refusal of ours or an absence of theirs, never an error of the portal."""
    try:
        return act()
    except CallError as error:
        log.warning("identity.away", provider=kind, fault=error.sentence)
        raise ProviderAway(kind, error.sentence) from None
    except RequestException as error:
        log.warning("identity.away", provider=kind, fault=type(error).__name__)
        raise ProviderAway(kind, type(error).__name__) from None
    except WRONG as error:
        told = refusal(kind, str(getattr(error, "error", "")), str(getattr(error, "description", "")))
        log.warning("identity.wrong", provider=kind, fault=type(error).__name__, reason=told.reason)
        raise ProviderRefused(kind, WRONG_ANSWER, type(error).__name__) from None
