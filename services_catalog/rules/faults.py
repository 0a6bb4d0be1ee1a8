"""Reading what somebody typed or sent: every fault is kept with its field, and all of them are told at once. Pure."""

import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

from kit.errors import Invalid
from tenants.rules.people import check_email, check_line

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)


class Faults:
    """What is wrong so far: field → sentence. Each check gives the tidy value, or something empty once refused."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def refuse(self, field: str, sentence: str) -> None:
        """Note what is wrong with a field; the first sentence stays."""
        self.found.setdefault(field, sentence)

    def line(self, text: str, field: str, missing: str) -> str:
        """One line of 2 to 120 characters; `missing` is what an empty one is told."""
        try:
            return check_line(text, field, missing)
        except Invalid as error:
            self.refuse(field, error.fields[field])
            return ""

    def optional_line(self, text: str, field: str) -> str:
        """The same, or nothing."""
        return self.line(text, field, "Écrivez au moins deux caractères, ou rien.") if text.strip() else ""

    def email(self, text: str, field: str) -> str:
        """An address, normalised."""
        try:
            return check_email(text, field)
        except Invalid as error:
            self.refuse(field, error.fields[field])
            return ""

    def text(self, text: str, field: str, longest: int) -> str:
        """Paragraphs, maybe none."""
        tidy = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
        if len(tidy) > longest:
            self.refuse(field, f"Ce texte est trop long\N{NO-BREAK SPACE}: {longest} caractères au plus.")
        elif any(unicodedata.category(one) in ("Cc", "Cs", "Co", "Cn") and one not in "\n\t" for one in tidy):
            self.refuse(field, "Ce texte contient un caractère qui ne peut pas être enregistré.")
        return tidy

    def whole(self, number: Any, field: str, least: int, most: int) -> int:
        """A whole number between two others; None is what could not be read as one."""
        if not isinstance(number, int) or not least <= number <= most:
            self.refuse(field, f"Indiquez un nombre entier, de {least} à {most}.")
            return least
        return number

    def among(self, values: Iterable[str], known: Iterable[str], field: str, sentence: str) -> tuple[str, ...]:
        """Several words of a list, each once, in the order of the list."""
        asked, possible = set(values), list(known)
        if not asked <= set(possible):
            self.refuse(field, sentence)
        return tuple(one for one in possible if one in asked)

    def period(self, starts_on: date | None, ends_on: date | None) -> tuple[date, date]:
        """Two days, both included (fields starts_on, ends_on)."""
        for on, field in ((starts_on, "starts_on"), (ends_on, "ends_on")):
            if on is None or not FIRST_DAY <= on <= LAST_DAY:
                self.refuse(field, "Indiquez le jour, le mois et l’année, par exemple 30 06 2026.")
        if starts_on and ends_on and ends_on < starts_on:
            self.refuse("ends_on", "Le dernier jour ne peut pas précéder le premier.")
        return starts_on or FIRST_DAY, ends_on or LAST_DAY

    def raise_any(self) -> None:
        """Raises Invalid with every fault, if there is one."""
        if self.found:
            raise Invalid("Rien n’est enregistré\N{NO-BREAK SPACE}: corrigez ce qui est indiqué.", self.found)
