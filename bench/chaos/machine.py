"""What the portal stands on, and how it is broken and repaired: PostgreSQL, Redis, the disk of the files."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from random import Random

from redis import Redis

from kit.embedded import place, postgres, processes, valkey
from kit.embedded.endpoints import Endpoints
from kit.embedded.place import Place

DISK = "192m"


class Machine:
    """The servers under `home`, and a small disk of its own for the files when we may mount one."""

    def __init__(self, home: Path) -> None:
        found = place.find(home.resolve())
        assert found is not None
        self.place: Place = found
        self.disk = home.resolve() / "disk"
        self.disk.mkdir(exist_ok=True)
        self.is_mounted = False

    def mount(self) -> None:
        """A disk of 192 MB. Without the right to mount one, the fault « full » is left out."""
        command = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "chaos", str(self.disk)]
        self.is_mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0

    def unmount(self) -> None:
        """The disk and all that is on it are gone."""
        if self.is_mounted:
            subprocess.run(["umount", "--lazy", str(self.disk)], check=True)
            self.is_mounted = False

    def fill(self) -> None:
        """Not a byte is left on the disk of the files."""
        with (self.disk / "ballast").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * max(4096, min(1 << 20, shutil.disk_usage(self.disk).free)))
            except OSError:
                return

    def tidy(self) -> None:
        """Somebody makes room."""
        (self.disk / "ballast").unlink(missing_ok=True)

    def database_pids(self) -> list[int]:
        """PostgreSQL's processes."""
        return processes.alive(postgres.PROGRAM, self.place.marker)

    def stop_database(self) -> None:
        """Immediate: as if the power had gone. What was not committed is lost, and recovery follows."""
        leader = int((self.place.folder / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(leader, signal.SIGQUIT)
        while self.database_pids():
            time.sleep(0.05)

    def start_database(self) -> None:
        """Returns when it accepts connections."""
        postgres.start(self.place, durable=True)

    def kill_backend(self, dice: Random) -> None:
        """kill -9 one of its connections: PostgreSQL throws everybody out and recovers by itself."""
        command = "postgres: {}: crrc_app"
        mine = [
            pid for pid in self.database_pids() if command.format(self.place.marker) in _title(pid)
        ] or self.database_pids()[-1:]
        os.kill(dice.choice(mine), signal.SIGKILL)

    def freeze_database(self, number: signal.Signals) -> None:
        """SIGSTOP: it accepts what the kernel accepts for it, and says nothing; SIGCONT: it goes on."""
        for pid in self.database_pids():
            os.kill(pid, number)

    def redis(self) -> Redis:
        """A connection."""
        return Redis.from_url(Endpoints(self.place.run).redis_url, socket_timeout=5)

    def flush_redis(self) -> None:
        """Everything that is queued is forgotten."""
        self.redis().flushall()

    def stop_redis(self) -> None:
        """Absent."""
        valkey.stop(self.place)

    def start_redis(self) -> None:
        """Back, with what its journal holds."""
        valkey.start(self.place)


def _title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""
