"""Where the sets are kept: another storage than the portal's, laid out so that one listing says all that is there.

sets/<us>/<set>/index.json         last of all, signed: without it there is no set
sets/<us>/<set>/database.dump.age  pg_dump, custom format
sets/<us>/<set>/keys.tar.age       the keys of the installation
sets/<us>/<set>/contents.json.age  what is inside: rows, files, hashes
sets/<us>/<set>/objects.json       the sealed files that the set needs, by names that say nothing
files/<us>/ab/abcd….age            one file of the storage, shared by every set that has it
"""

import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from kit.errors import Conflict, Invalid
from kit.french import NBSP
from kit.settings import settings
from kit.storage import Storage, open_storage

US = UUID("6372726b-6261-4000-8000-636b75700001")  # constant: a storage lists by the second part of the names
INDEX = "index.json"


def place() -> Storage:
    """The place that CRRC_BACKUP_URL names. Raises Conflict when it names none, Invalid for a kind unknown here."""
    named = settings().backup_url
    if named is None:
        raise Conflict(
            f"CRRC_BACKUP_URL ne dit pas où garder les sauvegardes{NBSP}: file:///dossier d’un autre disque, ou un "
            "espace S3 (docs/backups.md)."
        )
    try:
        return open_storage(named)
    except Invalid as error:
        raise Invalid(error.sentence.replace("CRRC_STORAGE_URL", "CRRC_BACKUP_URL")) from None


def workshop() -> Path:
    """Where a set is written before it leaves: CRRC_HOME/backups, or the folder that systemd gives to its unit
    (CacheDirectory=), for a backup may read CRRC_HOME and not write there."""
    given = os.environ.get("CACHE_DIRECTORY")
    folder = Path(given) if given else settings().home / "backups"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def in_set(name: str, part: str) -> str:
    """Where a part of the set `name` is."""
    return f"sets/{US}/{name}/{part}"


def of_object(name: str) -> str:
    """Where a sealed file of the storage is."""
    return f"files/{US}/{name[:2]}/{name}.age"


def set_names(there: Sequence[str]) -> list[str]:
    """The sets among the names of a place, the newest first; those that were interrupted are none."""
    split = [name.split("/") for name in there]
    return sorted((one[2] for one in split if one[0] == "sets" and one[-1] == INDEX), reverse=True)
