"""A draft carried to a new version of its form. Pure."""

from campaigns.rules.form.definition import Form, FormField
from campaigns.rules.form.display import control_text
from campaigns.rules.form.progress import Answers
from campaigns.rules.form.reading import Value, read


def carry(old: Form, new: Form, answers: Answers) -> dict[str, Value]:
    """The answers the new form keeps, by key; one whose question changed type is read again as it was typed.

    Answers to questions that are gone are left out: the draft's history keeps them.
    """
    before = old.fields
    kept = {field.key: _carried(before.get(field.key), field, answers.get(field.key)) for field in new}
    return {key: value for key, value in kept.items() if value is not None}


def _carried(old: FormField | None, new: FormField, value: Value) -> Value:
    if old is None or value is None or old.type == new.type:
        return value
    if "file" in (old.type, new.type):
        return None  # a file is no text, nor the other way round
    return read(new, _as_typed(old, value))


def _as_typed(field: FormField, value: Value) -> str | list[str]:
    if isinstance(value, list):
        return value
    if isinstance(value, bool):
        return "oui" if value else "non"
    return control_text(field, value)
