"""Programs of servers that the portal does not bring: of this machine, or unpacked from Debian's packages."""

import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.kit.crew import PROJECT


@cache
def program(name: str) -> Path:
    """Where `pgbouncer` or `nginx` is. Skips the test, with a sentence, when it can be had nowhere."""
    command = [PROJECT / "scripts/server_program", name, PROJECT / ".crrc-test/programs"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(found.stderr.strip())
    return Path(found.stdout.strip())
