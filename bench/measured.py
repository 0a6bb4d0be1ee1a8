"""Runs one act in a process of its own, so that its memory is its own."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """Seconds by the clock, seconds of processor, and peak memory (MB) of one process."""

    seconds: float
    processor: float
    peak_mb: float


def answers(module: str, *arguments: str, environment: dict[str, str], said: str = "") -> dict[str, float]:
    """Run `python -m module arguments`, tell it `said`, read the last line it prints (JSON). Raises when it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **environment},
        check=True,
        input=said,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def run(module: str, *arguments: str, environment: dict[str, str]) -> Measure:
    """Run an act that reports on itself, and read its report."""
    return Measure(**answers(module, *arguments, environment=environment))


def report(act: Callable[[], object]) -> None:
    """Do the act in this process and print its measure: the other end of `run`."""
    started, spent = time.perf_counter(), time.process_time()
    act()
    measure = {
        "seconds": time.perf_counter() - started,
        "processor": time.process_time() - spent,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(measure))
