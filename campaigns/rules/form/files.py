"""Answers that are files: what a draft keeps of each, how many there may be, and the words for them. Pure.

The value of a field of type `file` is a list of {id, name, size, sha256, type}, in the order they were added; one in
which a harmful program was found has `infected` too.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from campaigns.rules.form.definition import Form, FormField
from campaigns.rules.form.reading import Value
from kit.file_type import TYPES
from kit.french import NBSP, count, weight

Entry: TypeAlias = Mapping[str, Any]
_SAID = ("name", "size", "sha256", "type")


def entry(attachment_id: UUID, name: str, size: int, sha256: str, media_type: str) -> dict[str, Any]:
    """What a draft keeps of a file. `size` in bytes, `sha256` in hexadecimal."""
    return {"id": str(attachment_id), "name": name, "size": size, "sha256": sha256, "type": media_type}


def entries(value: Value) -> list[dict[str, Any]]:
    """The files of an answer; none when it is not one."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def same_file(value: Value, sha256: str) -> dict[str, Any] | None:
    """The file of these very bytes, when the answer has it already."""
    return next((one for one in entries(value) if one["sha256"] == sha256), None)


def without(value: Value, attachment_id: UUID) -> list[dict[str, Any]] | None:
    """The answer once a file is taken away; None when it was the last one."""
    return [one for one in entries(value) if one["id"] != str(attachment_id)] or None


def condemned(value: Value, attachment_id: UUID) -> list[dict[str, Any]]:
    """The answer once a harmful program was found in a file."""
    return [{**one, "infected": True} if one["id"] == str(attachment_id) else one for one in entries(value)]


def kept_ids(form: Form, answers: Mapping[str, Value]) -> list[UUID]:
    """The files that the answers of this form name."""
    return [UUID(one["id"]) for field in form.files for one in entries(answers.get(field.key))]


def said(value: Value) -> Value:
    """What a submission says of the files: names, sizes, digests and types, without our own numbers."""
    return [{key: one[key] for key in _SAID} for one in entries(value)] or None


def line(one: Entry) -> str:
    """« Organigramme.pdf (1,2 Mo) »."""
    return f"{one['name']} ({weight(one['size'])})"


def least(field: FormField) -> int:
    """How many files are asked; 0 where none has to be."""
    return max(1, int(field.low or 0)) if field.required else 0


def most(field: FormField) -> int:
    """How many files there may be."""
    return int(field.high or 1)


def accepted(field: FormField) -> str:
    """« PDF ou image PNG, 10 Mo au plus ; jusqu’à 3 fichiers. »"""
    kinds = [kind.removeprefix(".").upper() for kind in field.kinds]
    named = " ou ".join(filter(None, [", ".join(kinds[:-1]), kinds[-1]]))
    many = f"{NBSP}; jusqu’à {count(most(field), 'fichier')}" if most(field) > 1 else ""
    return f"{named}, {weight(field.max_bytes).replace(',0', '')} au plus{many}."


def accept_attribute(field: FormField) -> str:
    """What a browser's file chooser shows first."""
    more = [".jpeg"] if ".jpg" in field.kinds else []
    return ",".join([*field.kinds, *more])


def fault(field: FormField, value: Value) -> str | None:
    """What is wrong with the files of an answer, as the end of a sentence; None when nothing is."""
    files = entries(value)
    bad = next((one for one in files if one.get("infected")), None)
    if bad is not None:
        return f"retirez «{NBSP}{bad['name']}{NBSP}», où un programme malveillant a été trouvé"
    types = {TYPES[kind] for kind in field.kinds}
    odd = next((one for one in files if one["type"] not in types), None)
    if odd is not None:
        return f"retirez «{NBSP}{odd['name']}{NBSP}», qui n’est plus d’un type accepté"
    if len(files) > most(field):
        return f"gardez {count(most(field), 'fichier')} au plus"
    return wanted(field, files) if len(files) < least(field) else None


def wanted(field: FormField, files: Sequence[Entry] = ()) -> str:
    """What is asked where files are missing."""
    if least(field) <= 1:
        return "joignez un fichier"
    return f"joignez au moins {count(least(field), 'fichier')}" + (f", il y en a {len(files)}" if files else "")
