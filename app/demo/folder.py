"""The demonstration's folder: made once, found again, and never made over somebody's own portal."""

from collections.abc import Callable
from pathlib import Path

from kit import embedded, servers
from kit.actor import operator
from kit.db import close_engine
from kit.errors import Conflict
from kit.settings import settings
from kit.transaction import transaction
from migrations import upgrade
from tenants.queries.tenant import list_tenants


def prepare(tell: Callable[[], None], reset: bool = False) -> bool:
    """Make sure that the demonstration is there; returns False when it already was.

    A first run that was interrupted is begun again from nothing. Raises Conflict when the folder (or the database named
    in the environment) holds a portal that the demonstration did not make.
    """
    done, begun = _mark("done"), _mark("begun")
    if reset or (begun.exists() and not done.exists()):
        _empty()
    upgrade(servers.database_owner_url())
    if done.exists():
        return False
    with transaction(operator("démonstration")) as tx:
        if list_tenants(tx.session):
            raise Conflict(
                f"{settings().home} contient déjà un portail qui n’est pas la démonstration : rien n’a "
                "été changé. Donnez-lui un dossier à elle, par exemple CRRC_HOME=.crrc-demo."
            )
    begun.parent.mkdir(parents=True, exist_ok=True)
    begun.touch()
    tell()
    done.touch()
    return True


def _mark(name: str) -> Path:
    return settings().home / "demo" / name


def _empty() -> None:
    """Remove what the demonstration made: servers' data, mails, marks. Only ever an embedded installation."""
    configured = settings()
    if configured.database_url or configured.redis_url:
        raise Conflict(
            "La remise à zéro n’efface que les serveurs embarqués : CRRC_DATABASE_URL ou CRRC_REDIS_URL "
            "est définie, rien n’a été changé."
        )
    close_engine()
    embedded.reset(configured.home)
    for folder in ("demo", "mailbox", "storage"):
        _remove(configured.home / folder)


def _remove(path: Path) -> None:
    if path.is_dir():
        for inside in path.iterdir():
            _remove(inside)
        path.rmdir()
    elif path.exists():
        path.unlink()
