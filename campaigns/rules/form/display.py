"""A value as people read it, and as a control takes it back. Pure."""

import re
from datetime import date, datetime
from decimal import Decimal

from campaigns.rules.form import files
from campaigns.rules.form.definition import FormField
from campaigns.rules.form.reading import Value
from kit.french import day, grouped, instant, money


def shown(field: FormField, value: Value, zone: str = "Europe/Paris") -> str:
    """The value in a page, a mail or a receipt; "" when there is none. `zone` is for an acceptance's instant."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value["typed"]) if "typed" in value else _acceptance(value, zone)
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if field.type == "file":
        return "\n".join(files.line(one) for one in files.entries(value))
    if isinstance(value, list) or field.type == "choice":
        return "\n".join(_label(field, one) for one in (value if isinstance(value, list) else [str(value)]))
    if field.type in ("number", "money"):
        return figure(field, value)
    if field.type == "date":
        return day(date.fromisoformat(str(value)))
    return _phone(str(value)) if field.type == "phone" else str(value)


def control_text(field: FormField, value: Value) -> str:
    """What a text control shows of the value, so that reading it again gives the value back."""
    if isinstance(value, dict):
        return str(value.get("typed", ""))
    if value is None or isinstance(value, bool | list):
        return ""
    if field.type == "money":
        return money(int(value)).removesuffix("\u00a0€")
    if field.type == "number":
        return decimal_text(Decimal(value))
    if field.type == "date":
        return date.fromisoformat(str(value)).strftime("%d/%m/%Y")
    return _phone(str(value)) if field.type == "phone" else str(value)


def figure(field: FormField, number: Decimal | int | str) -> str:
    """A number with its unit, an amount of cents in euros."""
    if field.type == "money":
        return money(int(number))
    text = decimal_text(Decimal(number))
    return f"{text}\u00a0{field.unit}" if field.unit else text


def decimal_text(number: Decimal) -> str:
    """« 1 234,5 »."""
    whole, _, decimals = format(abs(number), "f").partition(".")
    sign = "\N{MINUS SIGN}" if number < 0 else ""
    return f"{sign}{grouped(int(whole))}" + (f",{decimals}" if decimals.strip("0") else "")


def _label(field: FormField, key: str) -> str:
    return next((option.label for option in field.options if option.key == key), key)


def _phone(number: str) -> str:
    """« 02 99 12 34 56 », « 02 99 12 34 56 poste 412 »; a foreign number as it is."""
    digits, _, extension = number.partition(" ")
    if digits.startswith("0"):
        digits = "\u00a0".join(re.findall("..", digits))
    return f"{digits} {extension}".strip()


def _acceptance(value: dict[str, str], zone: str) -> str:
    when = instant(datetime.fromisoformat(value["at"]), zone)
    return f"Accepté par {value['by']} le {when}"
