"""Where the servers are: the ones named in the environment, else the embedded ones, started when first needed."""

from collections.abc import Callable

from kit import embedded
from kit.settings import settings

# What the roof does to the embedded database (its owner's URL) before it is used: nobody should have to migrate a desk.
prepare: Callable[[str], None] | None = None


def database_url() -> str:
    """SQLAlchemy URL of the database, as the application role."""
    named = settings().database_url
    if named is not None:
        return named
    started = embedded.start(settings().home)
    if prepare is not None:
        prepare(started.database_url("crrc_owner"))
    return started.database_url("crrc_app")


def database_owner_url() -> str:
    """SQLAlchemy URL of the database, as its owner: migrations only. Raises RuntimeError when it is not configured."""
    if settings().database_url is None:
        return embedded.start(settings().home).database_url("crrc_owner")
    owner = settings().database_owner_url
    if owner is None:
        raise RuntimeError("CRRC_DATABASE_OWNER_URL is not set: migrations run as the owner, never as the application.")
    return owner


def redis_url() -> str:
    """URL of Redis (or Valkey)."""
    return settings().redis_url or embedded.start(settings().home).redis_url


def smtp_url() -> str:
    """URL of the mail server: smtp://, smtp+starttls:// or smtps://, user:password@host:port; null: sends nothing."""
    return settings().smtp_url or f"smtp://127.0.0.1:{settings().mailbox_smtp_port}"


def storage_url() -> str:
    """URL of the file storage: file:///folder."""
    return settings().storage_url or (settings().home / "storage").as_uri()
