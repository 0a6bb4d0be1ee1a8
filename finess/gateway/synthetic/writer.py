"""Writes a synthetic register to a file, one structure at a time."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import orjson

from finess.gateway.synthetic.dice import Dice
from finess.gateway.synthetic.document import Documents
from finess.gateway.synthetic.plan import plan


def write(path: Path, seed: int, share: float, generated_at: datetime) -> tuple[int, int]:
    """Write a register of `share` times the national size to `path` (.json or .json.gz); returns its (EJ, ET).

    The same seed, share and instant (aware) give the same bytes. Indented like the ANS's own file: half of its size.
    """
    dice = Dice(seed)
    documents = Documents(dice, until=generated_at.date())
    entities = establishments = 0
    with _opened(path) as stream:
        stream.write(b'{\n  "schemaVersion": "v1.0.0",\n')
        stream.write(f'  "generatedAt": "{generated_at:%Y-%m-%dT%H:%M:%SZ}",\n'.encode())
        stream.write(b'  "gcc": [],\n  "gco": [],\n  "pmej": [')
        for planned in plan(dice, share):
            document = orjson.dumps(documents.legal_entity(planned), option=orjson.OPT_INDENT_2)
            stream.write(b", " if entities else b" ")
            stream.write(document.replace(b"\n", b"\n    "))
            entities += 1
            establishments += len(planned.establishments)
        stream.write(b" ]\n}\n")
    return entities, establishments


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix != ".gz":
        with path.open("wb") as plain:
            yield plain
        return
    # Neither a name nor a time in the gzip header: the same register is the same bytes whenever and wherever made.
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed,
        io.BufferedWriter(packed, 1 << 20) as buffered,
    ):
        yield buffered
