"""What the code looks like, for `crrc dev` to notice that it changed."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
WRITTEN = {".py", ".html", ".json", ".yaml", ".typ"}


def sources_fingerprint() -> int:
    """A number that changes when a source of the packages is written, made or removed. Some milliseconds."""
    files = [path for package in PROJECT.glob("*/__init__.py") for path in package.parent.rglob("*")]
    return hash(tuple((str(path), path.stat().st_mtime_ns) for path in files if path.suffix in WRITTEN))
