"""Settings: read once from the environment. Whatever is not set runs embedded, under CRRC_HOME."""

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kit.errors import Invalid

# Its left part leaves room for what is added to it: 64 characters in all (RFC 5321 §4.5.3.1.1).
BOUNCE_ADDRESS = re.compile(r"[A-Za-z0-9._-]{1,20}@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}")
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url`, `redis_url`, `smtp_url`, `storage_url` are None when embedded.

    `bounce_address` is a mailbox whose mails, <name>+<anything>@<domain> too, are piped to `crrc mail bounce`.
    `trusted_proxies` is how many proxies before us write X-Forwarded-For and X-Forwarded-Proto; `security_contact` is
    whom to tell a fault of security of the installation (an address, or an https page). `api_per_minute` is how often a
    program may call with one token.
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
    bounce_address: str | None
    trusted_proxies: int
    security_contact: str = ""
    api_per_minute: int = 600

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
    bounces = env.get("CRRC_BOUNCE_ADDRESS") or None
    if bounces and not BOUNCE_ADDRESS.fullmatch(bounces):
        raise Invalid(
            f"CRRC_BOUNCE_ADDRESS doit être une adresse courte, comme bounces@exemple.fr, et non {bounces!r}."
        )
    often = env.get("CRRC_API_PER_MINUTE") or "600"
    if not often.isdigit() or not 0 < int(often) <= 1_000_000:
        raise Invalid(f"CRRC_API_PER_MINUTE doit être un nombre d’appels, d’un million au plus, et non {often!r}.")
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
        bounce_address=bounces,
        mail_from=env.get("CRRC_MAIL_FROM") or "ne-pas-repondre@crrc.invalid",
        trusted_proxies=int(proxies),
        security_contact=(env.get("CRRC_SECURITY_CONTACT") or "").strip(),
        api_per_minute=int(often),
    )
