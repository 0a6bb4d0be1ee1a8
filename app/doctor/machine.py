"""This machine: room on its disks, keys that only their owner reads, files that can be written, hours of the zones."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.doctor.finding import Asked, Finding, bad, good, warning
from kit import embedded, servers, signing, vault
from kit.errors import CrrcError
from kit.french import NBSP
from kit.settings import PROJECT, settings
from kit.storage import storage
from tenants.service.portal import list_portals

GIB = 1 << 30
LITTLE, VERY_LITTLE = 0.15, 0.05
PROBE = f"doctor/{UUID(int=0)}/probe-{{process}}"
# Summer and winter of zones that a portal may be in, as their law has them.
KNOWN = {("Europe/Paris", 1): 1, ("Europe/Paris", 7): 2, ("Indian/Reunion", 7): 4, ("America/Martinique", 7): -4}


def room(asked: Asked) -> Iterator[Finding]:
    """Free room where things are written, each disk once."""
    seen: set[int] = set()
    for folder in (settings().home, _storage_folder(), _servers_folder()):
        if folder is None or not folder.exists() or folder.stat().st_dev in seen:
            continue
        seen.add(folder.stat().st_dev)
        yield _room(folder)


def _room(folder: Path) -> Finding:
    usage = shutil.disk_usage(folder)
    share = usage.free / usage.total
    said = f"{usage.free / GIB:.1f}{NBSP}Gio libres ({share:.0%}) sous {folder}.".replace(".", ",", 1).replace(
        "%", f"{NBSP}%"
    )
    if share < VERY_LITTLE or usage.free < GIB:
        return bad("Disque", said, "Faites de la place tout de suite\xa0: une base sans disque s’arrête.")
    if share < LITTLE:
        return warning("Disque", said, "Faites de la place, ou agrandissez le disque.")
    return good("Disque", said)


def _storage_folder() -> Path | None:
    url = urlsplit(servers.storage_url())
    return Path(unquote(url.path)) if url.scheme == "file" else None


def _servers_folder() -> Path | None:
    return embedded.status(settings().home).folder if settings().database_url is None else None


def files(asked: Asked) -> Iterator[Finding]:
    """Keep a file, read it again, forget it."""
    name, subject = PROBE.format(process=os.getpid()), "Stockage"
    try:
        with tempfile.NamedTemporaryFile() as source:
            source.write(b"essai")
            source.flush()
            storage().keep(name, Path(source.name))
        with storage().open(name) as kept:
            same = kept.read() == b"essai"
        storage().forget(name)
    except (CrrcError, OSError) as error:
        yield bad(
            subject, f"On ne peut pas y écrire ({type(error).__name__}).", "Vérifiez CRRC_STORAGE_URL et ses droits."
        )
        return
    if same:
        yield good(subject, "Un fichier d’essai s’écrit, se relit et s’efface.")
    else:
        yield bad(subject, "Le fichier relu n’est pas celui qui a été écrit.", "Changez de disque ou de fournisseur.")


def keys(asked: Asked) -> Iterator[Finding]:
    """They are there, and nobody else reads them."""
    signing.public_key()
    vault.key_names()
    folder = settings().home / "keys"
    paths = [Path(os.environ[name]) for name in ("CRRC_SIGNING_KEY",) if os.environ.get(name)]
    paths += sorted(folder.iterdir()) if folder.is_dir() else []
    open_ones = [path for path in paths if path.is_file() and path.stat().st_mode & 0o077]
    for path in open_ones:
        yield bad("Clés", f"D’autres comptes peuvent lire {path}.", f"chmod 600 {path}")
    if not open_ones:
        yield good("Clés", "Présentes, lisibles par leur seul propriétaire.")


def zones(asked: Asked) -> Iterator[Finding]:
    """The hours of the portals' zones."""
    subject = "Fuseaux horaires"
    try:
        wrong = [name for (name, month), hours in KNOWN.items() if _hours(name, month) != hours]
        for portal in list_portals():
            ZoneInfo(portal.zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        yield bad(subject, f"Un fuseau manque{NBSP}: {error}.", "apt-get install tzdata, ou le paquet Python tzdata.")
        return
    if wrong:
        yield bad(subject, f"Heures inattendues{NBSP}: {', '.join(wrong)}.", "Mettez tzdata à jour.")
    else:
        yield good(subject, "Données présentes, heures d’été et d’hiver connues.")


def _hours(name: str, month: int) -> float:
    offset = datetime(2026, month, 15, 12, tzinfo=ZoneInfo(name)).utcoffset()
    return offset.total_seconds() / 3600 if offset is not None else 0


def front(asked: Asked) -> Iterator[Finding]:
    """The style sheets and scripts were built."""
    if any((PROJECT / "app" / "static" / "build").glob("*.css")):
        yield good("Pages", "Feuilles de style et scripts construits.")
    else:
        yield bad("Pages", "Feuilles de style et scripts ne sont pas construits.", "make setup")
