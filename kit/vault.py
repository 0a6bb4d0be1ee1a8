"""Secrets at rest: passwords and keys of other systems, sealed before they reach the database."""

import os
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kit.errors import Conflict
from kit.keyfile import keyfile
from kit.settings import settings


@cache
def _keys() -> MultiFernet:
    """The keys of CRRC_SECRETS_KEYS (separated by blanks, the newest first), else of CRRC_HOME/keys, made once."""
    named = os.environ.get("CRRC_SECRETS_KEYS", "").split() or _file().read_text().split()
    return MultiFernet([Fernet(key) for key in named])


def _file() -> Path:
    return keyfile(settings().home / "keys" / "secrets.keys", Fernet.generate_key)


def lock_away(secret: str) -> str:
    """The sealed form of `secret`: what a column holds. Empty stays empty."""
    return _keys().encrypt(secret.encode()).decode() if secret else ""


def take_out(sealed: str) -> str:
    """The secret. Raises Conflict when none of this installation's keys opens it."""
    if not sealed:
        return ""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Conflict(
            "Ce secret a été scellé avec une clé qui n’est plus là\N{NO-BREAK SPACE}: saisissez-le de nouveau."
        ) from None
