"""PDF without anything that acts: no script, no program to launch, no file carried inside. Pure.

Every object is looked at, wherever it hides (object streams, escaped names); actions that only turn pages are harmless.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

_RUNS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/RichMediaExecute", "/Rendition"})
_SCRIPT_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/RichMediaContent"})
_PLAIN = re.compile(rb"/(JavaScript|Launch)[\s/(<\[>]")
_MOST_OBJECTS = 200_000

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
        return _look(PdfReader(BytesIO(content)), content)
    except Exception:  # a reader of hostile files fails in a hundred ways, and each means the same
        return _UNREADABLE


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
