"""On an empty folder, any command finds a database: started, migrated, by whichever comes first."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kit import embedded

CRRC = Path(sys.executable).with_name("crrc")


@pytest.mark.slow
def test_two_first_commands_at_once_on_an_empty_folder(tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRRC_")}
    environment["CRRC_HOME"] = str(home)

    def crrc(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([str(CRRC), *arguments], env=environment, capture_output=True, text=True, check=False)

    try:
        stopped = crrc("status")
        assert (stopped.returncode, home.exists()) == (3, False), stopped.stderr
        with ThreadPoolExecutor() as pool:
            made = [
                pool.submit(crrc, "tenant", "create", slug, "--name", "Nom", "--region", region)
                for slug, region in (("bretagne", "53"), ("normandie", "28"))
            ]
        assert [one.result().returncode for one in made] == [0, 0], [one.result().stderr for one in made]
        listed = crrc("tenant", "list")
        assert {line.split()[0] for line in listed.stdout.splitlines()} == {"bretagne", "normandie"}
        assert crrc("status").returncode == 0
        assert crrc("stop").returncode == 0
        assert crrc("status").returncode == 3
    finally:
        embedded.stop(home)
