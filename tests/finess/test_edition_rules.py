"""Editions: when one may replace another, when one is old, and how they are told."""

from datetime import UTC, datetime, timedelta

import pytest

from finess.rules import wording
from finess.rules.edition import Counts, age, shrink

NATIONAL = Counts(ej=98_208, ej_open=50_000, et=174_681, et_open=104_734)
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [
        (NATIONAL, NATIONAL, False),
        (NATIONAL, Counts(ej_open=45_000, et_open=94_261), False),  # a tenth, not more
        (NATIONAL, Counts(ej_open=44_999, et_open=104_734), True),
        (NATIONAL, Counts(ej_open=50_000, et_open=94_260), True),
        (NATIONAL, Counts(ej_open=50_000, et_open=103_022), False),  # a legacy extract holds open ones only
        (Counts(ej_open=500, et_open=9_999), Counts(ej_open=1, et_open=1), False),  # a sample
    ],
)
def test_what_may_replace_a_national_register(before: Counts, after: Counts, refused: bool) -> None:
    assert (shrink(before, after) is not None) is refused


@pytest.mark.parametrize(
    ("days", "level", "words"),
    [
        (-1, "fresh", "Registre FINESS du 21\xa0novembre 2026."),
        (7, "fresh", "13\xa0novembre"),
        (8, "warning", "vieux de 8\xa0jours\xa0: une édition plus récente"),
        (35, "warning", "vieux de 35\xa0jours"),
        (36, "alarm", "vérifiez la source"),
    ],
)
def test_the_age_of_an_edition(days: int, level: str, words: str) -> None:
    told = age(NOW - timedelta(days=days), NOW)
    assert told.level == level
    assert words in told.sentence


def test_thresholds_are_parameters_and_nothing_is_old() -> None:
    assert age(NOW - timedelta(days=3), NOW, timedelta(days=1), timedelta(days=2)).level == "alarm"
    assert age(None, NOW).level == "alarm"


def test_an_edition_in_sentences() -> None:
    assert wording.title("finess_plus", NOW) == "FINESS+ du 20\xa0novembre 2026"
    assert wording.holdings(NATIONAL)[0] == "98\u202f208\xa0entités juridiques, dont 50\u202f000 ouvertes"
    line = wording.changes({"et": {"added": 1, "removed": 2, "changed": 3, "opened": 4, "closed": 5}})[0]
    assert line == "établissements\xa0: 1 ajouts, 2 retraits, 3 modifications\xa0; 4 ouvertures, 5 fermetures"
