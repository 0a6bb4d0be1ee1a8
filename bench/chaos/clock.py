"""The hour of a host, moved while its processes run. (Not by libfaketime: it moves sleeps too.)"""

import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("hour.c")


def library(folder: Path) -> Path | None:
    """What moves the hour, built into `folder`; None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    built = folder / "hour.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", built, SOURCE, "-ldl"], check=True)
    return built


class Clock:
    """The hour of one host. Durations (the monotonic clock) go on as they were."""

    def __init__(self, file: Path, library: Path | None) -> None:
        self.file, self.library = file, library
        self.set(0)

    def set(self, seconds: int) -> None:
        """Wrong by so many seconds, at once for every process."""
        with self.file.open("r+b" if self.file.exists() else "wb") as shared:
            shared.write(struct.pack("q", seconds))

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        return {"LD_PRELOAD": str(self.library), "HOUR_FILE": str(self.file)} if self.library else {}
