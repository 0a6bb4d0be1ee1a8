"""The shape of a rule document: its JSON Schema, and what breaks it in a French sentence with its path. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from campaigns.rules.eligibility.naming import quoted
from kit.french import NBSP


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong (`error`) or doubtful (`warning`) at a path of the document ("$.all[1].establishments")."""

    level: Literal["error", "warning"]
    path: str
    sentence: str


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the document."""
    text = (files("campaigns") / "data" / "eligibility-rule.schema.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def shape_errors(document: object) -> list[Finding]:
    """What in the document breaks its schema, in its own order."""
    errors = sorted(_validator().iter_errors(document), key=lambda error: error.json_path)
    return [Finding("error", error.json_path, sentence) for error in errors for sentence in _sentences(error)]


def _sentences(error: ValidationError) -> Iterator[str]:
    found: Any = error.instance
    expected: Any = error.validator_value
    words = schema()["$defs"]
    of_entity, of_establishment = words["entityWord"]["enum"], words["establishmentClause"]["properties"]
    if "propertyNames" in error.absolute_schema_path:
        yield _unknown(found, of_entity, of_establishment, "d’un établissement, sous establishments et such_that")
    elif error.validator == "additionalProperties":
        known = cast(Mapping[str, Any], error.schema)["properties"]
        elsewhere = of_entity if known == of_establishment else ()
        for word in sorted(found.keys() - known.keys()):
            yield _unknown(word, known, elsewhere, "de l’organisme gestionnaire, hors de establishments")
    elif error.validator == "required":
        yield from (f"Il manque {quoted(word)}." for word in expected if word not in found)
    elif error.validator == "type":
        yield f"Il faut ici {_TYPES[str(expected)]}, et non {json.dumps(found, ensure_ascii=False, default=str)}."
    else:
        choice = ", ".join(expected) if error.validator == "enum" else expected
        yield _BREACHES[str(error.validator)].format(expected=choice, found=found)


def _unknown(word: str, known: Iterable[str], elsewhere: Iterable[str], where: str) -> str:
    wrong = f"se dit {where}" if word in elsewhere else "n’est pas un mot de la règle"
    close = get_close_matches(word, known, n=1)
    return f"{quoted(word)} {wrong}." + (f" Vouliez-vous dire {quoted(close[0])}{NBSP}?" if close else "")


_TYPES: Mapping[str, str] = {
    "array": "une liste",
    "boolean": "true ou false",
    "integer": "un nombre entier",
    "number": "un nombre",
    "object": "un groupe de mots",
    "string": "un texte (un code s’écrit entre guillemets)",
    "['string', 'number', 'boolean']": "un texte, un nombre, ou true ou false",
}
_BREACHES: Mapping[str, str] = {
    "anyOf": "Il faut ici des valeurs d’une seule sorte, nombres ou textes (un jour s’écrit AAAA-MM-JJ).",
    "const": "La seule valeur possible est {expected!r}.",
    "enum": "La valeur est à choisir parmi {expected}.",
    "format": "{found!r} n’est pas un jour du calendrier (AAAA-MM-JJ).",
    "maxItems": "Il faut ici {expected} valeurs au plus.",
    "maxLength": "Ce texte est trop long ({expected} caractères au plus).",
    "maxProperties": "Il y a un mot de trop\N{NO-BREAK SPACE}: une clause n’en dit qu’un (all en réunit plusieurs).",
    "minItems": "Il faut ici {expected} valeurs au moins.",
    "minLength": "Ce texte est vide.",
    "minProperties": "Il manque un mot\N{NO-BREAK SPACE}: la clause ne dit rien.",
    "minimum": "Il faut ici un nombre d’au moins {expected}.",
    "pattern": "{found!r} n’a pas la forme attendue.",
    "uniqueItems": "Une valeur est écrite deux fois.",
}
