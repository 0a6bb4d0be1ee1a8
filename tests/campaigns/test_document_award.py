"""What a call gives: the section `award` of its document, what it means without one, what is wrong in it."""

from datetime import date, timedelta
from typing import Any

import pytest

from campaigns.rules.document.award import Stage
from campaigns.rules.document.erratum import changed, check_erratum
from campaigns.rules.document.writing import write
from kit.document.source import read_yaml
from tests.campaigns.calls import DURING
from tests.campaigns.documents import ABSENT, checked, document, found

SERVICE: dict[str, Any] = {"service": "exercice-de-crise"}
STAGES = [{"key": "audit", "title": "Audit", "due_on": "2026-01-15"}, {"key": "report", "title": "Rapport"}]


def read(**award: Any) -> Any:
    """The terms of the document with this section."""
    made = checked(document(award=award))
    assert made.document is not None, made.findings
    return made.document.terms


def test_without_a_section_an_award_is_confirmed_and_proved() -> None:
    made = checked(document()).document
    assert made is not None
    terms = made.terms
    assert (terms.service, terms.ars_share_percent, terms.confirm_within) == (None, 100, timedelta(days=15))
    assert terms.stages == (Stage("service", "Prestation réalisée et acceptée", date(2026, 6, 30)),)


def test_what_is_written_is_what_is_given() -> None:
    terms = read(**SERVICE, quantity=3, ars_share=80, cap=3000, confirm_within="P21D", milestones=STAGES)
    assert (terms.service, terms.quantity, terms.ars_share_percent) == ("exercice-de-crise", 3, 80)
    assert (terms.cap_cents, terms.confirm_within) == (300_000, timedelta(days=21))
    assert terms.stages == (
        Stage("audit", "Audit", date(2026, 1, 15)),
        Stage("report", "Rapport", date(2026, 6, 30)),
    )


def test_a_stage_has_no_day_in_a_call_that_never_ends() -> None:
    made = checked(document({"completion_on": ABSENT}, award=SERVICE)).document
    assert made is not None
    assert made.terms.stages[0].due_on is None


@pytest.mark.parametrize(
    ("award", "level", "path"),
    [
        ({"service": "Exercice"}, "error", "award.service"),
        ({"ars_share": 101, **SERVICE}, "error", "award.ars_share"),
        ({"ars_share": 50.5, **SERVICE}, "error", "award.ars_share"),
        ({"cap": 0, **SERVICE}, "error", "award.cap"),
        ({"cap": "3000", **SERVICE}, "error", "award.cap"),
        ({"quantity": 0, **SERVICE}, "error", "award.quantity"),
        ({"quantity": 2}, "error", "award.quantity"),
        ({"ars_share": 50}, "error", "award.ars_share"),
        ({"ars_share": 0, "cap": 10, **SERVICE}, "error", "award.cap"),
        ({"confirm_within": "P2W"}, "error", "award.confirm_within"),
        ({"confirm_within": "PT4H"}, "error", "award.confirm_within"),
        ({"prestation": "x"}, "error", "award.prestation"),
        ({"milestones": []}, "error", "award.milestones"),
        ({"milestones": [STAGES[0], STAGES[0]]}, "error", "award.milestones[1].key"),
        ({"milestones": [{"key": "a", "title": "A", "due_on": "2026-02-30"}]}, "error", "award.milestones[0].due_on"),
        ({"milestones": [{"key": "a", "title": "A", "due_on": "2025-10-01"}]}, "error", "award.milestones[0].due_on"),
        ({"milestones": [{"key": "a", "title": "A", "due_on": "2026-07-01"}]}, "warning", "award.milestones[0].due_on"),
        ({"confirm_within": "P10D"}, "warning", "award.confirm_within"),  # 11 October is a Saturday
        ({"confirm_within": "P41D"}, "warning", "award.confirm_within"),  # 11 November
        ({"confirm_within": "P300D"}, "warning", "award.confirm_within"),
    ],
)
def test_what_is_wrong_is_said_by_path(award: dict[str, Any], level: str, path: str) -> None:
    assert (level, path) in found(document(award=award))


def test_a_sound_section_is_not_commented() -> None:
    assert found(document(award={**SERVICE, "milestones": STAGES, "cap": 3000})) == []


def test_the_section_comes_back_when_it_is_exported() -> None:
    data = document(award={**SERVICE, "quantity": 2, "cap": 3000, "milestones": STAGES})
    written = write(data)
    assert "award:\n  service: exercice-de-crise\n  quantity: 2\n  cap: 3000\n" in written
    assert read_yaml(written).data == data


def test_the_public_is_owed_what_it_read() -> None:
    before, now = (checked(document(award={**SERVICE, "cap": cap})).document for cap in (3000, 2000))
    assert before is not None
    assert now is not None
    assert changed(before.data, now.data) == ("award",)
    assert [(one.level, one.path) for one in check_erratum(before, now, DURING)] == [("warning", "award")]
