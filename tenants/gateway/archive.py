"""A ZIP that grows over several runs, and outlives whoever writes it: what was there at the last pause is there again.

zipfile writes the list of what is inside at the end of the file, when it is closed, and over it when it goes on. Here
that list is also kept beside: after a kill, the file is cut where it stood and the list put back.
"""

import base64
import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

PIECE = 1 << 20
# Every part bears the same date: the same content gives the same bytes.
DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the archive: its path inside, its length in bytes, its SHA-256."""

    path: str
    bytes: int
    sha256: str


class Draft:
    """An archive under way, in a folder of its own. Not for two at once: its owner holds the export's row."""

    def __init__(self, folder: Path) -> None:
        self.file, self.state = folder / "archive.zip", folder / "state.json"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.parts = self._recover()
        self.archive = zipfile.ZipFile(self.file, "a", zipfile.ZIP_DEFLATED)

    def has(self, path: str) -> bool:
        """Whether this part is there already."""
        return path in self.parts

    def add(self, path: str, pieces: Iterable[bytes], squeeze: bool = True) -> Part:
        """Write a part, piece by piece. `squeeze`: worth compressing."""
        info = zipfile.ZipInfo(path, DATE)
        info.compress_type = zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        digest, length = hashlib.sha256(), 0
        with self.archive.open(info, "w", force_zip64=True) as out:
            for piece in pieces:
                out.write(piece)
                digest.update(piece)
                length += len(piece)
        part = self.parts[path] = Part(path, length, digest.hexdigest())
        return part

    def pause(self) -> None:
        """Whatever happens from here, what is written is written. Nothing may be added after."""
        start = self.archive.start_dir
        self.archive.close()
        with self.file.open("rb+") as whole:
            os.fsync(whole.fileno())
            whole.seek(start)
            tail = whole.read()
        state = {
            "start": start,
            "tail": base64.b64encode(tail).decode(),
            "parts": [asdict(part) for part in self.parts.values()],
        }
        draft = self.state.with_suffix(".draft")
        with draft.open("w") as out:
            json.dump(state, out)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(self.state)

    def _recover(self) -> dict[str, Part]:
        if not self.state.exists() or not self.file.exists():
            self.file.unlink(missing_ok=True)
            return {}
        state = json.loads(self.state.read_text())
        with self.file.open("rb+") as whole:
            whole.truncate(state["start"])
            whole.seek(state["start"])
            whole.write(base64.b64decode(state["tail"]))
        return {one["path"]: Part(**one) for one in state["parts"]}


def pieces_of(file: BinaryIO) -> Iterator[bytes]:
    """A file, a megabyte at a time."""
    while piece := file.read(PIECE):
        yield piece


def measure(path: Path) -> tuple[int, str]:
    """(length in bytes, SHA-256) of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for piece in pieces_of(file):
            digest.update(piece)
    return path.stat().st_size, digest.hexdigest()
