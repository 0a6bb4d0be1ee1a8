"""Where the embedded servers keep their data, programs and sockets.

Normally CRRC_HOME/servers. When we are root and the servers' unprivileged account cannot reach it (a clone under
/root), a folder of /var/lib named after CRRC_HOME, and CRRC_HOME/servers is a link to it: we never open a folder that
is not ours.
"""

import hashlib
import os
import re
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kit.embedded.account import Account, account_for
from kit.embedded.errors import ServerUnavailable

ELSEWHERE = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 - our folder there is 0700, and refused when another made it
LONGEST_SOCKET = 100  # bytes; the system's limit is 107
PLAIN = re.compile(r"[\w/.+-]+", re.ASCII)  # PostgreSQL takes a list of folders: no comma, no quote, no space


@dataclass(frozen=True, slots=True)
class Place:
    """`folder` is real (no link) and belongs to `account` alone; `run` holds the sockets."""

    folder: Path
    run: Path
    account: Account

    @property
    def marker(self) -> str:
        """What the command line of our servers carries."""
        return f"crrc-{_short(self.folder)}"


def make_home(home: Path) -> None:
    """Make CRRC_HOME itself."""
    try:
        home.mkdir(parents=True)
    except FileExistsError:  # already, or at this very instant by another first command
        return
    # As root, the servers' account must be able to walk through; what lies in there has its own mode.
    home.chmod(0o711 if os.geteuid() == 0 else 0o700)


def find(home: Path) -> Place | None:
    """The place of `home` if it was made, without making anything."""
    folder = home / "servers"
    if not (folder / "run").is_dir():
        return None
    folder = folder.resolve()
    return Place(folder, (folder / "run").resolve(), account_for(folder))


def make(home: Path) -> Place:
    """The place of `home`, made where it is missing."""
    folder = _folder(home)
    account = account_for(folder)
    return Place(folder, _run(folder, account), account)


def remove(home: Path) -> None:
    """Remove the servers' data, wherever they are. The servers must be stopped."""
    place = find(home)
    if place and place.run.parent != place.folder:
        shutil.rmtree(place.run, ignore_errors=True)
    link = home / "servers"
    if link.is_symlink():
        link.unlink()
    for folder in (link, *_elsewhere(home)):
        if folder.exists():
            shutil.rmtree(folder)


def _folder(home: Path) -> Path:
    folder = home / "servers"
    if folder.exists():
        return folder.resolve()
    folder.unlink(missing_ok=True)  # a link whose target was removed
    account = account_for(folder)
    folder.mkdir(mode=0o700)
    try:
        account.own(folder)
        reached = account.can_write(folder)
    except OSError:  # a file system that has no owners
        reached = False
    if reached:
        return folder
    folder.rmdir()
    target = _make_elsewhere(home, account)
    folder.symlink_to(target)
    sys.stderr.write(f"Serveurs locaux rangés dans {target} : le compte « {account.name} » n’atteint pas {home}.\n")
    return target


def _make_elsewhere(home: Path, account: Account) -> Path:
    for folder in _elsewhere(home):
        try:
            folder.mkdir(mode=0o700)
            account.own(folder)
            return folder
        except FileExistsError:
            found = folder.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == account.uid and not found.st_mode & 0o077:
                return folder  # CRRC_HOME was removed by hand: its data are found again
        except OSError:
            continue
    places = " ni dans ".join(str(base) for base in ELSEWHERE)
    raise ServerUnavailable(f"Impossible de ranger les serveurs locaux dans {home}, ni dans {places}.")


def _elsewhere(home: Path) -> list[Path]:
    return [base / f"crrc-{_short(home)}" for base in ELSEWHERE]


def _run(folder: Path, account: Account) -> Path:
    """The folder of the sockets: in `folder`, unless its name is too long or too odd for a socket."""
    run = folder / "run"
    if run.is_dir():
        return run.resolve()
    run.unlink(missing_ok=True)  # a link into /tmp, emptied by a reboot
    if PLAIN.fullmatch(str(run)) and len(os.fsencode(run)) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET:
        run.mkdir()
        account.own(run)
        return run
    short = Path(tempfile.mkdtemp(prefix="crrc-", dir="/tmp"))  # 0700, and a name nobody can guess
    account.own(short)
    run.symlink_to(short)
    return short


def _short(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
