"""A commitment accepted: by whom, when, and in which words. Pure."""

from datetime import UTC, datetime

from campaigns.rules.form.definition import FormField
from campaigns.rules.form.reading import Value


def accept(field: FormField, name: str, at: datetime) -> dict[str, str]:
    """What a draft keeps of a ticked commitment. `at` is an aware instant."""
    return {"text": field.digest, "by": name, "at": at.astimezone(UTC).isoformat(timespec="seconds")}


def is_accepted(field: FormField, value: Value) -> bool:
    """Whether the value accepts the commitment in the words it has now."""
    return isinstance(value, dict) and value.get("text") == field.digest


def same(field: FormField, one: Value, other: Value) -> bool:
    """Whether two values say the same: an acceptance stays the first one's."""
    if field.type == "commitment":
        return _ticked(field, one) == _ticked(field, other)
    return one == other and type(one) is type(other)


def _ticked(field: FormField, value: Value) -> bool:
    return value is True or is_accepted(field, value)
