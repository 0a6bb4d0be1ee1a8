"""A Debian server for the tests: a root made by debootstrap, booted with its own systemd and no network.

Needs root, debootstrap and systemd-nspawn. The base (`dist/debian/base`, or CRRC_DEBIAN_BASE) is made once: Debian
alone with what `install.sh --packages` brings. Each server is a layer over it, thrown away at the end.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
BASE = Path(os.environ.get("CRRC_DEBIAN_BASE") or PROJECT / "dist/debian/base")
MIRROR = "http://deb.debian.org/debian"
TOOLS = ("debootstrap", "systemd-nspawn", "mount", "nsenter")
BARE = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LANG": "C.UTF-8"}


def missing() -> str | None:
    """What this machine lacks for such a server, in words; None when it has all."""
    if os.geteuid() != 0:
        return "only root can boot a Debian in a folder"
    absent = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"absent: {', '.join(absent)} (apt-get install debootstrap systemd-container)" if absent else None


class Server:
    """A Debian that runs."""

    def __init__(self, leader: int) -> None:
        self.leader = leader

    def command(self, *told: str) -> list[str]:
        """What runs `told` inside, as root, with nothing of our environment."""
        bare = [f"{name}={value}" for name, value in BARE.items()]
        return ["nsenter", "-t", str(self.leader), "-a", "env", "-i", *bare, *told]

    def run(self, *told: str, check: bool = True, text: str | None = None) -> str:
        """Run it and give what it said on both outputs. Raises AssertionError with that when it fails."""
        done = subprocess.run(
            self.command(*told), input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        assert done.returncode == 0 or not check, f"{' '.join(told)}: {done.returncode}\n{done.stdout}"
        return done.stdout

    def send(self, folder: Path, to: str) -> None:
        """Copy a folder to `to`."""
        packed = subprocess.run(["tar", "-C", str(folder), "-c", "."], capture_output=True, check=True).stdout
        self.run("mkdir", "-p", to)
        subprocess.run(self.command("tar", "-C", to, "-x"), input=packed, check=True)

    def ask(self, path: str, *more: str, host: str) -> str:
        """The answer of nginx over TLS, headers and body."""
        here = ["--resolve", f"{host}:443:127.0.0.1", f"https://{host}{path}"]
        return self.run("curl", "-sk", "-i", "--http1.1", "--max-time", "30", *more, *here)


def make_base() -> None:
    """Debian's base and packages, once. Needs the network."""
    if (BASE / ".complete").exists():
        return
    shutil.rmtree(BASE, ignore_errors=True)
    BASE.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["debootstrap", "--variant=minbase", "bookworm", str(BASE), MIRROR], check=True, stdout=sys.stderr)
    updates = f"{MIRROR}-security bookworm-security main"
    (BASE / "etc/apt/sources.list").write_text(f"deb {MIRROR} bookworm main\ndeb {updates}\n")
    shutil.copy("/etc/resolv.conf", BASE / "etc/resolv.conf")
    policy = BASE / "usr/sbin/policy-rc.d"  # nothing of it starts on this machine
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    installer = BASE / "root/debian"
    shutil.copytree(PROJECT / "infra/debian", installer)
    for told in (["/root/debian/install.sh", "--packages"], ["apt-get", "install", "-y", "-q", "curl", "systemd-sysv"]):
        subprocess.run(["chroot", str(BASE), *told], env=BARE, check=True, stdout=sys.stderr)
    shutil.rmtree(installer)
    policy.unlink()
    (BASE / ".complete").touch()


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A fresh Debian that has booted; ended, and its layer let go, at the end."""
    make_base()
    upper, work, root = (folder / name for name in ("upper", "work", "root"))
    for path in (upper, work, root):
        path.mkdir(parents=True)
    layers = f"lowerdir={BASE},upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, str(root)], check=True)
    told = ["-D", str(root), "-b", "--register=no", "--keep-unit", "--private-network", "--console=passive"]
    machine = f"--machine=crrc-{os.getpid()}"
    with (folder / "console.log").open("wb") as log:
        container = subprocess.Popen(
            ["systemd-nspawn", *told, machine], stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        yield _booted(container, folder / "console.log")
    finally:
        container.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            container.wait(60)
        container.kill()
        container.wait(10)
        subprocess.run(["umount", "-l", str(root)], check=False)


def _booted(container: "subprocess.Popen[bytes]", log: Path) -> Server:
    children = Path(f"/proc/{container.pid}/task/{container.pid}/children")
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and container.poll() is None:
        leader = children.read_text().split()
        if leader:
            machine = Server(int(leader[0]))
            said = machine.run("systemctl", "is-system-running", check=False).strip()
            if said in ("running", "degraded"):
                return machine
        time.sleep(0.5)
    raise AssertionError(f"Debian does not boot here: {log.read_text(errors='replace')}")
