"""What the checks find in a document: one row, one fault, its level and its path."""

from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.rules.document.checking import check
from campaigns.rules.document.timeline import check_against_now
from kit.document.finding import errors_of
from kit.document.source import read_yaml
from tests.campaigns.documents import ABSENT, EXAMPLES, checked, document, found

CLOSING = "windows[0].closes_at"
FIELD = "form.sections[0].fields[0]"
SECOND = {"name": "2de phase", "opens_at": "2025-11-03T09:00", "closes_at": "2025-11-28T18:00"}


def test_the_faultless_document_has_no_finding() -> None:
    assert found(document()) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"title": ABSENT}, "title"),
        ({"titel": "x"}, "titel"),
        ({"title": "  "}, "title"),
        ({"title": "x" * 300}, "title"),
        ({"title": "deux\nlignes"}, "title"),
        ({"summary": 12}, "summary"),
        ({"version": 2}, "version"),
        ({"kind": "amii"}, "kind"),
        ({"slug": "Bretagne 2025"}, "slug"),
        ({"slug": "été"}, "slug"),
        ({"places": 0}, "places"),
        ({"places": 1.5}, "places"),
        ({"places": True}, "places"),
        ({"windows": []}, "windows"),
        ({"windows": "toujours"}, "windows"),
        ({CLOSING: ABSENT}, CLOSING),
        ({CLOSING: "2025-09-23"}, CLOSING),
        ({CLOSING: "2025-09-31T12:00"}, CLOSING),
        ({CLOSING: "2025-09-23T24:30"}, CLOSING),
        ({CLOSING: "1925-09-23T23:59"}, CLOSING),
        ({CLOSING: "2025-09-23T23:59+25:00"}, CLOSING),
        ({CLOSING: "0000-09-23T23:59"}, CLOSING),
        ({"completion_on": "2026-02-30"}, "completion_on"),
        ({"reminders": ["P7D", "P7D"]}, "reminders"),
        ({"reminders": ["7 jours"]}, "reminders[0]"),
        ({"siblings": ["essai"]}, "siblings[0]"),
        ({f"{FIELD}.type": "textarea"}, f"{FIELD}.type"),
        ({f"{FIELD}.key": "Niveau"}, f"{FIELD}.key"),
        ({f"{FIELD}.key": "people"}, "form.sections[0].fields[1].key"),
        ({f"{FIELD}.options": ABSENT}, f"{FIELD}.options"),
        ({f"{FIELD}.options[1].key": "low"}, f"{FIELD}.options[1].key"),
        ({f"{FIELD}.unit": "jours"}, f"{FIELD}.unit"),
        ({"form.sections[0].fields[1].min": 61}, "form.sections[0].fields[1].max"),
        ({"form.sections[0].fields[1].min": "trois"}, "form.sections[0].fields[1].min"),
        ({"form.sections[0].fields[1].options": []}, "form.sections[0].fields[1].options"),
        ({"form.sections[0].key": "referent-interne"}, "form.sections[0].key"),
        ({"commitments[1]": {"key": "journey", "text": "Encore."}}, "commitments[1].key"),
        ({"rule": {}}, "rule.version"),
        ({"rule": "tous"}, "rule"),
        (
            {"rule.all[1].establishments.such_that.all[1].category[0]": "999"},
            "rule.all[1].establishments.such_that.all[1].category[0]",
        ),
        (
            {"rule.all[1].establishments.such_that.all[1].category[0]": 500},
            "rule.all[1].establishments.such_that.all[1].category[0]",
        ),
        (
            {
                "rule.all[2]": {
                    "answer": {
                        "name": "colour",
                        "is": "red",
                    },
                    "label": "x",
                }
            },
            "rule.all[2].answer.name",
        ),
        ({CLOSING: "2025-09-09T15:59"}, CLOSING),
        ({CLOSING: "2025-09-08T23:59"}, CLOSING),
        ({"windows[1]": {"opens_at": "2025-09-20T09:00", "closes_at": "2025-09-23T12:00"}}, "windows[1].opens_at"),
        (
            {"windows[1]": {"opens_at": "2025-09-23T23:59:59", "closes_at": "2025-09-23T23:59:59+00:00"}},
            "windows[1].opens_at",
        ),
        ({"windows[1]": {"opens_at": "2025-09-01T09:00", "closes_at": "2025-09-05T12:00"}}, "windows[1].opens_at"),
        ({"instruction.from": "2025-09-22"}, "instruction.from"),
        ({"instruction.until": "2025-09-23"}, "instruction.until"),
        ({"notification_at": "2025-09-29T09:00"}, "notification_at"),
        ({"completion_on": "2025-10-01"}, "completion_on"),
        ({"completion_on": "2025-09-30"}, "completion_on"),
        ({"publish_at": "2025-09-24T00:00"}, "publish_at"),
    ],
)
def test_errors_by_path(changes: dict[str, Any], path: str) -> None:
    result = checked(document(changes))
    assert ("error", path) in [(one.level, one.path) for one in result.findings]
    assert result.document is None


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"windows[0].closes_at": "2025-09-20T23:59"}, CLOSING, "un samedi"),
        ({"windows[0].closes_at": "2025-09-21T23:59"}, CLOSING, "un dimanche"),
        ({"windows[0].closes_at": "2025-09-23T00:00"}, CLOSING, "à minuit"),
        ({"instruction.from": "2025-09-23"}, "instruction.from", "le jour même"),
        ({"instruction": {"from": "2025-09-27", "until": "2025-09-28"}}, "instruction.until", "aucun jour ouvré"),
        ({"notification_at": "2025-10-04T09:00"}, "notification_at", "un samedi"),
        ({"notification_at": "2025-11-11T09:00"}, "notification_at", "Armistice"),
        ({"notification_at": "2025-10-01T00:00"}, "notification_at", "de nuit"),
        ({"completion_on": "2025-10-10"}, "completion_on", "9\u00a0jours"),
        ({"publish_at": "2025-09-10T08:00"}, "publish_at", "après l’ouverture"),
        ({"reminders": ["P7D", "P20D"]}, "reminders[1]", "ne partira pas"),
        ({"summary": "Candidatez pendant trois semaines."}, "summary", "14\u00a0jours"),
        ({"texts.who": "Vous disposez d’un mois pour déposer un dossier."}, "texts.who", "14\u00a0jours"),
        ({"texts.who": "Répondez jusqu’au mardi 14 octobre 2025 à minuit."}, "texts.who", "14 octobre 2025"),
        ({"texts.who": "Date limite : 23 septembre 2024."}, "texts.who", "23 septembre 2024"),
    ],
)  # fmt: skip
def test_warnings_by_path(changes: dict[str, Any], path: str, words: str) -> None:
    result = checked(document(changes))
    assert result.document is not None
    assert [
        one.sentence for one in result.findings if one.level == "warning" and one.path == path and words in one.sentence
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Les candidatures sont ouvertes deux semaines.",
        "Vous avez 14 jours pour candidater, soit quinze jours en comptant large.",
        "La fenêtre de dépôt ferme le 23 septembre.",
        "Dépôt au plus tard le mardi 23 septembre 2025.",
        "L’instruction dure une semaine, du 24 au 30 septembre.",
        "Les lauréats ont neuf mois pour finir le parcours, jusqu’au 30 juin 2026.",
        "L’exercice dure deux jours.",
        "Chaque établissement accueille trois semaines de stage.",
    ],
)
def test_prose_that_agrees_is_left_alone(text: str) -> None:
    assert found(document({"texts.presentation": text})) == []


