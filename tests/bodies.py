"""What an API's view can read, made from its schemas: what is tried then is whether it looks for the thing."""

from collections.abc import Callable
from inspect import isclass
from io import BytesIO
from typing import Any

from marshmallow import fields, validate

# What rules want of a value, where its type alone does not say it.
BY_NAME: dict[str, Any] = {
    "email": "quelquun@test.invalid",
    "department": "35",
    "ends_on": "2027-12-08",
    "expires_on": "2027-12-08",
    "siret": None,
    "zones": ["35"],
    "reference": "REF-1",
}
BY_TYPE: list[tuple[type[fields.Field[Any]], Any]] = [
    (fields.UUID, "01a20172-dc15-740e-85d7-e549ec7b3aa5"),
    (fields.AwareDateTime, "2026-12-08T08:00:00Z"),
    (fields.DateTime, "2026-12-08T08:00:00Z"),
    (fields.Date, "2026-12-08"),
    (fields.Boolean, True),
    (fields.Email, "quelquun@test.invalid"),
    (fields.String, "Quelques mots"),
    (fields.Mapping, {}),
]


def sample_of(view: Callable[..., Any]) -> dict[str, Any]:
    """What a flask-smorest view reads, as options of a test client: query_string, and json or data (with its files)."""
    parameters = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    read = {one["in"]: _sample(one["schema"]) for one in parameters}
    files = {name: (BytesIO(b"a;b"), "fichier.csv") for name in read.get("files", {})}
    sent = {"data": read.get("form", {}) | files} if "form" in read or files else {"json": read.get("json", {})}
    return sent | {"query_string": read.get("query", {})}


def _sample(schema: Any) -> dict[str, Any]:
    known: Any = schema() if isclass(schema) else schema
    return {
        field.data_key or name: _value(name, field)
        for name, field in known.load_fields.items()
        if field.required or name in BY_NAME
    }


def _value(name: str, field: "fields.Field[Any]") -> Any:
    if name in BY_NAME:
        return BY_NAME[name]
    chosen = [one.choices for one in field.validators if isinstance(one, validate.OneOf)]
    if chosen:
        return next(iter(chosen[0]))
    if isinstance(field, fields.Nested):
        return [_sample(field.schema)] if field.many else _sample(field.schema)
    if isinstance(field, fields.List):
        return [_value(name, field.inner)]
    if isinstance(field, fields.Enum):
        members: Any = field.enum
        first = next(iter(members))
        return first.value if field.by_value else first.name
    if isinstance(field, fields.Number):
        return max([one.min for one in field.validators if isinstance(one, validate.Range) and one.min], default=1)
    return next((value for kind, value in BY_TYPE if isinstance(field, kind)), "Quelques mots")
