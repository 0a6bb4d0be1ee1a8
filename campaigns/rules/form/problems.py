"""What is wrong with a value, in a sentence that says what to do. Pure."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from campaigns.rules.form import files
from campaigns.rules.form.acceptance import is_accepted
from campaigns.rules.form.definition import FormField
from campaigns.rules.form.display import figure
from campaigns.rules.form.reading import Value, is_unread
from kit.errors import Invalid
from kit.french import day, grouped
from tenants.rules.people import check_email

_ASK = {
    "text": "répondez à cette question",
    "long_text": "répondez à cette question",
    "choice": "choisissez une réponse",
    "choices": "cochez au moins une réponse",
    "number": "indiquez un nombre, ou 0 s’il n’y en a pas",
    "money": "indiquez un montant en euros, ou 0",
    "date": "indiquez une date",
    "boolean": "répondez par oui ou par non",
    "email": "indiquez une adresse électronique",
    "phone": "indiquez un numéro de téléphone",
    "commitment": "cochez la case pour accepter cet engagement",
}
_REWRITE = {
    "choice": "choisissez une réponse de la liste",
    "choices": "cochez des réponses de la liste",
    "number": "écrivez un nombre en chiffres, par exemple 1 250 ou 12,5",
    "money": "écrivez un montant en euros, avec deux décimales au plus, par exemple 1 500,00",
    "date": "écrivez une date qui existe, par exemple 23/09/2025",
    "boolean": "répondez par oui ou par non",
    "phone": "écrivez dix chiffres, par exemple 02 99 12 34 56, ou un numéro qui commence par +",
}


def missing(field: FormField) -> str:
    """The sentence for a field that must be answered and is not."""
    if field.type == "file":
        return _about(field, files.wanted(field))
    return _about(field, _ASK[field.type])


def problem(field: FormField, value: Value) -> str | None:
    """What is wrong with a value, or None. An absent one is never wrong here: `missing` is for that."""
    if value is None:
        return None
    fault = _unread(field, value) if is_unread(value) else _CHECKS[field.type](field, value)
    return _about(field, fault) if fault else None


def name_of(field: FormField) -> str:
    """What a sentence calls a field: its label, shortened when it is a paragraph, without its final sign."""
    label = field.label.strip().rstrip(":?. \u00a0\u202f")
    return label if len(label) <= 90 else label[:89].rsplit(" ", 1)[0] + "…"


def beside(field: FormField, sentence: str) -> str:
    """The sentence as it stands beside its control, whose label is in sight: « Indiquez au moins 1. »"""
    words = sentence.removeprefix(_about(field, "").rstrip("."))
    return words[:1].upper() + words[1:]


def _about(field: FormField, what: str) -> str:
    return f"« {name_of(field)} » : {what}."


def _unread(field: FormField, value: Value) -> str:
    if field.type == "email" and isinstance(value, dict):
        try:
            check_email(str(value["typed"]))
        except Invalid as refusal:
            return (refusal.sentence[:1].lower() + refusal.sentence[1:]).rstrip(".")
    return _REWRITE.get(field.type) or _ASK.get(field.type) or files.wanted(field)


def _length(field: FormField, value: Value) -> str | None:
    over = len(str(value)) - field.max_length
    if over <= 0:
        return None
    return f"{grouped(field.max_length)} caractères au plus, retirez-en {grouped(over)}"


def _listed(field: FormField, value: Value) -> str | None:
    given = value if isinstance(value, list) else [value]
    known = {option.key for option in field.options}
    return None if all(one in known for one in given) else _REWRITE[field.type]


def _range(field: FormField, value: Value) -> str | None:
    number = Decimal(str(value))
    if field.low is not None and number < Decimal(field.low):
        return f"indiquez au moins {figure(field, field.low)}"
    if field.high is not None and number > Decimal(field.high):
        return f"indiquez au plus {figure(field, field.high)}"
    return "indiquez un nombre positif" if field.low is None and number < 0 else None


def _days(field: FormField, value: Value) -> str | None:
    if field.low is not None and str(value) < str(field.low):
        return f"indiquez une date à partir du {day(date.fromisoformat(str(field.low)))}"
    if field.high is not None and str(value) > str(field.high):
        return f"indiquez une date jusqu’au {day(date.fromisoformat(str(field.high)))}"
    return None


def _nothing(field: FormField, value: Value) -> str | None:
    return None


def _commitment(field: FormField, value: Value) -> str | None:
    if is_accepted(field, value):
        return None
    return "le texte de cet engagement a changé depuis qu’il a été accepté, relisez-le et cochez de nouveau la case"


_CHECKS: Mapping[str, Callable[[FormField, Value], str | None]] = {
    "text": _length,
    "long_text": _length,
    "choice": _listed,
    "choices": _listed,
    "number": _range,
    "money": _range,
    "date": _days,
    "boolean": _nothing,
    "email": _nothing,
    "phone": _nothing,
    "commitment": _commitment,
    "file": files.fault,
}
