"""A file on disk, plain or gzip, as a counted stream of bytes without a byte order mark."""

import codecs
import gzip
import hashlib
import zlib
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from finess.gateway.errors import BrokenRegister, CutShort
from kit.french import NBSP

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 16


class Source:
    """Reads a file, decompressing it when its first bytes say so (its name decides nothing).

    `done` counts bytes of the file on disk, out of `size`; `offset` counts bytes of the text, for people who look for
    the place where it breaks.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._raw = path.open("rb")
            self._start()
        except OSError as error:
            raise BrokenRegister(f"{path} ne peut pas être lu{NBSP}: {error.strerror}.") from None
        self.path = path
        self.size = path.stat().st_size

    def _start(self) -> None:
        packed = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self._stream: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=self._raw) if packed else self._raw
        self.offset = 0

    @property
    def done(self) -> int:
        """Bytes of the file read so far."""
        return self._raw.tell()

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes of text. Raises CutShort when the compressed file is cut or damaged."""
        try:
            block = self._stream.read(size)
        except (EOFError, OSError, zlib.error) as error:
            raise CutShort(str(error)) from None
        if self.offset == 0:
            block = block.removeprefix(codecs.BOM_UTF8)
        self.offset += len(block)
        return block

    def rewind(self) -> None:
        """Go back to the beginning."""
        self._raw.seek(0)
        self._start()

    def __enter__(self) -> "Source":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()


def sha256(path: Path) -> str:
    """The SHA-256 of the file as it is on disk, in hexadecimal: what `sha256sum` prints."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
