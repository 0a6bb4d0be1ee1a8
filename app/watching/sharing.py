"""One scrape says what every process of the web did, and those that died: each writes its figures in a shared folder.

The folder belongs to the parent of the web's processes: counts go on when one of them is replaced, and begin anew
with the next start.
"""

import os
import shutil
import socket
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, multiprocess, values

from app.watching.meters import meters
from kit.settings import settings

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
log = structlog.get_logger("crrc.watching")


def share() -> None:
    """Keep this process's figures where the others see them; before the first is made. Else each tells its own."""
    base = Path(os.environ.get(FOLDER) or settings().home / "metrics")
    folder = base / _group(os.getppid())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _forget_others(base)
    except OSError as error:
        log.warning("metrics_not_shared", error=type(error).__name__)
        values.ValueClass = values.MutexValue
        return
    os.environ[FOLDER] = str(folder)
    values.ValueClass = values.MultiProcessValue()


def folder() -> Path | None:
    """Where figures are shared; None when they are not."""
    return Path(os.environ[FOLDER]) if getattr(values.ValueClass, "_multiprocess", False) else None


def registry() -> CollectorRegistry:
    """The figures of every process of the web."""
    shared = folder()
    if shared is None:
        return meters().registry
    for path in shared.glob("gauge_live*_*.db"):
        if not _lives(int(path.stem.rpartition("_")[2])):
            path.unlink(missing_ok=True)  # what it held is no more
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together, path=str(shared))
    return together


def processes() -> list[int]:
    """The web's living processes."""
    shared = folder()
    if shared is None:
        return [os.getpid()]
    found = {int(path.stem.rpartition("_")[2]) for path in shared.glob("*_*.db")}
    return sorted(process for process in found | {os.getpid()} if _lives(process))


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def _group(parent: int) -> str:
    """The parent by host, number and instant of its start: a number alone is given again."""
    return f"{socket.gethostname()}-{parent}-{_begun(parent)}"


def _begun(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return "0"


def _forget_others(base: Path) -> None:
    """Remove the folders of webs of this machine that have ended."""
    for path in base.glob(f"{socket.gethostname()}-*-*"):
        parent, _, begun = path.name.removeprefix(f"{socket.gethostname()}-").partition("-")
        if parent.isdigit() and _begun(int(parent)) != begun:
            shutil.rmtree(path, ignore_errors=True)