def test_two_windows_and_a_calendar_overseas() -> None:
    later = {"instruction": {"from": "2025-12-01", "until": "2025-12-05"}, "notification_at": "2025-12-20T09:00"}
    two = document({"windows[1]": SECOND, **later})
    assert found(two, "Europe/Paris") == [("warning", "notification_at")]
    reunion = checked(two, "Indian/Reunion").findings
    assert [one.sentence for one in reunion if "Abolition" in one.sentence]


@pytest.mark.parametrize(
    ("zone", "text", "outcome"),
    [
        ("Europe/Paris", "2025-03-30T02:30", "n’existe pas"),
        ("Europe/Paris", "2025-10-26T02:30", "2025-10-26T02:30+02:00 ou 2025-10-26T02:30+01:00"),
        ("America/Miquelon", "2025-03-09T02:30", "n’existe pas"),
        ("Europe/Paris", "2025-10-26T02:30+02:00", datetime(2025, 10, 26, 0, 30, 59, tzinfo=UTC)),
        ("Europe/Paris", "2025-10-26T02:30+01:00", datetime(2025, 10, 26, 1, 30, 59, tzinfo=UTC)),
        ("Europe/Paris", "2025-10-26T03:00", datetime(2025, 10, 26, 2, 0, 59, tzinfo=UTC)),
        ("Indian/Reunion", "2025-10-26T02:30", datetime(2025, 10, 25, 22, 30, 59, tzinfo=UTC)),
        ("Europe/Paris", "2025-09-23T23:59", datetime(2025, 9, 23, 21, 59, 59, tzinfo=UTC)),
        ("Europe/Paris", "2025-09-23T23:59:00", datetime(2025, 9, 23, 21, 59, 0, tzinfo=UTC)),
        ("Europe/Paris", "2025-09-23T21:59Z", datetime(2025, 9, 23, 21, 59, 59, tzinfo=UTC)),
        ("Pacific/Wallis", "2025-09-23T23:59", datetime(2025, 9, 23, 11, 59, 59, tzinfo=UTC)),
    ],
)
def test_closing_instants_in_their_zone(zone: str, text: str, outcome: str | datetime) -> None:
    early = {"windows[0].opens_at": "2025-01-09T16:00", "instruction": {"from": "2025-10-27", "until": "2025-10-30"}}
    result = checked(document({**early, CLOSING: text, "notification_at": "2025-11-04T09:00"}), zone)
    if isinstance(outcome, datetime):
        assert result.document is not None, result.findings
        assert result.document.windows[0].closes_at == outcome
    else:
        assert outcome in next(one.sentence for one in result.findings if one.path == CLOSING)


