"""PISTE, the door of the State's APIs: a token by client credentials, kept until it expires, then calls in JSON."""

import hashlib
import json
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from billing.gateway.channel import Barred, Refused, Unknown, Unsent
from billing.gateway.outgoing import WHOLE_SECONDS, Reply, call

MARGIN_SECONDS = 60.0
CHORUS = "Chorus Pro"
BARRED_APPLICATION = "PISTE refuse l’identifiant ou le secret de l’application."
BARRED_ACCOUNT = (
    "Chorus Pro refuse le compte technique\N{NO-BREAK SPACE}: "
    "identifiant, mot de passe expiré, ou droits sur cette API."
)
BUSY = "demande d’attendre\N{NO-BREAK SPACE}: trop d’appels."
UNREADABLE = "a donné une réponse illisible."
_tokens: dict[str, tuple[str, float]] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Piste:
    """An application registered at PISTE, and the technical account of Chorus Pro that it acts for."""

    oauth_url: str
    api_url: str
    client_id: str
    client_secret: str = field(repr=False)
    login: str
    password: str = field(repr=False)
    patience: float = WHOLE_SECONDS

    def post(self, path: str, question: dict[str, Any]) -> dict[str, Any]:
        """The answer of `/cpro/<path>`, whose codeRetour is 0.

        Raises Refused with the portal's words for another codeRetour, Barred, Unsent, or Unknown.
        """
        reply = self._post(path, question)
        if reply.status == 401:  # a token may be withdrawn before its time: once more, with a new one
            forget_token(self._key)
            reply = self._post(path, question)
        facts, said = reply.facts, _said(reply)
        if reply.status in (401, 403):
            raise Barred(BARRED_ACCOUNT)
        if reply.status == 429:
            raise Unsent(f"{CHORUS} {BUSY}")
        if 400 <= reply.status < 500:
            raise Refused(f"{CHORUS} refuse cette demande\N{NO-BREAK SPACE}: {said}")
        if reply.status != 200 or facts.get("codeRetour") is None:
            raise Unknown(f"{CHORUS} {UNREADABLE} ({reply.status})")
        if facts["codeRetour"] != 0:
            raise Refused(f"{CHORUS} refuse cette demande\N{NO-BREAK SPACE}: {said}")
        return facts

    @property
    def _key(self) -> str:
        """Whose token: never the secret itself."""
        words = "\n".join((self.oauth_url, self.client_id, self.client_secret))
        return hashlib.sha256(words.encode()).hexdigest()

    def _post(self, path: str, question: dict[str, Any]) -> Reply:
        account = b64encode(f"{self.login}:{self.password}".encode()).decode()
        headers = {
            "Authorization": f"Bearer {self._token()}",
            "cpro-account": account,
            "Content-Type": "application/json;charset=utf-8",
            "Accept": "application/json",
        }
        url = f"{self.api_url.rstrip('/')}/cpro/{path}"
        return call(CHORUS, "POST", url, headers, json.dumps(question).encode(), self.patience)

    def _token(self) -> str:
        with _lock:
            token, until = _tokens.get(self._key, ("", 0.0))
        if token and time.monotonic() < until:
            return token
        token, lasts = self._ask_token()
        with _lock:
            _tokens[self._key] = (token, time.monotonic() + lasts - min(MARGIN_SECONDS, lasts / 2))
        return token

    def _ask_token(self) -> tuple[str, float]:
        words = {"grant_type": "client_credentials", "client_id": self.client_id, "scope": "openid"}
        form = urlencode(words | {"client_secret": self.client_secret}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        try:
            reply = call("PISTE", "POST", self.oauth_url, headers, form, self.patience)
        except Unknown as error:  # a token that is lost does nothing: the invoice has not left
            raise Unsent(error.sentence) from error
        if reply.status in (400, 401, 403):
            raise Barred(BARRED_APPLICATION)
        if reply.status == 429:
            raise Unsent(f"PISTE {BUSY}")
        token, lasts = reply.facts.get("access_token"), reply.facts.get("expires_in")
        if reply.status != 200 or not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Unsent(f"PISTE {UNREADABLE} ({reply.status})")
        return token, float(lasts) if isinstance(lasts, int) and 0 < lasts < 1_000_000 else 2 * MARGIN_SECONDS


def forget_token(key: str | None = None) -> None:
    """Ask for a new token next time: of one application, or of all."""
    with _lock:
        if key is None:
            _tokens.clear()
        else:
            _tokens.pop(key, None)


def _said(reply: Reply) -> str:
    """The portal's own words, on one line, and not endless."""
    found = reply.facts.get("libelle") or reply.facts.get("message") or reply.facts.get("error_description") or ""
    return " ".join(str(found).split())[:300] or f"code {reply.facts.get('codeRetour', reply.status)}"
