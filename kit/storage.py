"""Files kept for good, by name, under CRRC_STORAGE_URL. What `keep` has returned from is on disk, whole."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from kit import servers
from kit.errors import CrrcError, Invalid, NotFound


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


class FolderStorage:
    """A folder of this machine, or one that is mounted on it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, name: str, source: Path) -> None:
        """Written beside, synced, then renamed: nobody ever reads half a file, even after a power cut. Raises
        StorageAway when the disk is full, gone or may not be written."""
        target = self.root / name
        with _away():
            if not target.exists():
                self._write(target, source)

    def _write(self, target: Path, source: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
        try:
            with os.fdopen(descriptor, "wb") as file, source.open("rb") as content:
                shutil.copyfileobj(content, file, 1 << 20)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).rename(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """The file, as bytes."""
        try:
            file = (self.root / name).open("rb")
        except FileNotFoundError:
            raise NotFound("Ce fichier n’est pas conservé ici.") from None
        with file:
            yield file

    def forget(self, name: str) -> None:
        """Twice is once."""
        (self.root / name).unlink(missing_ok=True)

    def names(self, owner: UUID) -> list[str]:
        """What is being written is not there yet."""
        found = (path for folder in self.root.glob(f"*/{owner}") for path in folder.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.root)) for path in found if not path.name.startswith(".draft-"))


@cache
def storage() -> Storage:
    """The installation's storage. Raises Invalid when CRRC_STORAGE_URL names a kind that this version does not know."""
    return open_storage(servers.storage_url())


def keep_bytes(name: str, content: bytes) -> None:
    """Keep what is in memory under `name`. Raises StorageAway, also when the disk of temporary files is full: on one
    server it is the same."""
    with _away(), tempfile.NamedTemporaryFile(prefix="crrc-") as draft:
        draft.write(content)
        draft.flush()
        storage().keep(name, Path(draft.name))


@contextmanager
def _away() -> Iterator[None]:
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
        storage().forget(name)
        raise


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
    return FolderStorage(Path(unquote(url.path)))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
