"""Numbers and days as people type them in France: « 12 000 € », « 1,5 », « 1er octobre 2026 ». None when unreadable."""

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from kit.french import MONTHS

# Thousands by groups of three, or none; never two signs, never a dot beside a comma.
_NUMBER = re.compile(r"[+-]?(\d{1,3}( \d{3})+|\d{1,15})([.,]\d{1,9})?")
# « 12.000 »: twelve, or twelve thousand?
_DOUBTFUL = re.compile(r"[.,]\d{3}$")
_SPACES = re.compile(r"\s+")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
_WORDS = re.compile(r"(\d{1,2})(?:er)? ([a-z]+) (\d{4})")


def tidy(typed: str) -> str:
    """One ordinary space for each run of them, whatever kind they are; none at the ends."""
    return _SPACES.sub(" ", typed).strip()


def plain(typed: str) -> str:
    """In lower case, without accents: how two words are compared."""
    decomposed = unicodedata.normalize("NFKD", tidy(typed))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower().replace("’", "'")


def decimal(typed: object) -> Decimal | None:
    """The number that was typed. A float is read to 15 digits, as a spreadsheet shows it."""
    if isinstance(typed, Decimal):
        return typed if typed.is_finite() else None
    if isinstance(typed, bool):
        return None
    if isinstance(typed, int):
        return Decimal(typed) if abs(typed) < 10**15 else None
    if isinstance(typed, float):
        return Decimal(format(typed, ".15g")) if abs(typed) < 1e15 else None
    if not isinstance(typed, str):
        return None
    written = tidy(typed).replace("\N{MINUS SIGN}", "-")
    if not written.isascii() or not _NUMBER.fullmatch(written):
        return None
    return Decimal(written.replace(" ", "").replace(",", "."))


def whole(typed: object) -> int | None:
    """A whole number of zero or more; never « 1.000 », which may be one."""
    if isinstance(typed, str) and _DOUBTFUL.search(tidy(typed)):
        return None
    number = decimal(typed)
    return int(number) if number is not None and number >= 0 and number == number.to_integral_value() else None


def cents(typed: object) -> int | None:
    """An amount of zero or more euros, to the cent: « 12 000 € », « 1 500,50 », 99.9."""
    if isinstance(typed, str):
        typed = re.sub(r"(€|euros?|eur)?( ?ht)?$", "", tidy(typed), flags=re.IGNORECASE)
        if _DOUBTFUL.search(typed):
            return None
    amount = decimal(typed)
    if amount is None or amount < 0 or amount >= 10**12 or amount != amount.quantize(Decimal("0.01")):
        return None
    return int(amount.scaleb(2))


def read_day(typed: object) -> date | None:
    """A date, however it is written; the hour of a spreadsheet's date must be midnight."""
    if isinstance(typed, datetime):
        return typed.date() if typed.time() == datetime.min.time() else None
    if isinstance(typed, date):
        return typed
    if not isinstance(typed, str):
        return None
    written = plain(typed)
    if found := _ISO.fullmatch(written):
        return _date(found[1], found[2], found[3])
    if found := _DAY.fullmatch(written):
        return _date(found[3], found[2], found[1])
    if found := _WORDS.fullmatch(written):
        months = [plain(month) for month in MONTHS]
        return _date(found[3], months.index(found[2]) + 1, found[1]) if found[2] in months else None
    return None


def _date(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2199 else None
