"""From what was typed (or sent by a program) to a value; what cannot be read is kept as typed. Pure, and never raises.

A value is what is stored in a draft: None (nothing), a text, a whole number (cents for an amount), a decimal number as
text ("12.5"), a day as YYYY-MM-DD, a boolean, a list of an option's keys, a list of files (form/files.py), or
{"typed": …} for what could not be read.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from campaigns.rules.form.definition import FormField
from kit.errors import Invalid
from kit.french import MONTHS
from tenants.rules.people import check_email

Value: TypeAlias = str | int | bool | list[Any] | dict[str, Any] | None

LONGEST_TYPED = 50_000
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009]+")
_GROUPED = r"\d{1,3}(?: \d{3})+|\d+"
_NUMBER = re.compile(rf"(?P<sign>[-+]?) ?(?P<whole>{_GROUPED})(?:[.,](?P<decimals>\d+))?")
_POINTED = re.compile(r"(?P<sign>[-+]?) ?(?P<whole>\d{1,3}(?:\.\d{3})+)(?:,(?P<decimals>\d+))?")
_DAY = re.compile(r"(\d{1,2})(?:er)?[ /.-](\d{1,2}|[^\W\d_]+)[ /.-](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PHONE = re.compile(r"(?P<number>0[1-9]\d{8}|\+\d{8,15})(?:poste(?P<extension>\d{1,6}))?")
_YES = frozenset({"yes", "oui", "true", "1", "on"})
_NO = frozenset({"no", "non", "false", "0", "off"})


def read(field: FormField, typed: Any) -> Value:
    """The value of `field` in what a form or a program sent (text, list of texts, or JSON)."""
    if isinstance(typed, dict):  # a value as the API shows it, sent back
        is_acceptance = field.type == "commitment" and "at" in typed
        typed = True if is_acceptance else typed.get("typed", str(typed))
    if isinstance(typed, list | tuple) and field.type != "choices":
        typed = " ".join(str(one) for one in typed)
    if typed is None or (isinstance(typed, str) and not tidy(typed)):
        return None
    if isinstance(typed, list | tuple) and not any(tidy(str(one)) for one in typed):
        return None
    if field.type == "commitment":
        return _flag(field, typed) or None
    value = _READERS[field.type](field, typed)
    return {"typed": _as_typed(typed)} if value is None else value


def too_long(typed: Any) -> bool:
    """Whether it is too large to be kept at all, even in a draft."""
    if isinstance(typed, list | tuple):
        return len(typed) > 500 or any(too_long(one) for one in typed)
    return len(typed if isinstance(typed, str) else repr(typed)) > LONGEST_TYPED


def is_unread(value: Value) -> bool:
    """Whether the value is only kept as it was typed."""
    return isinstance(value, dict) and "typed" in value


def tidy(text: str) -> str:
    """NFC, lines ended by \\n, no control character nor lone surrogate (PostgreSQL takes neither), no blanks around."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(_kept(character) for character in text) if not text.isprintable() else text
    return unicodedata.normalize("NFC", text).strip()


def _kept(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cc" and character not in "\n\t" else character


def _as_typed(typed: Any) -> str:
    return (tidy(typed) if isinstance(typed, str) else str(typed))[:LONGEST_TYPED]


def _line(_: FormField, typed: Any) -> str:
    return " ".join(_as_typed(typed).split())


def _lines(_: FormField, typed: Any) -> str:
    return _as_typed(typed)


def _number(field: FormField, typed: Any) -> int | str | None:
    number = _decimal(typed, field.unit)
    if number is None or (number == number.to_integral_value()):
        return None if number is None else int(number)
    return format(number.normalize(), "f")


def _cents(_: FormField, typed: Any) -> int | None:
    """An amount: programs send whole cents, people type euros."""
    if isinstance(typed, int) and not isinstance(typed, bool):
        return typed if abs(typed) < 10**15 else None
    euros = None if isinstance(typed, bool | float) else _decimal(re.sub(r"(?i)€|euros?|eur\b", "", str(typed)))
    if euros is None or euros * 100 != int(euros * 100):
        return None
    return int(euros * 100)


def _decimal(typed: Any, unit: str = "") -> Decimal | None:
    """A number below 10^13 with at most six decimals. « 1.500 » is refused: nobody knows what it means."""
    if isinstance(typed, bool):
        return None
    text = _BLANKS.sub(" ", str(typed)).strip().replace("\N{MINUS SIGN}", "-")
    text = text.removesuffix(unit).strip() if unit else text
    found = _NUMBER.fullmatch(text) or _POINTED.fullmatch(text)
    if not found or (re.fullmatch(r"[-+]?\d{1,3}\.\d{3}", text) and not isinstance(typed, float)):
        return None
    whole, decimals = found["whole"].replace(" ", "").replace(".", ""), (found["decimals"] or "").rstrip("0")
    # Digits of other scripts are digits for `re`, and for Decimal too.
    if len(whole.lstrip("0")) > 13 or len(decimals) > 6:
        return None
    return Decimal(f"{found['sign']}{whole}.{decimals or 0}")


def _day(_: FormField, typed: Any) -> str | None:
    text = _BLANKS.sub(" ", str(typed)).strip().lower()
    iso, written = _ISO_DAY.fullmatch(text), _DAY.fullmatch(text)
    if iso:
        year, month, day = iso.groups()
    elif written:
        day, month, year = written.groups()
        month = str(MONTHS.index(month) + 1) if month in MONTHS else month
    else:
        return None
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found.isoformat() if 1900 <= found.year <= 2100 else None


def _flag(_: FormField, typed: Any) -> bool | None:
    word = str(typed).strip().lower()
    return True if word in _YES else False if word in _NO else None


def _choice(_: FormField, typed: Any) -> str:
    return _as_typed(typed)


def _choices(field: FormField, typed: Any) -> list[str] | None:
    given = typed if isinstance(typed, list | tuple) else [typed]
    chosen = {tidy(str(one)) for one in given} - {""}
    order = {option.key: rank for rank, option in enumerate(field.options)}
    return sorted(chosen, key=lambda key: (order.get(key, len(order)), key)) or None


def _email(_: FormField, typed: Any) -> str | None:
    try:
        return check_email(_as_typed(typed))
    except Invalid:
        return None


def _phone(_: FormField, typed: Any) -> str | None:
    """« 02 99 12 34 56 », « +33 (0)2 99 12 34 56 », « 00262 692… », with « poste 412 » maybe."""
    compact = re.sub(r"[\s\u00a0\u202f./()-]", "", str(typed).lower().replace("(0)", ""))
    compact = re.sub(r"^00", "+", compact)
    compact = re.sub(r"^\+330?([1-9])", r"0\1", compact)
    found = _PHONE.fullmatch(compact)
    if not found or not compact.isascii():
        return None
    return found["number"] + (f" poste {found['extension']}" if found["extension"] else "")


def _not_typed(_: FormField, typed: Any) -> None:
    """A file is sent by its own way: nothing that is typed is one."""


_READERS: Mapping[str, Callable[[FormField, Any], Value]] = {
    "text": _line,
    "long_text": _lines,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "money": _cents,
    "date": _day,
    "boolean": _flag,
    "email": _email,
    "phone": _phone,
    "file": _not_typed,
}
