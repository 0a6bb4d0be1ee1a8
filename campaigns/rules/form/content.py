"""What a submission says, whole, in one canonical text that can be read alone ten years later. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.rules.form import files
from campaigns.rules.form.acceptance import is_accepted
from campaigns.rules.form.definition import APPLICANT, COMMITMENTS, REFERENT, Form, FormField
from campaigns.rules.form.display import shown
from campaigns.rules.form.progress import Answers
from kit import signing

FORMAT = "crrc-candidacy/1"


@dataclass(frozen=True, slots=True)
class About:
    """What a submission is about. `campaign_version` is the document's number, `applicant` the register's snapshot."""

    tenant: str
    campaign: str
    campaign_title: str
    campaign_version: int
    form_version: int
    reference: str
    applicant: Mapping[str, Any]
    zone: str


def content_of(about: About, form: Form, answers: Answers) -> str:
    """The canonical JSON (UTF-8 when encoded) of a file that is complete. Same file, same text, same digest."""
    return signing.canonical(
        {
            "format": FORMAT,
            "tenant": about.tenant,
            "campaign": {
                "slug": about.campaign,
                "title": about.campaign_title,
                "version": about.campaign_version,
                "form_version": about.form_version,
            },
            "reference": about.reference,
            "applicant": dict(about.applicant),
            **declared(form, answers, about.zone),
        }
    ).decode()


def declared(form: Form, answers: Answers, zone: str) -> dict[str, Any]:
    """The applicant's part of the content."""
    built_in = (APPLICANT, REFERENT, COMMITMENTS)
    fields = form.fields
    return {
        "sections": [
            {
                "key": section.key,
                "title": section.title,
                "answers": [_answer(field, answers, zone) for field in section.fields],
            }
            for section in form.sections
            if section.key not in built_in
        ],
        "referent": _people(fields, answers, "referent"),
        "signatory": _people(fields, answers, "signatory"),
        "commitments": [_commitment(field, answers) for field in form.commitments],
    }


def _answer(field: FormField, answers: Answers, zone: str) -> dict[str, Any]:
    value = answers.get(field.key)
    text = shown(field, value, zone)
    if field.type == "file":
        value = files.said(value)
    return {"key": field.key, "label": field.label, "type": field.type, "value": value, "text": text}


def _people(fields: Mapping[str, FormField], answers: Answers, prefix: str) -> dict[str, Any]:
    keys = [key for key in fields if key.startswith(f"{prefix}.")]
    return {key.partition(".")[2]: answers.get(key) for key in keys}


def _commitment(field: FormField, answers: Answers) -> dict[str, Any]:
    value = answers.get(field.key)
    signed = value if is_accepted(field, value) and isinstance(value, dict) else {}
    key = field.key.partition(".")[2]
    return {"key": key, "text": field.text, "accepted_by": signed.get("by"), "accepted_at": signed.get("at")}


def differs(content: str, form: Form, answers: Answers, zone: str) -> bool:
    """Whether the draft says something else than what was submitted; a question asked in other words is the same."""
    return _said(json.loads(content)) != _said(declared(form, answers, zone))


def _said(content: Mapping[str, Any]) -> dict[str, Any]:
    own = {answer["key"]: answer["value"] for section in content["sections"] for answer in section["answers"]}
    people = {f"{part}.{key}": value for part in ("referent", "signatory") for key, value in content[part].items()}
    accepted = {one["text"]: one["accepted_at"] for one in content["commitments"]}
    return {key: value for key, value in {**own, **people, **accepted}.items() if value is not None}
