"""A file of keys under CRRC_HOME: made once, whole, on disk, readable by its owner alone; read anew once it changes."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import get_ident


def keyfile(path: Path, make: Callable[[], bytes]) -> Path:
    """`path`, made if it is not there: written beside, then linked into place.

    Of two processes the first wins, and nobody ever reads half a file.
    """
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = _draft(path, make())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path


def put(path: Path, content: bytes) -> None:
    """Replace the file by another, whole: a process that is killed meanwhile leaves the old one."""
    os.replace(_draft(path, content), path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Meanwhile no other process changes the files of this folder: one rotation at a time."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        flock(folder, LOCK_EX)
        yield
    finally:
        os.close(folder)


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return draft


def stamp(path: Path) -> tuple[str, int, int]:
    """What changes when the file does; zeros when there is none. For caches of what was read from it."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return str(path), 0, 0
    return str(path), found.st_ino, found.st_mtime_ns
