"""The path of an award in steps, what it gives in words, and all the paths as a line that comes down."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaigns.rules.award_words import called, promise, share
from campaigns.rules.document.award import Terms, read_terms
from campaigns.rules.journey import burndown, steps

OFFERED = datetime(2025, 10, 1, 7, tzinfo=UTC)
NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Path:
    """An award, as its path reads it."""

    state: str = "confirmed"
    offered_at: datetime = OFFERED
    confirm_by: date = date(2025, 10, 16)
    confirmed_at: datetime | None = datetime(2025, 10, 3, 22, 30, tzinfo=UTC)
    complete_on: date | None = date(2026, 6, 30)


@dataclass(frozen=True)
class Stage:
    """A milestone."""

    title: str
    due_on: date | None = None
    proved_at: datetime | None = None


CONFIRMED = Path()
WAITING = Path("offered", confirmed_at=None)
DONE = Stage("Audit", date(2025, 12, 15), datetime(2025, 11, 20, 9, tzinfo=UTC))
LATE, AHEAD = Stage("Exercice", date(2026, 1, 31)), Stage("Rapport", date(2026, 6, 30))


def told(path: Path, *stages: Stage) -> list[tuple[str, str, str]]:
    found = steps(path, stages, NOW, "Europe/Paris")
    return [(one.name, one.when.replace("\u00a0", " "), one.state) for one in found]


def test_one_step_at_a_time() -> None:
    """The answer, then the first milestone that nothing proves; days are those of the region."""
    assert told(CONFIRMED, DONE, LATE, AHEAD) == [
        ("Candidature retenue", "le 1er octobre 2025", "done"),
        ("Confirmation, référent nommé", "le 4 octobre 2025", "done"),
        ("Audit", "le 20 novembre 2025", "done"),
        ("Exercice", "en retard, attendu pour le 31 janvier 2026", "current"),
        ("Rapport", "au plus tard le 30 juin 2026", "next"),
        ("Fin du parcours", "le 30 juin 2026", "next"),
    ]


def test_nothing_begins_before_the_answer() -> None:
    assert [state for _, _, state in told(WAITING, AHEAD)] == ["done", "current", "next", "next"]


def test_what_is_given_up_goes_no_further() -> None:
    assert [name for name, _, _ in told(replace(WAITING, state="declined"), AHEAD)][1:] == ["Désistement"]
    assert [name for name, _, _ in told(replace(WAITING, state="lapsed"), AHEAD)][1:] == ["Attribution caduque"]


def test_a_path_ends_when_everything_is_proved() -> None:
    assert told(CONFIRMED, DONE)[-1] == ("Parcours terminé", "le 20 novembre 2025", "done")
    assert told(replace(CONFIRMED, complete_on=None), Stage("Audit"))[-1] == ("Audit", "sans date fixée", "current")


def terms(**award: Any) -> Terms:
    return read_terms({"award": award}, date(2026, 6, 30))


@pytest.mark.parametrize(
    ("award", "name", "paid"),
    [
        ({}, None, None),
        ({"service": "rssi-partage"}, "Rssi partage", "la totalité du prix : il n’y a rien à payer."),
        ({"service": "x", "quantity": 3}, "X (quantité : 3)", "la totalité du prix"),
        ({"service": "x", "cap": 3000}, "X", "la totalité du prix TTC, dans la limite de 3 000,00 €. Le reste"),
        ({"service": "x", "ars_share": 80}, "X", "80 % du prix TTC. Le reste est à la charge"),
        ({"service": "x", "ars_share": 0}, "X", "Le prix est à la charge de l’organisme."),
    ],
)
def test_what_is_given_is_said(award: dict[str, Any], name: str | None, paid: str | None) -> None:
    gift = terms(**award)
    assert (called(gift, None) or "").replace("\u00a0", " ") == (name or "")
    assert (paid or "") in (share(gift) or "").replace("\u00a0", " ").replace("\u202f", " ")
    assert (share(gift) is None) == (paid is None)


def test_the_public_reads_it_in_order() -> None:
    said = [one.replace("\u00a0", " ") for one in promise(terms(service="exercice", confirm_within="P21D"), "Exercice")]
    assert said == [
        "Exercice.",
        "L’ARS prend en charge la totalité du prix : il n’y a rien à payer.",
        "Vous confirmez et vous nommez votre référent dans les 21 jours qui suivent la notification.",
        "Prestation réalisée et acceptée, au plus tard le 30 juin 2026.",
    ]


FIRST, LAST = date(2025, 10, 1), date(2025, 10, 11)


def test_the_line_comes_down_as_paths_end() -> None:
    found = burndown(4, [(date(2025, 10, 3), 1), (date(2025, 10, 6), 2)], FIRST, LAST, date(2025, 10, 8))
    assert (found.total, found.left, found.passed) == (4, 1, 0.7)
    assert found.points == ((0.0, 4), (0.2, 4), (0.2, 3), (0.5, 3), (0.5, 1), (0.7, 1))


@pytest.mark.parametrize(
    ("now", "passed"), [(date(2025, 9, 1), 0.0), (FIRST, 0.0), (LAST, 1.0), (date(2026, 1, 1), 1.0)]
)
def test_today_stays_in_the_frame(now: date, passed: float) -> None:
    assert burndown(2, [], FIRST, LAST, now).passed == passed
    assert burndown(2, [], FIRST, FIRST, now).passed in (0.0, 1.0)
