"""A small strict issuer that lies on demand: what an attacker, or a broken provider, could answer.

It checks what we send (client_secret_post, PKCE, redirect_uri, a code once) like the real one, then signs whatever the
test wants: see `Lies`.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tenants.rules.provider import SUFFIXES
from tests.peers.oidc.real import BASES, CAMILLE, ROBERT

SECRET = "forger-secret-" + "s" * 40
CLIENT = "crrc-forger"
SAID = {"proconnect": CAMILLE, "psc": ROBERT}


@dataclass
class Lies:
    """What differs from the truth. `id_token` and `userinfo` replace claims (None takes one away); `*_alg` is what
    signs them ("none": nothing does); `stranger` signs with a key that nobody published."""

    id_token: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    id_alg: str = ""
    userinfo_alg: str = ""
    userinfo_type: str = ""
    userinfo_body: bytes | None = None
    token_body: bytes | None = None
    token_status: int = 200
    stranger: bool = False
    sub: str = ""


@dataclass
class Forger:
    """The issuer, its keys, what was asked of it, and its lies of the moment."""

    kind: str
    port: int = 0
    lies: Lies = field(default_factory=Lies)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.keys: dict[str, Any] = {
            "ES256": ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"}),
            "RS256": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig", "alg": "RS256"}),
        }
        self.other = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig", "alg": "ES256"})

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}{BASES[self.kind]}"

    @property
    def discovery_url(self) -> str:
        return f"{self.issuer}{SUFFIXES[self.kind]}"

    def let_in(self, url: str) -> dict[str, str]:
        """Somebody was sent here by `url` and identified: what their browser takes back."""
        sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(16)
        self.codes[code] = sent
        return {"code": code, "state": sent["state"], "iss": self.issuer}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/session/end",
            "authorization_response_iss_parameter_supported": True,
            "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
        } | self.lies.discovery

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        sent = self.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        if (
            sent is None
            or form.get("redirect_uri") != sent["redirect_uri"]
            or sent.get("code_challenge_method") != "S256"
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != sent["code_challenge"]
        ):
            return 400, {"error": "invalid_grant", "error_description": "<script>no</script>"}
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": self.lies.sub or "camille",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": sent["nonce"],
            "acr": "eidas1",
            "amr": ["pwd"],
        }
        alg = self.lies.id_alg or ("RS256" if self.kind == "psc" else "ES256")
        return 200, {
            "access_token": "at",
            "token_type": "Bearer",
            "expires_in": 120,
            "id_token": self.sign(changed(claims, self.lies.id_token), alg),
        }

    def userinfo(self) -> tuple[str, bytes]:
        now = int(time.time())
        said = {"sub": self.lies.sub or "camille", "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims = changed(said | dict(SAID[self.kind]), self.lies.userinfo)
        if self.kind == "psc" and not self.lies.userinfo_alg:
            return self.lies.userinfo_type or "application/json", json.dumps(claims).encode()
        return self.lies.userinfo_type or "application/jwt", self.sign(
            claims, self.lies.userinfo_alg or "ES256"
        ).encode()

    def sign(self, claims: dict[str, Any], alg: str) -> str:
        if alg == "none":
            parts = (json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims))
            return ".".join([*(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts), ""])
        if alg == "HS256":
            return jwt.encode({"alg": alg}, claims, OctKey.import_key(SECRET), algorithms=[alg])
        key = self.other if self.lies.stranger else self.keys[alg]
        return jwt.encode({"alg": alg, "kid": key.kid}, claims, key, algorithms=[alg])


def changed(claims: dict[str, Any], lies: dict[str, Any]) -> dict[str, Any]:
    """The claims, as the lies want them."""
    return {name: value for name, value in (claims | lies).items() if value is not None}


class Door(BaseHTTPRequestHandler):
    """Its pages."""

    forger: Forger

    def do_GET(self) -> None:
        forger, path = self.forger, self.path.removeprefix(BASES[self.forger.kind])
        forger.asked.append(path)
        if path == SUFFIXES[forger.kind]:
            self.answer(200, json.dumps(forger.discovery()).encode())
        elif path == "/jwks":
            keys = [key.as_dict(private=False) for key in forger.keys.values()]
            self.answer(200, json.dumps({"keys": keys}).encode())
        elif path == "/userinfo":
            type_, body = forger.userinfo()
            self.answer(200, body if forger.lies.userinfo_body is None else forger.lies.userinfo_body, type_)
        else:
            self.answer(404, b"")

    def do_POST(self) -> None:
        lies = self.forger.lies
        self.forger.asked.append("token")
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, said = self.forger.token({name: values[0] for name, values in parse_qs(body).items()})
        told = lies.token_body or json.dumps(said).encode()
        self.answer(status if lies.token_status == 200 else lies.token_status, told)

    def answer(self, status: int, body: bytes, type_: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""


@contextmanager
def open_forger(kind: str) -> Iterator[Forger]:
    """Run it on any free port."""
    forger = Forger(kind)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("OwnDoor", (Door,), {"forger": forger}))
    forger.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield forger
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
