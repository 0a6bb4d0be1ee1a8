"""PostgreSQL: reachable, of an age, migrated, bound by its role, on disk when it says so, at our hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from app import health
from app.doctor.configuration import is_desk
from app.doctor.finding import Asked, Finding, bad, good, warning
from kit import clock
from kit.db import engine
from kit.french import NBSP, duration
from kit.settings import settings

OLDEST = 150000
APART, TOO_FAR = timedelta(seconds=1), timedelta(seconds=5)
SAFE = ("fsync", "full_page_writes", "synchronous_commit")
SETTINGS = text("select name, setting from pg_settings where name = any(:names)")
WANTED = [*SAFE, "data_checksums", "archive_mode", "max_connections", "server_version", "server_version_num", "ssl"]


def look(asked: Asked) -> Iterator[Finding]:
    """What the server says of itself. Raises what the database raises."""
    with engine().connect() as connection:
        before = clock.now()
        there: datetime = connection.execute(text("select clock_timestamp()")).scalar_one()
        yield _hour(there, before, clock.now())
        said: dict[str, str] = {row[0]: row[1] for row in connection.execute(SETTINGS, {"names": WANTED})}
        yield from _server(said)
        yield from _safe(said)
        yield from _links(connection, said)
    yield from _ours()


def _hour(there: datetime, before: datetime, after: datetime) -> Finding:
    apart = max(there - after, before - there, timedelta())
    seen = f"{'moins d’une seconde' if apart < APART else duration(apart)} d’écart entre le portail et la base."
    if apart < APART:
        return good("Heure", f"{seen[0].upper()}{seen[1:]}")
    say = bad if apart >= TOO_FAR else warning
    return say(
        "Heure", f"{seen[0].upper()}{seen[1:]}", "Réglez l’heure des deux machines\xa0: timedatectl set-ntp true"
    )


def _server(said: dict[str, str]) -> Iterator[Finding]:
    version = said.get("server_version", "?")
    if int(said.get("server_version_num", 0)) < OLDEST:
        yield bad("Base de données", f"PostgreSQL {version}.", "Le portail demande PostgreSQL 15 ou plus récent.")
    else:
        yield good("Base de données", f"PostgreSQL {version}, joignable.")


def _safe(said: dict[str, str]) -> Iterator[Finding]:
    off = [name for name in SAFE if said.get(name) == "off"]
    if off:
        yield bad(
            "Écriture",
            f"{', '.join(off)} à off{NBSP}: une coupure de courant perdrait des dépôts confirmés.",
            "Remettez à on dans postgresql.conf, puis relancez PostgreSQL.",
        )
    else:
        yield good("Écriture", "Un dépôt confirmé est sur le disque.")
    if is_desk() or settings().database_url is None:
        return
    if said.get("data_checksums") == "off":
        yield warning(
            "Sommes de contrôle", "Les pages de la base n’en ont pas.", "pg_checksums --enable, base arrêtée."
        )
    if said.get("archive_mode") == "off":
        yield warning(
            "Journaux",
            f"archive_mode est à off{NBSP}: on revient à la dernière sauvegarde, pas à un instant choisi.",
            "Archivez les journaux (docs/backups.md), ou laissez-le faire à l’hébergeur.",
        )


def _links(connection: Connection, said: dict[str, str]) -> Iterator[Finding]:
    """Whether others can still come in."""
    most = int(said.get("max_connections", 100))
    used = connection.execute(
        text("select count(*) from pg_stat_activity where backend_type = 'client backend'")
    ).scalar_one()
    if used > most * 0.8:
        yield warning(
            "Connexions",
            f"{used} prises sur {most}.",
            "Baissez CRRC_POOL_SIZE ou mettez PgBouncer devant (docs/scale.md).",
        )
    else:
        yield good("Connexions", f"{used} prises sur {most}.")


def _ours() -> Iterator[Finding]:
    found = health.check()
    advice = {
        "migrations": "crrc migrate",
        "role": "Donnez à CRRC_DATABASE_URL le rôle crrc_app, sans autre droit (README, «\xa0On real servers\xa0»).",
    }
    words = {"migrations": "Version de la base", "role": "Rôle"}
    seen = {"migrations": "À jour", "role": "Tenu par la sécurité au niveau des lignes"}
    for name, subject in words.items():
        one = found[name]
        if one["ok"]:
            detail = f" ({one['detail']})" if name == "migrations" else ""
            yield good(subject, f"{seen[name]}{detail}.")
        else:
            yield bad(subject, str(one["detail"]), advice[name])
