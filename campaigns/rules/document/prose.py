"""Dates and durations in the call's French prose, compared with its dates. Dates win; the author is told. Pure.

Small on purpose: only sentences that speak of applying, and only durations and dates written the usual ways.
"""

import re
from collections.abc import Iterator
from datetime import date

from campaigns.rules.document.campaign import Document, Window
from campaigns.rules.document.timeline import local
from campaigns.rules.window import after
from kit.document.finding import Finding, warning
from kit.french import MONTHS, NBSP, count

_UNITS_IN_WORDS = ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"]
_TENS_IN_WORDS = {"une": 1, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40, "soixante": 60}
_WORDS = {word: number for number, word in enumerate(_UNITS_IN_WORDS, start=1)} | _TENS_IN_WORDS
_NUMBER = rf"(?P<number>\d{{1,3}}|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_DURATION = re.compile(rf"\b{_NUMBER}\s+(?P<unit>jours?|semaines?|mois)\b(?!\s+(?:ouvr|calendaires après|après))", re.I)
_APPLYING = re.compile(r"candidat|dépos|dépôt|ouvert|fenêtre|manifest|répondre", re.I)
# Other periods of a call, whose length is not that of a window.
_OTHERWISE = re.compile(
    r"instrui|instruction|parcours|notifi|exercice dure|prestation|accompagn|délai de réponse|rappel|après la|avant la",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n{2,}")
_LIMIT = re.compile(
    r"(?:jusqu['’]au|au plus tard le|avant le|clôture\s*(?:le|:)|clos(?:es?)? le|limite\s*(?::|(?:est )?le))"
    r"\s+(?:(?:lun|mar|mercre|jeu|vendre|same)di\s+|dimanche\s+)?"
    rf"(?P<day>\d{{1,2}}|1er)\s+(?P<month>{'|'.join(MONTHS)})(?:\s+(?P<year>\d{{4}}))?",
    re.I,
)
# How long a unit is, in days: a month is 28 to 31, and « quinze jours » is two weeks.
_UNITS = {"j": (1, 1), "s": (7, 7), "m": (28, 31)}
_TOLERANCE = 1


def check_prose(document: Document) -> list[Finding]:
    """A warning for each duration that no window has, and for each deadline that is no date of the call."""
    return [finding for path, text in _texts(document) for finding in _contradictions(document, path, text)]


def _texts(document: Document) -> Iterator[tuple[str, str]]:
    yield "summary", document.data["summary"]
    for name, text in document.data.get("texts", {}).items():
        yield f"texts.{name}", text


def _contradictions(document: Document, path: str, text: str) -> Iterator[Finding]:
    for sentence in _SENTENCE.split(text):
        if _APPLYING.search(sentence) and not _OTHERWISE.search(sentence):
            for match in _DURATION.finditer(sentence):
                if not any(_agrees(match, window) for window in document.windows):
                    yield _wrong_duration(document, path, match)
        for match in _LIMIT.finditer(sentence):
            if not _is_known(match, document):
                sentence = (
                    f"«{NBSP}{_tidy(match[0])}{NBSP}» n’est aucune des dates de la campagne. Les dates l’emportent."
                )
                yield warning(path, sentence)


def _agrees(match: re.Match[str], window: Window) -> bool:
    """Whether the written duration is the window's, to a day."""
    number = _number(match["number"])
    shortest, longest = (size * number for size in _UNITS[match["unit"][0].lower()])
    return shortest - _TOLERANCE <= _days(window) <= longest + _TOLERANCE


def _days(window: Window) -> int:
    """The window's length in days, as people count from its opening to its closing."""
    return round((after(window) - window.opens_at).total_seconds() / 86400)


def _wrong_duration(document: Document, path: str, match: re.Match[str]) -> Finding:
    lengths = {_days(window) for window in document.windows}
    dates = " ou ".join(count(days, "jour") for days in sorted(lengths))
    sentence = (
        f"«{NBSP}{_tidy(match[0])}{NBSP}» contredit les dates{NBSP}: la fenêtre dure {dates}. Les dates l’emportent."
    )
    return warning(path, sentence)


def _is_known(match: re.Match[str], document: Document) -> bool:
    on = int(match["day"].removesuffix("er")), MONTHS.index(match["month"].lower()) + 1
    year = match["year"]
    return any((known.day, known.month) == on and year in (None, str(known.year)) for known in _dates(document))


def _dates(document: Document) -> Iterator[date]:
    for window in document.windows:
        yield local(window.opens_at, document.zone).date()
        yield local(window.closes_at, document.zone).date()
    yield document.instruct_from_on
    yield document.instruct_until_on
    yield local(document.notify_at, document.zone).date()
    if document.complete_on:
        yield document.complete_on


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _WORDS[word.lower()]


def _tidy(text: str) -> str:
    return " ".join(text.split())
