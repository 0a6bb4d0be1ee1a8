"""Files kept on S3, under the same promises as in a folder: whole or not at all, once, and read back as they were."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from uuid import UUID

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotSupportedError
from obstore.store import S3Store

from kit.errors import NotFound
from kit.place import lent
from kit.s3_address import read_address
from kit.storage import StorageAway

DIGEST = "sha256"  # metadata of each object: its content's digest, in hexadecimal
ONE_PIECE = 16 << 20  # bytes; above, in pieces of PIECE that become an object together
PIECE = 8 << 20
IN_MEMORY = 4 << 20  # bytes of what is read, before it goes to a temporary file
RETRY: Any = {
    "max_retries": 3,
    "retry_timeout": timedelta(seconds=20),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=2), "base": 2},
}
_begun_in: list[int] = []  # the process whose threads the library uses


class ObjectStorage:
    """A bucket, or a part of one. Several machines use it at once: what is kept is there for all of them."""

    def __init__(self, store: S3Store) -> None:
        self.store = store

    def keep(self, name: str, source: Path) -> None:
        """One request makes the object, on condition that it is not there; a large one is made of pieces, of which
        nothing shows before the last. The server checks the digest of what it received."""
        with source.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        described: Any = {"Content-Type": "application/octet-stream", DIGEST: digest}
        with _said():
            if source.stat().st_size <= ONE_PIECE and self._make(name, source, described):
                return
            if not self._has(name):
                obstore.put(self.store, name, source, attributes=described, chunk_size=PIECE, max_concurrency=4)

    def _make(self, name: str, source: Path, described: Any) -> bool:
        """Returns False when the server knows no condition."""
        try:
            obstore.put(self.store, name, source, attributes=described, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return True
        except NotSupportedError:
            return False
        except BaseError as error:
            if "501" not in str(error) and "NotImplemented" not in str(error):
                raise
            return False
        return True

    def _has(self, name: str) -> bool:
        try:
            obstore.head(self.store, name)
        except FileNotFoundError:
            return False
        return True

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A temporary copy, compared with its digest before anybody reads it."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY, prefix="crrc-") as file:
            with _said():
                try:
                    found = obstore.get(self.store, name)
                except FileNotFoundError:
                    raise NotFound("Ce fichier n’est pas conservé ici.") from None
                digest = hashlib.sha256()
                for piece in found.stream(min_chunk_size=1 << 20):
                    digest.update(piece)
                    file.write(piece)
            kept = found.attributes.get(DIGEST, digest.hexdigest())
            if file.tell() != found.meta["size"] or kept != digest.hexdigest():
                raise StorageAway(f"{name}: what the storage gave back is not what was kept.")
            file.seek(0)
            yield cast(BinaryIO, file)

    def forget(self, name: str) -> None:
        """Twice is once."""
        with _said():
            try:
                obstore.delete(self.store, name)
            except FileNotFoundError:
                return

    def names(self, owner: UUID) -> list[str]:
        """Listed kind by kind: never the files of somebody else."""
        with _said():
            kinds = obstore.list_with_delimiter(self.store)["common_prefixes"]
            return sorted(
                found["path"]
                for kind in kinds
                for page in obstore.list(self.store, f"{kind}/{owner}", chunk_size=1000)
                for found in page
            )


def open_bucket(address: str) -> ObjectStorage:
    """The bucket at an address that `kit.s3_address` reads. Raises Invalid; asks nobody."""
    bucket, prefix, config, options = read_address(address)
    if not _begun_in:
        _begun_in.append(os.getpid())
    return ObjectStorage(S3Store(bucket, prefix=prefix, config=config, client_options=options, retry_config=RETRY))


@contextmanager
def _said() -> Iterator[None]:
    """Wait for the bucket, and have whatever the library says as one error: without keys, for it goes to logs."""
    if _begun_in[0] != os.getpid():  # its threads stayed with the parent: it would wait for ever
        raise StorageAway("S3: this process was forked from one that used the storage.")
    try:
        with lent():
            yield
    except BaseError as error:
        said = " ".join(str(error).split("\n\nDebug source:")[0].split())[:300]
        raise StorageAway(f"S3: {said}") from None
