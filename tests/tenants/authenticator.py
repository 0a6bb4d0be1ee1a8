"""A passkey in software, for tests: answers a browser would send, true in every byte, and false where a test wants."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One key. `counts`: each use adds one, as security keys do; synchronised keys always say 0."""

    origin: str = "http://localhost:8000"
    verifies: bool = True
    counts: bool = True
    sign_count: int = 0
    handle: bytes = b""
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any], **changes: Any) -> str:
        """navigator.credentials.create()."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        client = self._client("webauthn.create", options, changes)
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        length = len(self.credential_id).to_bytes(2, "big")
        attested = bytes(16) + length + self.credential_id + cbor2.dumps(public)
        data = self._data(changes.get("rp_id", options["rp"]["id"]), ATTESTED, changes) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": bytes_to_base64url(client),
            "attestationObject": bytes_to_base64url(attestation),
            "transports": ["internal", "telepathy"],
        }
        return self._answer(response)

    def show(self, options: dict[str, Any], **changes: Any) -> str:
        """navigator.credentials.get(). `changes`: what a test forges (origin, challenge, rp_id, handle, signature…)."""
        client = self._client("webauthn.get", options, changes)
        data = self._data(changes.get("rp_id", options["rpId"]), 0, changes)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": bytes_to_base64url(client),
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(changes.get("signature", signature)),
            "userHandle": bytes_to_base64url(changes.get("handle", self.handle)),
        }
        return self._answer(response)

    def _client(self, kind: str, options: dict[str, Any], changes: dict[str, Any]) -> bytes:
        said = {
            "type": changes.get("type", kind),
            "challenge": changes.get("challenge", options["challenge"]),
            "origin": changes.get("origin", self.origin),
            "crossOrigin": changes.get("cross_origin", False),
        }
        return json.dumps(said).encode()

    def _data(self, rp_id: str, flags: int, changes: dict[str, Any]) -> bytes:
        self.sign_count = changes.get("sign_count", self.sign_count + (1 if self.counts else 0))
        flags |= changes.get("flags", PRESENT | (VERIFIED if self.verifies else 0))
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + self.sign_count.to_bytes(4, "big")

    def _answer(self, response: dict[str, Any]) -> str:
        name = bytes_to_base64url(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
