"""The floors and the rooms: import-linter's contracts of pyproject.toml, kept without a list of exceptions."""

import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]
LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo"]


def lint() -> "subprocess.CompletedProcess[str]":
    return subprocess.run(LINT, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_contracts_are_kept() -> None:
    done = lint()
    assert done.returncode == 0, done.stdout + done.stderr


def test_contracts_have_no_exception() -> None:
    assert [name for contract in SETTINGS["contracts"] for name in contract if "ignore" in name] == []


def test_every_package_is_under_contract() -> None:
    packages = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == set(SETTINGS["root_packages"])
