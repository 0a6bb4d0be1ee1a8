"""Under which account the servers run: ours, or, when we are root, an unprivileged one that already exists."""

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# An empty environment: PGDATA, PGPORT and friends of the person at the keyboard are about another server.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Account:
    """A uid and its group."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        return pwd.getpwuid(self.uid).pw_name

    def run(self, command: Sequence[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
        """Run `command` in `folder` as this account, in an empty environment; output and errors together.

        Raises PermissionError when the program is out of its reach.
        """
        identity: dict[str, Any] = {}
        if os.geteuid() == 0 and self.uid != 0:
            # extra_groups: without it the server would keep root's groups.
            identity = {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.run(
            [str(part) for part in command],
            cwd=folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **identity,
        )

    def can_run(self, program: Path) -> bool:
        """Whether this account reaches and executes `program`: tried, for modes, ACLs and mounts all have a say."""
        try:
            return self.run([program, "--version"], Path("/")).returncode == 0
        except OSError:
            return False

    def can_write(self, folder: Path) -> bool:
        """Whether this account reaches `folder` and can write in it."""
        return self.run(["test", "-w", folder], Path("/")).returncode == 0

    def own(self, folder: Path) -> None:
        """Give `folder`, which we made, to this account alone."""
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)


def account_for(folder: Path) -> Account:
    """The account of a servers' folder: its owner's if it exists, so that root can start a user's servers."""
    if folder.exists():
        owner = folder.stat()
        return Account(owner.st_uid, owner.st_gid)
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        return Account(nobody.pw_uid, nobody.pw_gid)
    return Account(os.geteuid(), os.getegid())
