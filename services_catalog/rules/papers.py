"""What a provider's file holds beside its profile: qualifications, insurances, sub-contractors, consultants. Pure."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from finess.rules.geography import departments
from services_catalog.rules.faults import Faults
from services_catalog.rules.profile import check_siret
from services_catalog.rules.states import QUALIFICATIONS

LONGEST_SCOPE = 500


@dataclass(frozen=True, slots=True)
class QualificationPaper:
    """A qualification of the ANSSI or a label. Both days are included."""

    kind: str
    scope: str
    reference: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class InsurancePaper:
    """A professional liability insurance. Both days are included."""

    insurer: str
    policy: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class SubcontractorPaper:
    """A declared sub-contractor; nobody accepted it until `accepted_on`."""

    name: str
    siret: str | None
    purpose: str
    declared_on: date
    accepted_on: date | None


@dataclass(frozen=True, slots=True)
class ConsultantPaper:
    """Somebody who carries missions out."""

    name: str
    email: str
    department: str
    active: bool


Paper = QualificationPaper | InsurancePaper | SubcontractorPaper | ConsultantPaper


def tag(paper: Paper) -> str:
    """What a paper says, in sixteen characters: one that changed since it was read has another tag."""
    written = json.dumps(asdict(paper), default=str, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def read_qualification(sent: Mapping[str, Any]) -> QualificationPaper:
    """What was sent, by field. Raises Invalid with the fields at fault."""
    faults = Faults()
    if sent["kind"] not in QUALIFICATIONS:
        faults.refuse("kind", "Choisissez une qualification de la liste.")
    starts_on, ends_on = faults.period(sent["starts_on"], sent["ends_on"])
    paper = QualificationPaper(
        kind=sent["kind"],
        scope=faults.text(sent["scope"], "scope", LONGEST_SCOPE),
        reference=faults.line(sent["reference"], "reference", "Indiquez la référence du certificat ou de la décision."),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    faults.raise_any()
    return paper


def read_insurance(sent: Mapping[str, Any]) -> InsurancePaper:
    """What was sent, by field. Raises Invalid with the fields at fault."""
    faults = Faults()
    starts_on, ends_on = faults.period(sent["starts_on"], sent["ends_on"])
    paper = InsurancePaper(
        insurer=faults.line(sent["insurer"], "insurer", "Indiquez le nom de l’assureur."),
        policy=faults.line(sent["policy"], "policy", "Indiquez le numéro du contrat."),
        starts_on=starts_on,
        ends_on=ends_on,
    )
    faults.raise_any()
    return paper


def read_subcontractor(sent: Mapping[str, Any]) -> SubcontractorPaper:
    """What was sent, by field. Raises Invalid with the fields at fault."""
    faults = Faults()
    declared_on, accepted_on = sent["declared_on"], sent["accepted_on"]
    if declared_on is None:
        faults.refuse("declared_on", "Indiquez le jour de la déclaration, par exemple 30 06 2026.")
    if declared_on and accepted_on and accepted_on < declared_on:
        faults.refuse("accepted_on", "Un sous-traitant ne peut pas être accepté avant d’être déclaré.")
    paper = SubcontractorPaper(
        name=faults.line(sent["name"], "name", "Indiquez le nom du sous-traitant."),
        siret=check_siret(faults, sent["siret"] or ""),
        purpose=faults.line(sent["purpose"], "purpose", "Indiquez ce qui lui est confié."),
        declared_on=declared_on or date.min,
        accepted_on=accepted_on,
    )
    faults.raise_any()
    return paper


def read_consultant(sent: Mapping[str, Any]) -> ConsultantPaper:
    """What was sent, by field. Raises Invalid with the fields at fault."""
    faults = Faults()
    if sent["department"] not in departments():
        faults.refuse("department", "Indiquez le code d’un département, par exemple 35.")
    paper = ConsultantPaper(
        name=faults.line(sent["name"], "name", "Indiquez le nom du consultant."),
        email=faults.email(sent["email"], "email"),
        department=sent["department"],
        active=bool(sent["active"]),
    )
    faults.raise_any()
    return paper
