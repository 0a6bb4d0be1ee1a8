"""The installation's Ed25519 key: signs receipts, and lets anybody verify them with the public key alone."""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kit.keyfile import alone, keyfile, put, stamp
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


def _path() -> Path:
    """The PEM file of CRRC_SIGNING_KEY, else of CRRC_HOME/keys. What was before it, and the seal, lie beside it."""
    return Path(os.environ.get("CRRC_SIGNING_KEY") or settings().home / "keys" / "signing.pem")


def _private_key() -> Ed25519PrivateKey:
    """The installation's key, made once; read anew once it was replaced."""
    return _read_key(stamp(keyfile(_path(), _new_key)))


@lru_cache(maxsize=1)
def _read_key(found: tuple[str, int, int]) -> Ed25519PrivateKey:
    key = serialization.load_pem_private_key(Path(found[0]).read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{found[0]} does not hold an Ed25519 key.")
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


def known_keys() -> frozenset[str]:
    """The public keys this installation signs with and has signed with, in base64: what they signed stays theirs."""
    return frozenset({public_key(), *_read_old(stamp(_old_path()))})


def rotate() -> str:
    """Sign with a new key from now on; returns the new public key. The old public key stays known.

    Seals do not change with the key: calendars, links and codes that are about go on. Killed at any moment, it leaves
    the old key or the new one at work, and both known. Raises OSError where the folder cannot be written.
    """
    path = keyfile(_path(), _new_key)
    with alone(path):
        keyfile(_seal_path(), _derived)
        old = public_key()
        put(_old_path(), "\n".join([*_read_old(stamp(_old_path())), old, ""]).encode())
        put(path, _new_key())
    return public_key()


def trust(keys: Iterable[str]) -> None:
    """Know these public keys too: a portal that moves in brings what another installation signed. Be sure of whose."""
    path = keyfile(_path(), _new_key)
    with alone(path):
        known = _read_old(stamp(_old_path()))
        put(_old_path(), "\n".join([*known, *sorted(set(keys) - {*known, public_key()}), ""]).encode())


def _old_path() -> Path:
    return _path().with_suffix(".old")


@lru_cache(maxsize=1)
def _read_old(found: tuple[str, int, int]) -> tuple[str, ...]:
    path = Path(found[0])
    return tuple(dict.fromkeys(path.read_text().split())) if path.exists() else ()


def _seal_path() -> Path:
    return _path().with_name("seal.key")


def _seal_key() -> bytes:
    """A secret for seals that only we check: derived from the first signing key, in its own file once that one went."""
    return _read_seal(stamp(_seal_path()), stamp(keyfile(_path(), _new_key)))


@lru_cache(maxsize=1)
def _read_seal(own: tuple[str, int, int], key: tuple[str, int, int]) -> bytes:
    return bytes.fromhex((Path(own[0]).read_bytes() if own[1] else _derived()).decode())


def _derived() -> bytes:
    seed = _private_key().private_bytes(
        serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    )
    return hashlib.sha256(b"crrc seal" + seed).hexdigest().encode()


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
