"""Settings: read once from the environment. Whatever is not set runs embedded, under CRRC_HOME."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kit.errors import Invalid

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url`, `redis_url`, `smtp_url`, `storage_url` are None when embedded.

    `trusted_proxies` is how many proxies before us write X-Forwarded-For and X-Forwarded-Proto.
    """

    home: Path
    port: int
    base_url: str
    database_url: str | None
    database_owner_url: str | None
    redis_url: str | None
    smtp_url: str | None
    storage_url: str | None
    mail_from: str
    trusted_proxies: int

    @property
    def mailbox_port(self) -> int:
        """The local mailbox's page."""
        return self.port + 1

    @property
    def mailbox_smtp_port(self) -> int:
        """The local mailbox's SMTP door."""
        return self.port + 2


@cache
def settings() -> Settings:
    """The settings of this process. Raises Invalid for a port or a number of proxies that is none."""
    env = os.environ
    port = env.get("CRRC_PORT", "8000")
    proxies = env.get("CRRC_TRUSTED_PROXIES") or "0"
    if not port.isdigit() or not 0 < int(port) < 65534:
        raise Invalid(f"CRRC_PORT doit être un numéro de port inférieur à 65534, et non {port!r}.")
    if not proxies.isdigit():
        raise Invalid(f"CRRC_TRUSTED_PROXIES doit être un nombre de serveurs mandataires, et non {proxies!r}.")
    return Settings(
        home=Path(env.get("CRRC_HOME") or PROJECT / ".crrc").expanduser().resolve(),
        port=int(port),
        base_url=(env.get("CRRC_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        database_url=env.get("CRRC_DATABASE_URL") or None,
        database_owner_url=env.get("CRRC_DATABASE_OWNER_URL") or None,
        redis_url=env.get("CRRC_REDIS_URL") or None,
        smtp_url=env.get("CRRC_SMTP_URL") or None,
        storage_url=env.get("CRRC_STORAGE_URL") or None,
        mail_from=env.get("CRRC_MAIL_FROM") or "ne-pas-repondre@crrc.invalid",
        trusted_proxies=int(proxies),
    )
