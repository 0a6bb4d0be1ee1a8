"""What changes from one version of a call to the next, and what that does to a call people already read. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from campaigns.rules.document.campaign import Document
from campaigns.rules.window import after
from kit.document.finding import Finding, error, warning
from kit.french import NBSP, instant

LABELS = {
    "kind": "nature de l’appel",
    "title": "titre",
    "phase": "phase",
    "summary": "résumé",
    "texts": "textes",
    "siblings": "appels liés",
    "publish_at": "date de publication",
    "windows": "fenêtres de dépôt",
    "instruction": "période d’instruction",
    "notification_at": "date de notification",
    "completion_on": "fin du parcours",
    "places": "nombre de places",
    "award": "ce que l’appel donne",
    "reminders": "rappels",
    "rule": "règle d’éligibilité",
    "commitments": "engagements",
    "form": "formulaire",
}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts that differ, in the order of the document: "windows", "rule"…"""
    return tuple(part for part in LABELS if before.get(part) != now.get(part))


def check_erratum(before: Document, new: Document, now: datetime) -> list[Finding]:
    """What an update of a call that is already public would do to those who read it, at `now` (aware)."""
    return [
        *_notification(before, new, now),
        *_windows(before, new, now),
        *_questions(before, new),
        *_rule(before, new),
        *_award(before, new),
    ]


def check_rescheduling(before: Document, new: Document, now: datetime) -> list[Finding]:
    """What an update of a call that waits for its publication would do, at `now` (aware)."""
    if new.publish_at is None or new.publish_at == before.publish_at or new.publish_at > now:
        return []
    return [error("publish_at", f"Cet instant est passé{NBSP}: la campagne serait publiée aussitôt.")]


def _notification(before: Document, new: Document, now: datetime) -> Iterator[Finding]:
    if new.notify_at != before.notify_at and new.notify_at <= now:
        sentence = f"Cet instant est passé{NBSP}: les décisions partiraient aussitôt."
        yield error("notification_at", sentence)


def _windows(before: Document, new: Document, now: datetime) -> Iterator[Finding]:
    for window in before.windows:
        same = next((one for one in new.windows if one.number == window.number), None)
        path = f"windows[{window.number - 1}]"
        if same is None and now < after(window):
            yield warning("windows", f"La fenêtre {window.number}, annoncée au public, disparaît.")
        elif same is not None and now < after(window) and same.closes_at < window.closes_at:
            announced = instant(window.closes_at, new.zone)
            yield warning(f"{path}.closes_at", f"La fenêtre est raccourcie{NBSP}: le public a lu {announced}.")


def _questions(before: Document, new: Document) -> Iterator[Finding]:
    known = {field["key"]: field for _, field in _fields(before)}
    for path, field in _fields(new):
        old = known.pop(field["key"], None)
        if old is not None and old["type"] != field["type"]:
            sentence = "Le type de ce champ change : les réponses déjà saisies seront à relire par leurs auteurs."
            yield warning(f"{path}.type", sentence)
    for key in known:
        yield warning(
            "form", f"Le champ «{NBSP}{key}{NBSP}» disparaît{NBSP}: les réponses déjà saisies ne seront plus montrées."
        )


def _rule(before: Document, new: Document) -> Iterator[Finding]:
    if before.rule != new.rule:
        sentence = "La règle change : les vérifications déjà enregistrées gardent la version d’alors."
        yield warning("rule", sentence)


def _award(before: Document, new: Document) -> Iterator[Finding]:
    if before.data.get("award") != new.data.get("award"):
        yield warning("award", "Ce que l’appel donne change : le public a lu autre chose.")


def _fields(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for index, section in enumerate(document.data["form"]["sections"]):
        for position, field in enumerate(section["fields"]):
            yield f"form.sections[{index}].fields[{position}]", field
