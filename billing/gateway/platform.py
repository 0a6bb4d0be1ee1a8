"""An accredited platform, by the flow service that AFNOR XP Z12-013 describes: a flow is sent, its fate is asked.

The small part that an issuer needs: POST /v1/flows, POST /v1/flows/search, GET /v1/flows/<id>, GET /v1/healthcheck.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from urllib3.filepost import encode_multipart_formdata

from billing.gateway.channel import Barred, Deposit, Parcel, Refused, Status, Unknown, Unsent
from billing.gateway.outgoing import WHOLE_SECONDS, Reply, call

WHO = "La plateforme"
BARS_US = "La plateforme refuse le jeton d’accès, ou ses droits."


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform at `url`, with the bearer token it gave us."""

    url: str
    token: str = field(repr=False)
    waits: float = WHOLE_SECONDS
    patience: timedelta = timedelta(minutes=10)

    def deposit(self, parcel: Parcel) -> Deposit:
        """Send the flow; the reference is the platform's own number for it."""
        facts = {
            "trackingId": parcel.tracking,
            "name": parcel.name,
            "processingRule": "B2B",
            "flowSyntax": "Factur-X",
            "flowProfile": "CIUS",
            "sha256": parcel.sha256,
        }
        body, kind = encode_multipart_formdata(
            [
                ("flowInfo", (None, json.dumps(facts), "application/json")),  # type: ignore[list-item]
                ("file", (parcel.name, parcel.content, "application/pdf")),
            ]
        )
        return Deposit(_flow_id(self._ask("POST", "/v1/flows", body, kind).facts))

    def find(self, parcel: Parcel) -> Deposit | None:
        """The flow that bears our name, unless the platform refused it."""
        question = {"limit": 100, "where": {"trackingId": parcel.tracking}}
        facts = self._ask("POST", "/v1/flows/search", json.dumps(question).encode(), "application/json").facts
        found = facts.get("results")
        if not isinstance(found, list):
            raise Unknown(f"{WHO} a donné une réponse illisible.")
        ours = [one for one in found if isinstance(one, dict) and one.get("trackingId") == parcel.tracking]
        alive = [one for one in ours if _acknowledged(one)[0] != "Error"]
        return Deposit(_flow_id(alive[-1])) if alive else None

    def news(self, parcel: Parcel, reference: str) -> Sequence[Status]:
        """The platform's acknowledgement of the flow."""
        facts = self._ask("GET", f"/v1/flows/{quote(reference, safe='')}").facts  # its metadata: nothing else is asked
        code, detail = _acknowledged(facts)
        return [Status(code, detail, _instant(facts.get("updatedAt")))]

    def test(self, siret: str) -> str:
        """Ask how the platform is, with our token."""
        self._ask("GET", "/v1/healthcheck")
        return "La plateforme répond, et accepte votre jeton d’accès."

    def _ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Reply:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        url = f"{self.url.rstrip('/')}{path}"
        reply = call(WHO, method, url, headers | ({"Content-Type": kind} if kind else {}), body, self.waits)
        if reply.status in (401, 403):
            raise Barred(BARS_US)
        if reply.status == 429:
            raise Unsent(f"{WHO} demande d’attendre\N{NO-BREAK SPACE}: trop d’appels.")
        if 400 <= reply.status < 500:
            said = reply.facts.get("errorMessage") or reply.facts.get("message") or f"code {reply.status}"
            raise Refused(f"{WHO} refuse cette demande\N{NO-BREAK SPACE}: {' '.join(str(said).split())[:300]}")
        if reply.status not in (200, 202):
            raise Unknown(f"{WHO} a donné une réponse illisible. ({reply.status})")
        return reply


def _flow_id(facts: dict[str, Any]) -> str:
    found = facts.get("flowId")
    if not isinstance(found, str) or not found.strip():
        raise Unknown(f"{WHO} n’a pas donné de numéro de flux.")
    return found.strip()[:100]


def _acknowledged(facts: dict[str, Any]) -> tuple[str, str]:
    """Pending, Ok or Error, and the reasons."""
    whole = facts.get("acknowledgement")
    if not isinstance(whole, dict) or whole.get("status") not in ("Pending", "Ok", "Error"):
        raise Unknown(f"{WHO} a donné une réponse illisible.")
    details = whole.get("details")
    reasons = [one for one in details if isinstance(one, dict)] if isinstance(details, list) else []
    said = " ".join(f"{one.get('reasonCode') or ''} {one.get('reasonMessage') or ''}".strip() for one in reasons)
    return whole["status"], " ".join(said.split())[:1000]


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
