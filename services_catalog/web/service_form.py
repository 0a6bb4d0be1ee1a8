"""The form of a service: what was typed, the document it makes, and where each finding is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request

from kit.document.finding import Finding, errors_of
from kit.document.source import Source, read_data
from kit.french import NBSP
from kit.typed import number
from services_catalog.models import Service
from services_catalog.rules.rule_text import read_rule_text, write_rule
from services_catalog.rules.service import VALID_MONTHS, read_service
from services_catalog.web.typed import whole

LISTS = ("deliverables", "prerequisites")
TEXTS = ("title", "summary", "description", "level", "mode", "half_days", "qualification", "free_days", "late_percent")
SPARE, MORE, MOST_LINES = 2, 5, 30
NAMES = {
    "family": "Famille",
    "title": "Titre",
    "slug": "Adresse",
    "summary": "Résumé",
    "description": "Description",
    "level": "Niveau",
    "mode": "Forme",
    "half_days": "Durée",
    "deliverables": "Livrables",
    "prerequisites": "Prérequis",
    "qualification": "Qualification",
    "cancellation.free_days": "Préavis d’annulation",
    "cancellation.late_percent": "Part due ensuite",
    "valid_months": "Durée de vie des demi-journées",
    "rule": "Qui peut commander",
}
MISSING = {
    "family": "Choisissez une famille.",
    "title": "Donnez un titre à la prestation.",
    "summary": "Écrivez le résumé, en une phrase.",
    "description": "Écrivez la description.",
    "half_days": "Indiquez la durée, en demi-journées.",
    "cancellation.free_days": "Indiquez le préavis d’annulation, en jours.",
    "cancellation.late_percent": "Indiquez la part due en cas d’annulation tardive.",
    "valid_months": "Indiquez la durée de vie des demi-journées, en mois.",
}
# Where the summary of errors leads, when it is not to the path itself.
ANCHORS = {"cancellation.free_days": "free_days", "cancellation.late_percent": "late_percent"}


@dataclass
class Typed:
    """What stands in the form. `values` are texts by field; `lists` have a line each; `revision` is what was read."""

    slug: str = ""
    family: str = ""
    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in LISTS})
    rule: str = ""
    revision: int = 0
    rows: int = SPARE

    def shown(self, name: str) -> list[str]:
        """The lines of a list and the empty ones after them."""
        lines = self.lists[name]
        return [*lines, *[""] * min(self.rows, MOST_LINES - len(lines))]


def blank() -> Typed:
    """The form of a new service."""
    values = dict.fromkeys(TEXTS, "")
    defaults = {"mode": "mission", "free_days": "10", "late_percent": "0", "valid_months": str(VALID_MONTHS)}
    return Typed(values=values | defaults, rows=SPARE + 1)


def of_service(service: Service) -> Typed:
    """The form of a service as its draft stands."""
    document = read_service(service.draft)
    values = {name: str(getattr(document, name) or "") for name in TEXTS[:7]}
    terms = document.cancellation
    values |= {"free_days": str(terms.free_days), "late_percent": str(terms.late_percent)}
    values["valid_months"] = str(document.valid_months)
    lists = {name: list(getattr(document, name)) for name in LISTS}
    return Typed(service.slug, service.family, values, lists, write_rule(document.rule), service.revision)


def sent() -> Typed:
    """The form as it was posted. Empty lines of a list leave it."""
    form = request.form
    return Typed(
        slug=form.get("slug", "").strip(),
        family=form.get("family", ""),
        values={name: form.get(name, "").replace("\r\n", "\n").strip() for name in (*TEXTS, "valid_months")},
        lists={name: [line.strip() for line in form.getlist(name) if line.strip()] for name in LISTS},
        rule=form.get("rule", "").replace("\r\n", "\n"),
        revision=number(form.get("revision", "")) or 0,
        rows=MORE if form.get("more") else SPARE,
    )


def document_of(typed: Typed) -> Source:
    """The document that the form makes, as a source to be checked: places are the lines of the rule's text."""
    values, rule = typed.values, read_rule_text(typed.rule)
    timed = values["mode"] == "time"
    source = read_data(
        {
            **{name: values[name] for name in ("title", "summary", "description", "mode")},
            **{name: values[name] or None for name in ("level", "qualification")},
            **typed.lists,
            "half_days": 1 if timed else _number(values["half_days"]),
            "cancellation": {name: _number(values[name]) for name in ("free_days", "late_percent")},
            "valid_months": _number(values["valid_months"]) if timed else VALID_MONTHS,
            "rule": rule.data,
        }
    )
    return Source(source.data, [*source.findings, *rule.findings], rule.places)


def told(findings: Sequence[Finding]) -> list[Finding]:
    """The findings after the names of their fields: « Livrables : un élément de cette liste est écrit deux fois. »"""
    return [replace(one, sentence=_named(one), path="") for one in findings]


def errors_by_field(typed: Typed, findings: Sequence[Finding]) -> Mapping[str, str]:
    """A sentence by field of the form; what is wrong inside the rule is told on the rule."""
    found: dict[str, str] = {}
    for one in errors_of(findings):
        path = "rule" if _root(one.path) == "rule" else one.path
        if path == "slug" and not (typed.slug or typed.values["title"]):
            continue  # it would have been made from the title
        missing = MISSING.get(path) if not _written(typed, path) else None
        found[path] = missing or " ".join(filter(None, [found.get(path), _named(one)]))
    return found


def anchors(errors: Mapping[str, str]) -> dict[str, str]:
    """The id of the control of each error."""
    return {path: ANCHORS.get(path, path.replace("[", "-").replace("]", "")) for path in errors}


def _named(one: Finding) -> str:
    """The finding's sentence after the name of its field, and the line of the rule's text."""
    name = NAMES.get(one.path) or NAMES.get(_root(one.path))
    if name is None:
        return one.sentence
    line = f", ligne {one.line}" if one.line and _root(one.path) == "rule" else ""
    begins = one.sentence[:2]
    sentence = one.sentence if begins.isupper() else begins.lower() + one.sentence[2:]  # FAM stays FAM
    return f"{name}{line}{NBSP}: {sentence}"


def _root(path: str) -> str:
    return path.partition(".")[0].partition("[")[0]


def _written(typed: Typed, path: str) -> bool:
    given = {"family": typed.family, **typed.values}
    return bool(given.get(ANCHORS.get(path, path), "-"))


def _number(text: str) -> Any:
    """A whole number when it reads as one, blanks forgiven; else the text, which the check refuses by name."""
    found = whole(text)
    return text if found is None else found
