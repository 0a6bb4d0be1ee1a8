"""The shape of a document: what its JSON Schema demands, said in French, by path. Pure.

A schema carries its own sentence, as `errorMessage`, beside a demand that has no general one.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache, reduce
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from kit.document.finding import Finding, error, join
from kit.french import NBSP, count

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

TYPES = {
    "string": "un texte",
    "integer": "un nombre entier",
    "number": "un nombre",
    "boolean": "true ou false",
    "array": "une liste",
    "object": "un groupe de clés",
    "null": "null",
}


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The JSON Schema (2020-12) at `name`, in a package's data: "campaigns/data/campaign.schema.json"."""
    package, inside = name.split("/", 1)
    text = (files(package) / inside).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


class Fault(NamedTuple):
    """A demand of the schema that is not met: its keyword, what it wants, what it got, and the part of the schema."""

    path: str
    keyword: str
    wanted: Any
    got: Any
    schema: Any


def check_shape(data: Any, name: str, path: str = "") -> list[Finding]:
    """What the schema `name` finds, one sentence by fault; `path` is where `data` stands in the whole document."""
    return list(dict.fromkeys(finding for fault in _faults(data, name, path) for finding in _said(fault)))


@cache
def _validator(name: str) -> "Draft202012Validator":
    from jsonschema import Draft202012Validator  # half a second, and most processes check no document

    return Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)


def _faults(data: Any, name: str, path: str) -> Iterator[Fault]:
    for found in _validator(name).iter_errors(data):
        place = reduce(join, found.absolute_path, path)
        yield Fault(place, str(found.validator), found.validator_value, found.instance, found.schema)


def _said(fault: Fault) -> Iterator[Finding]:
    if fault.keyword == "required":
        for key in fault.wanted:
            if key not in fault.got:
                yield error(join(fault.path, key), f"Il manque «{NBSP}{key}{NBSP}».")
    elif fault.keyword == "additionalProperties":
        known = fault.schema["properties"]
        for key in fault.got:
            if key not in known:
                yield error(join(fault.path, key), _unknown_key(key, known))
    else:
        say = _SENTENCES.get(fault.keyword, _own_sentence)
        yield error(fault.path, say(fault))


def _unknown_key(key: str, known: Iterable[str]) -> str:
    near = get_close_matches(key, known, n=1)
    meant = f" Vouliez-vous écrire «{NBSP}{near[0]}{NBSP}»{NBSP}?" if near else ""
    return f"La clé «{NBSP}{key}{NBSP}» n’existe pas ici.{meant}"


def _wrong_type(fault: Fault) -> str:
    wanted, value = fault.wanted, fault.got
    if wanted == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'Un texte est attendu{NBSP}: écrivez "{value}" entre guillemets.'
    words = [TYPES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)]
    return f"La valeur attendue est {' ou '.join(words)}."


def _unknown_value(fault: Fault) -> str:
    known = ["null" if value is None else str(value) for value in fault.wanted]
    near = get_close_matches(str(fault.got), known, n=1)
    meant = f" Vouliez-vous écrire «{NBSP}{near[0]}{NBSP}»{NBSP}?" if near else ""
    return f"La valeur «{NBSP}{str(fault.got)[:80]}{NBSP}» n’existe pas ici{NBSP}: {', '.join(known)}.{meant}"


def _own_sentence(fault: Fault) -> str:
    return str(fault.schema.get("errorMessage", "Cette valeur ne convient pas ici."))


def _too_few(fault: Fault) -> str:
    return f"Cette liste demande au moins {count(fault.wanted, 'élément')}."


_SENTENCES: Mapping[str, Callable[[Fault], str]] = {
    "type": _wrong_type,
    "enum": _unknown_value,
    "const": lambda fault: f"La seule version de ce format est {fault.wanted}.",
    "pattern": lambda fault: str(fault.schema.get("errorMessage", "Ce texte est vide.")),
    "maxLength": lambda fault: f"Ce texte dépasse {count(fault.wanted, 'caractère')}.",
    "minItems": _too_few,
    "maxItems": lambda fault: f"Cette liste dépasse {count(fault.wanted, 'élément')}.",
    "uniqueItems": lambda fault: "Un élément de cette liste est écrit deux fois.",
    "minimum": lambda fault: f"Ce nombre est inférieur à {fault.wanted}.",
    "maximum": lambda fault: f"Ce nombre est supérieur à {fault.wanted}.",
}
