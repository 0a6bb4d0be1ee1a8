"""A small, faultless document, for tests to spoil."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from campaigns.rules.document.checking import Checked, check
from kit.document.finding import Finding
from kit.document.source import read_data

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples" / "campaigns"
ABSENT = object()

_DOCUMENT: dict[str, Any] = {
    "version": 1,
    "slug": "essai",
    "kind": "ami",
    "title": "Exercice de crise",
    "summary": "Un appel pour essayer.",
    "windows": [{"name": "1re phase", "opens_at": "2025-09-09T16:00", "closes_at": "2025-09-23T23:59"}],
    "instruction": {"from": "2025-09-24", "until": "2025-09-30"},
    "notification_at": "2025-10-01T09:00",
    "completion_on": "2026-06-30",
    "rule": {
        "version": 1,
        "all": [
            {"open": True},
            {
                "establishments": {
                    "at_least": 1,
                    "such_that": {"all": [{"open": True}, {"category": ["255"]}, {"department": ["35"]}]},
                }
            },
        ],
    },
    "commitments": [{"key": "journey", "text": "Faire tout le parcours."}],
    "form": {
        "sections": [
            {
                "key": "exercise",
                "title": "Votre exercice",
                "fields": [
                    {"key": "level", "label": "Niveau", "type": "choice", "options": _level}
                    for _level in [[{"key": "low", "label": "Débutant"}, {"key": "high", "label": "Confirmé"}]]
                ]
                + [{"key": "people", "label": "Participants", "type": "number", "min": 3, "max": 60}],
            }
        ]
    },
}


def document(changes: dict[str, Any] | None = None, **top: Any) -> dict[str, Any]:
    """The document with `changes` by path (`windows[0].closes_at`) and top-level keys; ABSENT removes."""
    made = deepcopy(_DOCUMENT)
    for path, value in {**(changes or {}), **top}.items():
        *way, last = path.replace("]", "").replace("[", ".").split(".")
        part: Any = made
        for step in way:
            part = part[int(step)] if step.isdigit() else part.setdefault(step, {})
        key: Any = int(last) if last.isdigit() else last
        if value is ABSENT:
            del part[key]
        elif isinstance(part, list) and key == len(part):
            part.append(value)
        else:
            part[key] = value
    return made


def checked(data: Any, zone: str = "Europe/Paris") -> Checked:
    """What the checks say of a document."""
    return check(read_data(data), zone)


def found(data: Any, zone: str = "Europe/Paris") -> list[tuple[str, str]]:
    """Level and path of each finding about the document, those of the rule's near misses left out."""
    return [(one.level, one.path) for one in checked(data, zone).findings if not _is_near_miss(one)]


def _is_near_miss(finding: Finding) -> bool:
    return finding.path.endswith(".category")
