"""The storage that is a folder. Whatever its disk refuses is « later »."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from kit.errors import NotFound
from kit.storage import away


class FolderStorage:
    """A folder of this machine, or one that is mounted on it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def keep(self, name: str, source: Path) -> None:
        """Written beside, synced, then renamed: nobody ever reads half a file, even after a power cut. Raises
        StorageAway when the disk is full, gone or may not be written."""
        target = self.root / name
        with away():
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
        with away():
            try:
                file = (self.root / name).open("rb")
            except FileNotFoundError:
                raise NotFound("Ce fichier n’est pas conservé ici.") from None
        with file:
            yield file

    def forget(self, name: str) -> None:
        """Twice is once."""
        with away():
            (self.root / name).unlink(missing_ok=True)

    def names(self, owner: UUID) -> list[str]:
        """What is being written is not there yet."""
        found = (path for folder in self.root.glob(f"*/{owner}") for path in folder.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.root)) for path in found if not path.name.startswith(".draft-"))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
