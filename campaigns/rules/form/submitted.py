"""What was submitted, for people to read: made from the content alone. Pure."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.rules.form.definition import FormField
from campaigns.rules.form.display import shown
from finess.rules.nomenclature import category_name
from kit.french import count, instant

_WORDS = {
    "name": "Nom et prénom",
    "function": "Fonction",
    "email": "Adresse électronique",
    "phone": "Téléphone",
}
_LISTED = 6


@dataclass(frozen=True, slots=True)
class SubmittedSection:
    """A section as it was submitted: (question, answer) pairs, "" where nothing was answered."""

    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SubmittedFile:
    """A file that a submission names: under which question, its name, its bytes counted and their SHA-256."""

    field: str
    label: str
    name: str
    size: int
    sha256: str


def submitted_files(content: str) -> list[SubmittedFile]:
    """The files of a submission's content, in order; none once it is erased."""
    return [
        SubmittedFile(answer["key"], answer["label"], one["name"], one["size"], one["sha256"])
        for section in json.loads(content).get("sections", ())
        for answer in section["answers"]
        if answer["type"] == "file"
        for one in answer["value"] or ()
    ]


def submitted_sections(content: str, zone: str = "Europe/Paris") -> list[SubmittedSection]:
    """The sections of a submission's content, in order; `zone` (IANA) is for the instants of the commitments."""
    submitted = json.loads(content)
    own = [
        SubmittedSection(section["title"], tuple((answer["label"], answer["text"]) for answer in section["answers"]))
        for section in submitted.get("sections", ())
    ]
    referent = SubmittedSection("Référent", tuple(_person(submitted.get("referent", {}))))
    commitments = tuple((one["text"], _accepted(one, zone)) for one in submitted.get("commitments", ()))
    signing = _person(submitted.get("signatory", {}))
    signatory = tuple((f"Signataire : {label.lower()}", text) for label, text in signing)
    applicant = SubmittedSection("Organisme", tuple(_applicant(submitted.get("applicant", {}))))
    return [applicant, *own, referent, SubmittedSection("Engagements", (*commitments, *signatory))]


def _person(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, label in _WORDS.items():
        if key in values:
            kind = key if key in ("email", "phone") else "text"
            yield label, shown(FormField(key, label, kind), values[key])


def _accepted(commitment: Mapping[str, Any], zone: str) -> str:
    if not commitment["accepted_at"]:
        return ""
    when = instant(datetime.fromisoformat(commitment["accepted_at"]), zone)
    return f"Accepté par {commitment['accepted_by']} le {when}"


def _applicant(applicant: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    entity = applicant.get("legal_entity")
    if entity is None:
        return
    yield "Raison sociale", entity["name"] or ""
    yield "Numéro FINESS juridique", entity["finess_ej"]
    yield "SIREN", entity["siren"] or ""
    yield "Statut juridique", entity["legal_status"] or ""
    yield "Siège", " ".join(part for part in (entity["postal_code"], entity["town"]) if part)
    yield "Établissements ouverts", summary(applicant["establishments"])


def summary(establishments: list[dict[str, Any]]) -> str:
    """« 12 établissements : 9 EHPAD (500), 2 SSIAD (354), 1 autre »."""
    if not establishments:
        return "aucun"
    kinds = Counter(category_name(one["category_code"]) for one in establishments).most_common()
    named = [f"{number} {name}" for name, number in kinds[:_LISTED]]
    rest = sum(number for _, number in kinds[_LISTED:])
    others = [count(rest, "autre")] if rest else []
    return f"{count(len(establishments), 'établissement')} : {', '.join([*named, *others])}"
