"""The whole examination, in the order in which one thing depends on another."""

from collections.abc import Iterator

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from app.doctor import configuration, database, machine, outside, running
from app.doctor.finding import Asked, Check, Finding, bad
from kit.embedded import ServerUnavailable
from kit.errors import CrrcError
from kit.french import NBSP

# What can be looked at without the database, then what cannot.
ALONE: tuple[tuple[str, Check], ...] = (
    ("Réglages", configuration.look),
    ("Pages", machine.front),
    ("Disque", machine.room),
    ("Clés", machine.keys),
    ("Stockage", machine.files),
    ("Heure du réseau", outside.hour),
    ("Serveur de courrier", outside.mail),
    ("Redis", running.bell),
)
DATABASE: tuple[str, Check] = ("Base de données", database.look)
REST: tuple[tuple[str, Check], ...] = (
    ("Fuseaux horaires", machine.zones),
    ("Certificats", outside.certificates),
    ("Processus", running.processes),
    ("Portails", running.portals),
    ("Registre", running.register),
    ("Sauvegardes", running.backups),
)
AWAY = "Vérifiez CRRC_DATABASE_URL et que PostgreSQL tourne\xa0; le reste n’a pas été regardé."


def examine(asked: Asked) -> Iterator[Finding]:
    """Every finding, as it is made. A check that cannot finish is a finding too."""
    for subject, check in ALONE:
        yield from _tried(subject, check, asked)
    try:
        yield from DATABASE[1](asked)
    except (SQLAlchemyError, ServerUnavailable) as error:
        yield bad(DATABASE[0], f"Ne répond pas ({_reason(error)}).", AWAY)
        return
    for subject, check in REST:
        yield from _tried(subject, check, asked)


def _tried(subject: str, check: Check, asked: Asked) -> Iterator[Finding]:
    try:
        yield from check(asked)
    except (SQLAlchemyError, RedisError, CrrcError, OSError, ValueError) as error:
        yield bad(subject, f"Cela n’a pas pu être regardé{NBSP}: {_reason(error)}.", "Relancez avec CRRC_DEBUG=1.")


def _reason(error: Exception) -> str:
    """One line, without the statement that SQLAlchemy adds, nor an address with a password."""
    words = str(getattr(error, "orig", None) or getattr(error, "sentence", "") or "").strip().splitlines()
    return words[0][:200] if words else type(error).__name__
