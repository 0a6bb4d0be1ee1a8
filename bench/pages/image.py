"""What infra/container/Dockerfile puts beside its base: made as it makes it, in a folder, and weighed."""

import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
TOOLS = Path(sys.executable).parent


def measure() -> dict[str, float]:
    """Megabytes (of 1,000,000 bytes): the whole environment, and its heaviest parts."""
    with tempfile.TemporaryDirectory() as scratch:
        release, made = Path(scratch) / "release", Path(scratch) / "crrc"
        _run(sys.executable, str(PROJECT / "scripts/release"), "--light", "--folder", str(release))
        _run(sys.executable, "-m", "venv", "--without-pip", str(made))
        pip = [str(TOOLS / "uv"), "pip", "install", "-q", "--python", str(made / "bin/python"), "--no-deps"]
        compiled = [*pip, "--compile-bytecode", "--require-hashes"]
        _run(*compiled, "-r", str(release / "requirements.txt"))
        _run(*pip, "--compile-bytecode", *map(str, release.glob("*.whl")))
        parts = {one.name: _weight(one) for one in next(made.glob("lib/*/site-packages")).iterdir()}
        heaviest = sorted(parts, key=lambda name: -parts[name])[:8]
        return {"image.whole_mb": _weight(made)} | {f"image.{name}_mb": parts[name] for name in heaviest}


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


def _weight(place: Path) -> float:
    files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file() and not one.is_symlink()]
    return sum(one.stat().st_size for one in files) / 1e6
