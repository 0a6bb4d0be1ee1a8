"""A file of the register, whichever of its formats: recognised by its content."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from finess.gateway import etalab, finess_plus
from finess.gateway.errors import BrokenRegister, CutShort
from finess.gateway.source import Source, sha256
from finess.rules.records import Record, Remark
from kit.french import NBSP

FINESS_PLUS, ETALAB = "finess_plus", "etalab"
_READERS = {FINESS_PLUS: finess_plus, ETALAB: etalab}

Progress = Callable[[int, int], None]
"""Called with the bytes read so far, on disk, and the file's size."""

_EVERY = 1000  # records between two calls


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file that looks like a register. `source` is its format, `generated_at` what it says of its own date."""

    path: Path
    source: str
    generated_at: datetime
    sha256: str

    def records(self, progress: Progress | None = None) -> Iterator[Record | Remark]:
        """Everything in it, in order, as a stream. Raises BrokenRegister where it stops being readable."""
        with Source(self.path) as source:
            for count, record in enumerate(_READERS[self.source].read(source)):
                if progress and count % _EVERY == 0:
                    progress(source.done, source.size)
                yield record
            if progress:
                progress(source.size, source.size)


def recognise(path: Path) -> RegisterFile:
    """Look at the beginning of a file. Raises BrokenRegister when it is neither FINESS+ nor an etalab extract."""
    with Source(path) as source:
        start = _start(source)
        if start.startswith(b"{"):
            kind = FINESS_PLUS
        elif start.startswith(etalab.FIRST_LINE):
            kind = ETALAB
        else:
            raise BrokenRegister(
                f"{path.name} n’est pas un fichier du registre{NBSP}: ni un JSON FINESS+, ni un extrait etalab "
                f"(dont la première ligne commence par «{NBSP}finess;etalab;{NBSP}»)."
            )
        return RegisterFile(path, kind, _READERS[kind].generated_at(source), sha256(path))


def _start(source: Source) -> bytes:
    """The first bytes of the text; none when the file cannot even be decompressed."""
    try:
        return source.read(100).lstrip()
    except CutShort:
        return b""
    finally:
        source.rewind()
