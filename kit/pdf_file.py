"""PDF without anything that acts: no script, no program to launch, no file carried inside.

Every object is looked at, wherever it hides (object streams, escaped names); actions that only turn pages are harmless.
Whoever sends a hundred kilobytes that unfold into hours of reading takes a few seconds of our time, and no more.
"""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from types import FrameType
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from kit import pdf_scan

_RUNS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/RichMediaExecute", "/Rendition"})
_SCRIPT_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/RichMediaContent"})
_PLAIN = re.compile(rb"/(JavaScript|Launch)[\s/(<\[>]")
_MOST_OBJECTS = 200_000
MOST_SECONDS = 4.0  # of processor
BETWEEN_LOOKS = 20  # calls of the reader: to ask at each one costs seven times the reading itself

_ACTIVE = (
    "Ce PDF contient un script ou une action qui lance un programme\xa0: ouvrez-le, imprimez-le dans un nouveau PDF, "
    "puis déposez celui-ci."
)
_CARRIES = "Ce PDF contient un fichier joint\xa0: déposez les deux documents séparément."
_LOCKED = "Ce PDF est protégé par un mot de passe\xa0: enregistrez-le sans protection."
_UNREADABLE = "Ce PDF est abîmé ou incomplet\xa0: ouvrez-le, enregistrez-le de nouveau, puis recommencez."
_TOO_COMPLEX = "Ce PDF est trop complexe pour être vérifié\xa0: enregistrez-le en plusieurs parties."


def fault(content: bytes) -> str:
    """Why this PDF is refused; "" when nothing in it acts."""
    try:
        with _bounded(MOST_SECONDS):
            return "" if pdf_scan.is_plain(content) else _look(PdfReader(BytesIO(content)), content)
    except _TooLong:
        return _TOO_COMPLEX
    except Exception:  # a reader of hostile files fails in a hundred ways, and each means the same
        return _UNREADABLE


class _TooLong(BaseException):
    """Past every `except Exception` of the reader."""


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    """Raise _TooLong in what this thread does here, once it has worked so long: asked now and then, as it calls."""
    end, before, left = time.thread_time() + seconds, sys.getprofile(), BETWEEN_LOOKS

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal left
        left -= 1
        if left:
            return
        left = BETWEEN_LOOKS
        if time.thread_time() > end:
            raise _TooLong

    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)


def _look(reader: PdfReader, content: bytes) -> str:
    if reader.is_encrypted and not reader.decrypt(""):
        return _LOCKED
    numbers = list(_numbers(reader))
    if len(numbers) > _MOST_OBJECTS:
        return _TOO_COMPLEX
    if not len(reader.pages):
        return _UNREADABLE
    carries = False
    for number, generation in numbers:
        for one in _dictionaries(reader.get_object(IndirectObject(number, generation, reader))):
            if not _SCRIPT_KEYS.isdisjoint(one) or _word(one, "/S") in _RUNS:
                return _ACTIVE
            carries = carries or _word(one, "/Type") == "/EmbeddedFile" or "/EmbeddedFiles" in one
    return _ACTIVE if _PLAIN.search(content) else _CARRIES if carries else ""


def _numbers(reader: PdfReader) -> Iterator[tuple[int, int]]:
    """(number, generation) of every object that the file has, in the open or in an object stream."""
    for generation, table in reader.xref.items():
        yield from ((number, generation) for number in table)
    yield from ((number, 0) for number in reader.xref_objStm)


def _dictionaries(found: Any) -> Iterator[DictionaryObject]:
    """An object's dictionaries, nested ones too; what it refers to has its own turn."""
    waiting = [found]
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            yield one
            waiting += [one.raw_get(key) for key in one]
        elif isinstance(one, ArrayObject):
            waiting += list.__iter__(one)


def _word(one: DictionaryObject, key: str) -> str | None:
    """What a dictionary says under a key, there or elsewhere in the file."""
    value = one.get(key)
    return value if isinstance(value, str) else None
