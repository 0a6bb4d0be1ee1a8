"""Secrets at rest: passwords and keys of other systems, sealed before they reach the database.

The newest key seals, the older ones still open. A file of keys that another process changed is read anew: a rotation
(app/rotation.py) stops nobody.
"""

import hashlib
import os
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.keyfile import alone, keyfile, put, stamp
from kit.settings import settings

NAMED = "CRRC_SECRETS_KEYS"


def lock_away(secret: str) -> str:
    """The sealed form of `secret`: what a column holds. Empty stays empty."""
    return _fernets(_texts())[0].encrypt(secret.encode()).decode() if secret else ""


def take_out(sealed: str) -> str:
    """The secret. Raises Conflict when none of this installation's keys opens it."""
    if not sealed:
        return ""
    try:
        return MultiFernet(_fernets(_texts())).decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Conflict(
            f"Ce secret a été scellé avec une clé qui n’est plus là{NBSP}: saisissez-le de nouveau."
        ) from None


def key_names() -> Sequence[str]:
    """The keys, the newest first, by names that say nothing of them."""
    return [_name(text) for text in _texts()]


def sealed_with(sealed: str) -> str | None:
    """The name of the key that opens `sealed`; None when none does."""
    for text, key in zip(_texts(), _fernets(_texts()), strict=True):
        try:
            key.extract_timestamp(sealed.encode())
        except InvalidToken:
            continue
        return _name(text)
    return None


def seal_again(sealed: str) -> str:
    """The same secret, sealed with the newest key; as it was when that is the key already. Raises InvalidToken."""
    newest = key_names()[0]
    return sealed if sealed_with(sealed) == newest else MultiFernet(_fernets(_texts())).rotate(sealed.encode()).decode()


def add_key() -> str:
    """Make a new key, which seals from now on; returns its name. Raises Conflict when the keys are in the environment.

    Processes of this home know it at their next use of the vault.
    """
    _refuse_named("Mettez une nouvelle clé en tête de cette liste, puis relancez les processus et cette commande")
    path = _file()
    with alone(path):
        put(path, b"\n".join([Fernet.generate_key(), *path.read_bytes().split()]) + b"\n")
    return key_names()[0]


def forget_keys() -> Sequence[str]:
    """Forget every key but the newest; returns their names. Whoever calls has seen that nothing needs them.

    Raises Conflict when the keys are in the environment.
    """
    _refuse_named("Retirez de cette liste toutes les clés sauf la première")
    path = _file()
    with alone(path):
        newest, *old = path.read_text().split()
        put(path, f"{newest}\n".encode())
    return [_name(text) for text in old]


def keys_changed_at() -> float:
    """When the file of keys was last written (seconds since 1970); zero when the keys are in the environment."""
    return 0.0 if os.environ.get(NAMED, "").split() else _file().stat().st_mtime


def _refuse_named(what_to_do: str) -> None:
    if os.environ.get(NAMED, "").split():
        raise Conflict(f"Les clés sont dans la variable {NAMED}. {what_to_do}{NBSP}; rien n’a été changé.")


def _texts() -> tuple[str, ...]:
    """The keys of CRRC_SECRETS_KEYS (separated by blanks, the newest first), else of CRRC_HOME/keys, made once."""
    named = tuple(os.environ.get(NAMED, "").split())
    return named or _read(stamp(_file()))


@lru_cache(maxsize=1)
def _read(found: tuple[str, int, int]) -> tuple[str, ...]:
    return tuple(Path(found[0]).read_text().split())


@lru_cache(maxsize=2)
def _fernets(texts: tuple[str, ...]) -> Sequence[Fernet]:
    try:
        return [Fernet(text) for text in texts]
    except ValueError:
        raise Invalid(f"Une des clés de {NAMED} (ou de keys/secrets.keys) n’est pas une clé Fernet.") from None


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _file() -> Path:
    return keyfile(settings().home / "keys" / "secrets.keys", Fernet.generate_key)
