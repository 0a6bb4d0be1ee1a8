"""Terraform and checkov as programs: run, timed, their words kept for whoever must understand a failure."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
POLICIES = PROJECT / "infra" / "policies"
LONGEST = 300.0  # seconds: a program that says nothing for so long never will


class Failed(Exception):
    """A program that refused, with what it said."""


def terraform() -> str:
    """The program. Raises Failed, with what to do, where there is none."""
    found = shutil.which("terraform")
    if found is None:
        raise Failed(
            "terraform est absent de cette machine. Il n’existe ni dans PyPI, ni dans npm, ni dans Debian : "
            "prenez-le chez son éditeur (1.11 ou plus récent), ou laissez la CI faire ces contrôles."
        )
    return found


def run(command: list[str], where: Path, extra: Mapping[str, str] | None = None, agreed: tuple[int, ...] = (0,)) -> str:
    """What `command` printed. `agreed` are the exit codes that are no failure. Raises Failed."""
    quiet = {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "TF_CLI_CONFIG_FILE": os.devnull}
    done = subprocess.run(
        command,
        cwd=where,
        env={**os.environ, **quiet, **(extra or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LONGEST,
    )
    if done.returncode not in agreed:
        raise Failed(f"{' '.join(command[:3])} (dans {where})\n{done.stdout}{done.stderr}".rstrip())
    return done.stdout


def checkov(*arguments: str, where: Path) -> str:
    """What checkov found, as JSON. It exits with 1 when a policy is not kept: that is an answer too."""
    program = Path(sys.executable).with_name("checkov")
    quiet = {"LOG_LEVEL": "ERROR", "BC_SKIP_MAPPING": "TRUE"}
    command = [str(program), *arguments, "--skip-download", "--external-checks-dir", str(POLICIES), "-o", "json"]
    return run(command, where, quiet, agreed=(0, 1))
