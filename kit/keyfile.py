"""A file of keys under CRRC_HOME: made once, whole, on disk, readable by its owner alone."""

import os
from collections.abc import Callable
from pathlib import Path


def keyfile(path: Path, make: Callable[[], bytes]) -> Path:
    """`path`, made if it is not there: written beside, then linked into place.

    Of two processes the first wins, and nobody ever reads half a file.
    """
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(make())
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path
