"""The installation's Ed25519 key: signs receipts, and lets anybody verify them with the public key alone."""

import base64
import hashlib
import hmac
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kit.keyfile import keyfile
from kit.settings import settings


def canonical(content: Any) -> bytes:
    """The one way to write JSON content as bytes: sorted keys, no blanks, UTF-8 (RFC 8785's shape, without floats).

    Raises TypeError on floats and other values whose text is not unique.
    """

    def refuse_floats(value: Any) -> Any:
        if isinstance(value, float):
            raise TypeError("A float has no canonical text: use an integer or a string.")
        if isinstance(value, dict):
            return {key: refuse_floats(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [refuse_floats(item) for item in value]
        return value

    text = json.dumps(refuse_floats(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def sha256(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@cache
def _private_key() -> Ed25519PrivateKey:
    """The key of CRRC_SIGNING_KEY (PEM file), else of CRRC_HOME/keys, made once and readable by its owner alone."""
    path = Path(os.environ.get("CRRC_SIGNING_KEY") or settings().home / "keys" / "signing.pem")
    key = serialization.load_pem_private_key(keyfile(path, _new_key).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path} does not hold an Ed25519 key.")
    return key


def _new_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_key() -> str:
    """The public key, base64 of its 32 bytes: what a verifier needs."""
    raw = _private_key().public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return base64.b64encode(raw).decode()


def sign(message: bytes) -> str:
    """The signature of `message`, base64 of 64 bytes."""
    return base64.b64encode(_private_key().sign(message)).decode()


@cache
def _seal_key() -> bytes:
    """A secret derived from the installation's key, for seals that only we check."""
    seed = _private_key().private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return hashlib.sha256(b"crrc seal" + seed).digest()


def seal(text: str) -> str:
    """A keyed digest of `text` (HMAC-SHA-256, hexadecimal) that only this installation can make."""
    return hmac.new(_seal_key(), text.encode(), hashlib.sha256).hexdigest()


def verify(message: bytes, signature: str, key: str) -> bool:
    """Whether `signature` is that of `message` under the public key `key` (both base64). False on malformed input."""
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(key)).verify(base64.b64decode(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True
