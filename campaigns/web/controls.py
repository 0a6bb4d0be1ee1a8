"""How a field of a form is drawn: the control, its words, what it shows, what is wrong with it."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from campaigns.rules import form as forms
from campaigns.rules.form import Answers, FormField, FormSection, Value, files

LISTED = 8  # beyond so many options, a list to open rather than as many lines


def controls(
    section: FormSection, answers: Answers, errors: Mapping[str, str], typed: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """One dict for each field, as templates/candidacies/_field.html reads it.

    `typed` is what was sent and could not be kept: it is shown again, so that nobody types it twice.
    """
    return [_control(field, answers.get(field.key), errors.get(field.key), typed or {}) for field in section.fields]


def sent(section: FormSection, data: "MultiDict[str, str]") -> dict[str, Any]:
    """What a browser sent for each field of the section but its files. An unticked box, an emptied list send nothing:
    None."""
    return {field.key: _sent(field, data) for field in section.fields if field.type != "file"}


def file_control(field: FormField, value: Value) -> dict[str, Any]:
    """The control of one question that is answered by files, as it stands."""
    return _control(field, value, None, {})


def _sent(field: FormField, data: "MultiDict[str, str]") -> Any:
    return data.getlist(field.key) if field.type == "choices" else data.get(field.key)


def _control(field: FormField, value: Value, error: str | None, typed: Mapping[str, Any]) -> dict[str, Any]:
    shown = typed.get(field.key)
    return {
        "name": field.key,
        "kind": _kind(field),
        "label": field.label,
        "hint": _hint(field),
        "error": forms.beside(field, error) if error else None,
        "optional": not field.required,
        "value": shown if isinstance(shown, str) else _value(field, value),
        "values": value if isinstance(value, list) else [],
        "options": [{"value": option.key, "text": option.label} for option in field.options],
        "pairs": [(option.key, option.label) for option in field.options],
        "unit": field.unit or None,
        "limit": field.max_length,
        "autocomplete": field.autocomplete or None,
        "text": field.text,
        "accepted": forms.shown(field, value) if field.type == "commitment" and value is not None else "",
        **(_files(field, value) if field.type == "file" else {}),
    }


def _files(field: FormField, value: Value) -> dict[str, Any]:
    """What is joined, and whether there is room for more."""
    joined = files.entries(value)
    return {
        "files": joined,
        "accept": files.accept_attribute(field),
        "expected": files.accepted(field),
        "largest": field.max_bytes,
        "has_room": len(joined) < files.most(field),
        "several": files.most(field) > 1,
    }


def _kind(field: FormField) -> str:
    return "select" if field.type == "choice" and len(field.options) > LISTED else field.type


def _value(field: FormField, value: Value) -> str:
    if field.type == "boolean" and isinstance(value, bool):
        return "yes" if value else "no"
    if field.type == "commitment":
        return "yes" if forms.is_accepted(field, value) else ""
    return forms.control_text(field, value)


def _hint(field: FormField) -> str | None:
    help_text = field.help
    if field.type == "date":
        help_text = f"{help_text} Jour, mois, année : par exemple 23/09/2025.".strip()
    if field.type == "email" and not help_text:
        help_text = "Par exemple nom@etablissement.fr."
    return help_text or None
