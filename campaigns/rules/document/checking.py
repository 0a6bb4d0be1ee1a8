"""Everything that can be said of a document before it is accepted, in one pass. Pure."""

from dataclasses import dataclass
from typing import Any

from campaigns.rules.document import SCHEMA
from campaigns.rules.document.award import check_award
from campaigns.rules.document.campaign import Document, read
from campaigns.rules.document.form import check_form, field_keys
from campaigns.rules.document.prose import check_prose
from campaigns.rules.document.timeline import check_timeline
from eligibility.rules import check_rule
from kit.document.finding import Finding, error, errors_of
from kit.document.shape import check_shape
from kit.document.source import Source
from kit.french import NBSP


@dataclass(frozen=True)
class Checked:
    """A document with what was found in it; None when an error forbids to take it."""

    document: Document | None
    findings: list[Finding]


def check(source: Source, zone: str) -> Checked:
    """Read and check. The findings come in reading order, with lines when the source has them."""
    if source.data is None:
        return Checked(None, source.findings)
    document, findings = _check(source.data, zone)
    placed = source.placed(findings)
    return Checked(None if errors_of(placed) else document, placed)


def _check(data: dict[str, Any], zone: str) -> tuple[Document | None, list[Finding]]:
    if misshapen := check_shape(data, SCHEMA):
        return None, misshapen + (check_rule(data["rule"], "rule") if isinstance(data.get("rule"), dict) else [])
    document, findings = read(data, zone)
    findings += [
        *check_form(data),
        *check_award(data),
        *check_rule(data["rule"], "rule"),
        *_answers(data),
        *_siblings(data),
    ]
    if document is not None:
        timeline = check_timeline(document)
        findings += [*timeline, *([] if errors_of(timeline) else check_prose(document))]
    return document, findings


def _answers(data: dict[str, Any]) -> list[Finding]:
    """The rule asks only questions that the form asks."""
    known, found = field_keys(data), []

    def look(node: object, path: str) -> None:
        if isinstance(node, list):
            for index, part in enumerate(node):
                look(part, f"{path}[{index}]")
        elif isinstance(node, dict):
            for word, content in node.items():
                name = content.get("name") if word == "answer" and isinstance(content, dict) else content
                if word in ("answer", "authorised_or_declared") and isinstance(name, str) and name not in known:
                    here = f"{path}.{word}" + (".name" if word == "answer" else "")
                    found.append(error(here, f"Le formulaire n’a pas de champ «{NBSP}{name}{NBSP}»."))
                look(content, f"{path}.{word}")

    look(data["rule"], "rule")
    return found


def _siblings(data: dict[str, Any]) -> list[Finding]:
    return [
        error(f"siblings[{index}]", "Une campagne n’est pas sa propre sœur.")
        for index, slug in enumerate(data.get("siblings", []))
        if slug == data["slug"]
    ]