def test_withdrawn_categories_and_near_misses_are_pointed_at_and_not_added() -> None:
    path = "rule.all[1].establishments.such_that.all[1].category"
    result = checked(document({path: ["437", "500"]}))
    said = {one.path: one.sentence for one in result.findings}
    assert "retirée" in said[f"{path}[0]"]
    assert "EAM (448)" in said[f"{path}[0]"]
    assert "EHPA" in said[path]
    assert result.document is not None
    assert result.document.rule["all"][1]["establishments"]["such_that"]["all"][1]["category"] == ["437", "500"]


def test_a_clone_of_a_past_call_is_warned_about_before_it_is_published() -> None:
    result = checked(document())
    assert result.document is not None
    before, between, after = (datetime(2025, 9, day, tzinfo=UTC) for day in (1, 25, 30))
    assert check_against_now(result.document, before) == []
    assert [one.path for one in check_against_now(result.document, between)] == [CLOSING]
    late = check_against_now(result.document, after.replace(year=2026))
    assert [(one.level, one.path) for one in late] == [
        ("warning", CLOSING),
        ("warning", "notification_at"),
        ("warning", "completion_on"),
    ]


@pytest.mark.parametrize("name", ["bretagne-2025-exercice", "bretagne-2025-cyberdiagnostic"])
def test_the_real_calls_of_bretagne(name: str) -> None:
    result = check(read_yaml((EXAMPLES / f"{name}.yaml").read_bytes()), "Europe/Paris")
    assert errors_of(result.findings) == []
    said = " ".join(str(one) for one in result.findings)
    assert all(part in said for part in ("(253)", "(437)", "SESSAD (182)", "trois semaines", "14\u00a0jours"))
    assert all(one.line for one in result.findings)
    assert result.document is not None
    (window,) = result.document.windows
    assert window.opens_at == datetime(2025, 9, 9, 14, tzinfo=UTC)
    assert window.closes_at == datetime(2025, 9, 23, 21, 59, 59, tzinfo=UTC)
