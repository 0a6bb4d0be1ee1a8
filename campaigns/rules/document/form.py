"""What a schema cannot say of a form: keys used twice, options without a choice, bounds that cross. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from campaigns.rules.document.instants import Unreadable, read_day
from kit.document.finding import Finding, error, join
from kit.french import NBSP

# For each property that only some types of fields have.
_ONLY = {
    "options": ("choice", "choices"),
    "min": ("number", "money", "date", "file"),
    "max": ("number", "money", "date", "file"),
    "max_length": ("text", "long_text"),
    "unit": ("number",),
    "kinds": ("file",),
    "max_size": ("file",),
}
_MOST_FILES = 20


def check_form(data: Mapping[str, Any]) -> list[Finding]:
    """Errors by path, of the form and of the commitments."""
    sections = data["form"]["sections"]
    fields = [
        (f"form.sections[{index}].fields[{position}]", field)
        for index, section in enumerate(sections)
        for position, field in enumerate(section["fields"])
    ]
    return [
        *_twice((f"form.sections[{index}].key", section["key"]) for index, section in enumerate(sections)),
        *_twice((f"{path}.key", field["key"]) for path, field in fields),
        *_twice((f"commitments[{index}].key", one["key"]) for index, one in enumerate(data["commitments"])),
        *(finding for path, field in fields for finding in _field(path, field)),
    ]


def field_keys(data: Mapping[str, Any]) -> frozenset[str]:
    """The keys of every field whose answer a rule can read: a file is for people."""
    fields = (field for section in data["form"]["sections"] for field in section["fields"])
    return frozenset(field["key"] for field in fields if field["type"] != "file")


def _twice(keys: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for path, key in keys:
        if key in first:
            yield error(path, f"La clé «{NBSP}{key}{NBSP}» est déjà employée à {first[key]}.")
        first.setdefault(key, path)


def _field(path: str, field: Mapping[str, Any]) -> Iterator[Finding]:
    kind = field["type"]
    for name, kinds in _ONLY.items():
        if name in field and kind not in kinds:
            yield error(join(path, name), f"«{NBSP}{name}{NBSP}» n’a pas de sens pour un champ {kind}.")
    if kind in _ONLY["options"]:
        if "options" not in field:
            yield error(join(path, "options"), "Un choix demande ses réponses possibles (options).")
        options = field.get("options", [])
        yield from _twice((f"{path}.options[{index}].key", option["key"]) for index, option in enumerate(options))
    if kind in _ONLY["min"]:
        yield from _bounds(path, field)


def _bounds(path: str, field: Mapping[str, Any]) -> Iterator[Finding]:
    read: dict[str, Any] = {}
    for name in ("min", "max"):
        if name not in field:
            continue
        try:
            read[name] = _bound(field["type"], field[name])
        except Unreadable as fault:
            yield error(join(path, name), str(fault))
    if field["type"] == "file" and read.get("max") == 0:
        yield error(join(path, "max"), "Un champ qui demande un fichier en reçoit un au moins.")
    if len(read) == 2 and read["max"] < read["min"]:
        yield error(join(path, "max"), "Le maximum est inférieur au minimum.")


def _bound(kind: str, bound: object) -> date | int:
    if kind == "date":
        return read_day(str(bound))
    if not isinstance(bound, int):
        raise Unreadable("Cette borne est un nombre entier (en centimes pour un montant).")
    if kind == "file" and not 0 <= bound <= _MOST_FILES:
        raise Unreadable(f"Un champ reçoit de 0 à {_MOST_FILES} fichiers.")
    return bound
