"""Files kept for good, by name, under CRRC_STORAGE_URL. What `keep` has returned from is on disk, whole."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

import structlog

from kit import servers
from kit.errors import CrrcError, Invalid

log = structlog.get_logger("crrc.storage")


class StorageAway(OSError):
    """The storage does not answer, refuses us, or gives back something else than what was kept."""


class Storage(Protocol):
    """A place for files. Names are relative paths that we choose, never what somebody typed."""

    def keep(self, name: str, source: Path) -> None:
        """Copy `source` under `name`, unless it is there already: what is kept never changes."""

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Read what is kept under `name`. Raises NotFound."""

    def forget(self, name: str) -> None:
        """Remove what is kept under `name`, if anything is: what nobody may keep any longer."""

    def names(self, owner: UUID) -> list[str]:
        """Every name whose second part is `owner` (« deliverables/<tenant>/… »), sorted: all that is a tenant's."""


@cache
def storage() -> Storage:
    """The installation's storage. Raises Invalid when CRRC_STORAGE_URL names a kind that this version does not know."""
    return open_storage(servers.storage_url())


def keep_bytes(name: str, content: bytes) -> None:
    """Keep what is in memory under `name`. Raises StorageAway, also when the disk of temporary files is full: on one
    server it is the same."""
    with away(), tempfile.NamedTemporaryFile(prefix="crrc-") as draft:
        draft.write(content)
        draft.flush()
        storage().keep(name, Path(draft.name))


@contextmanager
def away() -> Iterator[None]:
    """Whatever a disk refuses is « later »."""
    try:
        yield
    except StorageAway:
        raise
    except OSError as error:
        raise StorageAway(*error.args) from error


@contextmanager
def kept_first(name: str, content: bytes) -> Iterator[None]:
    """Keep bytes under a name of their own, before the transaction that names them: a slow storage holds no lock.

    What the command refuses leaves nothing. After any other fault nobody knows whether the database has committed: the
    bytes stay, and are swept later if no row names them (app.sweeping).
    """
    keep_bytes(name, content)
    try:
        yield
    except CrrcError:
        let_go(name)
        raise


def let_go(name: str) -> None:
    """Forget what no row names. What is done is done: a storage that cannot now is swept later (app.sweeping)."""
    try:
        storage().forget(name)
    except OSError as error:
        log.warning("storage.forget", name=name, fault=type(error).__name__)


def open_storage(address: str) -> Storage:
    """The storage at an address: file:///folder, or s3://bucket/prefix?… (kit.object_storage). Raises Invalid."""
    url = urlsplit(address)
    if url.scheme == "s3":
        from kit.object_storage import open_bucket  # its library costs memory that a folder does not need

        return open_bucket(address)
    if url.scheme != "file" or url.netloc not in ("", "localhost"):
        raise Invalid(
            "CRRC_STORAGE_URL doit désigner un dossier de cette machine (file:///chemin) ou un espace S3 "
            "(s3://nom/dossier?endpoint=https://…&region=…)."
        )
    from kit.folder_storage import FolderStorage  # it raises what this room names

    return FolderStorage(Path(unquote(url.path)))
