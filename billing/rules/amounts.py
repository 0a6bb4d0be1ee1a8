"""Amounts as people type them, read to the cent: « 1 234,56 », 1234.56, « 12 000 € »."""

import re
from typing import NoReturn

from kit.errors import Invalid
from kit.french import NBSP, money

LARGEST_CENTS = 99_999_999_999  # 999 999 999,99 €
_LONGEST = 40
_SPACES = re.compile(r"\s+")
_CURRENCY = re.compile(r"(€|euros?|eur)$", re.IGNORECASE)
# Thousands by groups of three, or none; at most one sign for decimals.
_NUMBER = re.compile(r"(\d{1,3}(?: \d{3})+|\d+)(?:[.,](\d+))?")
# Dots (or commas) for thousands are read only beside the other sign: « 1.234 » alone could be either.
_DOTTED = re.compile(r"\d{1,3}(?:\.\d{3})+,\d+")
_COMMAED = re.compile(r"\d{1,3}(?:,\d{3})+\.\d+")


def read_cents(text: str, field: str) -> int:
    """The amount that was typed, in cents, zero or more. Raises Invalid on `field`: nothing is rounded, nor guessed."""
    written = _plain(text)
    if not written:
        _refuse("Indiquez un montant, par exemple 1 234,56.", field)
    if written[0] in "-\N{MINUS SIGN}\N{EN DASH}":
        _refuse(f"Le montant ne peut pas être négatif{NBSP}: écrivez-le sans signe.", field)
    found = _NUMBER.fullmatch(written) if len(text) <= _LONGEST and written.isascii() else None
    if found is None:
        _refuse("Ce montant ne se lit pas. Écrivez-le en chiffres, par exemple 1 234,56.", field)
    whole, decimals = found[1].replace(" ", ""), found[2] or ""
    if len(decimals) > 2:
        _refuse("Un montant a deux décimales au plus, par exemple 1 234,56.", field)
    cents = int(whole) * 100 + int(decimals.ljust(2, "0"))
    if cents > LARGEST_CENTS:
        _refuse(f"Ce montant dépasse {money(LARGEST_CENTS)}.", field)
    return cents


def write_cents(cents: int) -> str:
    """An amount as a form shows it, and as `read_cents` reads it: « 1234,56 »."""
    return f"{cents // 100},{cents % 100:02}"


def _plain(text: str) -> str:
    written = _CURRENCY.sub("", _SPACES.sub(" ", text[: 2 * _LONGEST]).strip()).strip().removeprefix("+")
    if _DOTTED.fullmatch(written):
        return written.replace(".", "")
    return written.replace(",", "") if _COMMAED.fullmatch(written) else written


def _refuse(sentence: str, field: str) -> NoReturn:
    raise Invalid(sentence, {field: sentence})
