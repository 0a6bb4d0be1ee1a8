"""Settings: read once from the environment. Whatever is not set runs embedded, under CRRC_HOME."""

import os
import re
from dataclasses import dataclass, field
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
    program may call with one token; `metrics_token` is what Prometheus shows at /metrics. `web_workers` processes
    answer on `web_host`:`port`, or on `web_socket` when it is set, each with `web_places` pages, savings and
    submissions under way (app/admission.py); `proxy_stamps`: app/arrival.py. `pgbouncer` is `plain` or `prepared` when
    a PgBouncer in transaction mode stands before the database; `database_replica_url` is a copy that exports read
    (docs/scale.md). `backup_recipients` are who may open the sets that are kept at `backup_url` (docs/backups.md).
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
    metrics_token: str = field(default="", repr=False)
    pgbouncer: str | None = None
    database_replica_url: str | None = None
    s3_access_key: str = ""
    s3_secret_key: str = field(default="", repr=False)
    proxy_stamps: bool = False
    web_workers: int = 2
    web_places: int = 2
    web_host: str = "127.0.0.1"
    web_socket: Path | None = None
    backup_url: str | None = None
    backup_recipients: tuple[str, ...] = ()
    database_backup_url: str | None = None

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
    """The settings of this process. Raises Invalid for a value that cannot be one, and says which."""
    env = os.environ
    port = _number("CRRC_PORT", 8000, range(1, 65534), "un numéro de port inférieur à 65534")
    bounces = env.get("CRRC_BOUNCE_ADDRESS") or None
    if bounces and not BOUNCE_ADDRESS.fullmatch(bounces):
        raise Invalid(
            f"CRRC_BOUNCE_ADDRESS doit être une adresse courte, comme bounces@exemple.fr, et non {bounces!r}."
        )
    socket = env.get("CRRC_WEB_SOCKET") or None
    return Settings(
        home=Path(env.get("CRRC_HOME") or PROJECT / ".crrc").expanduser().resolve(),
        port=port,
        base_url=(env.get("CRRC_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        database_url=env.get("CRRC_DATABASE_URL") or None,
        database_owner_url=env.get("CRRC_DATABASE_OWNER_URL") or None,
        redis_url=env.get("CRRC_REDIS_URL") or None,
        smtp_url=env.get("CRRC_SMTP_URL") or None,
        storage_url=env.get("CRRC_STORAGE_URL") or None,
        bounce_address=bounces,
        mail_from=env.get("CRRC_MAIL_FROM") or "ne-pas-repondre@crrc.invalid",
        trusted_proxies=_number("CRRC_TRUSTED_PROXIES", 0, range(10), "un nombre de serveurs mandataires"),
        security_contact=(env.get("CRRC_SECURITY_CONTACT") or "").strip(),
        metrics_token=(env.get("CRRC_METRICS_TOKEN") or "").strip(),
        api_per_minute=_number(
            "CRRC_API_PER_MINUTE", 600, range(1, 1_000_001), "un nombre d’appels, d’un million au plus"
        ),
        pgbouncer=_pooler(),
        database_replica_url=env.get("CRRC_DATABASE_REPLICA_URL") or None,
        s3_access_key=env.get("CRRC_S3_ACCESS_KEY") or "",
        s3_secret_key=env.get("CRRC_S3_SECRET_KEY") or "",
        proxy_stamps=env.get("CRRC_PROXY_STAMPS") == "1",
        web_workers=_number("CRRC_WEB_WORKERS", 2, range(1, 65), "un nombre de processus, de 1 à 64"),
        web_places=_number("CRRC_WEB_PLACES", 2, range(1, 17), "un nombre de places, de 1 à 16"),
        web_host=env.get("CRRC_WEB_HOST") or "127.0.0.1",
        web_socket=Path(socket).resolve() if socket else None,
        backup_url=env.get("CRRC_BACKUP_URL") or None,
        backup_recipients=tuple((env.get("CRRC_BACKUP_RECIPIENTS") or "").replace(",", " ").split()),
        database_backup_url=env.get("CRRC_DATABASE_BACKUP_URL") or None,
    )


def _pooler() -> str | None:
    """Raises Invalid for a way of speaking to PgBouncer that is none."""
    pooler = os.environ.get("CRRC_PGBOUNCER") or None
    if pooler not in (None, "plain", "prepared"):
        raise Invalid(f"CRRC_PGBOUNCER vaut plain ou prepared (docs/scale.md), et non {pooler!r}.")
    return pooler


def _number(name: str, default: int, allowed: range, what: str) -> int:
    """The whole number that variable `name` holds. Raises Invalid when it is none of those allowed; `what` they are."""
    given = os.environ.get(name) or str(default)
    if not given.isdecimal() or int(given) not in allowed:
        raise Invalid(f"{name} doit être {what}, et non {given!r}.")
    return int(given)
