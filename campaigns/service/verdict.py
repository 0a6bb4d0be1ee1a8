"""The eligibility of a legal entity for a call, with all that the tenant and the answers of its file know."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.models import Campaign, CampaignVersion, Verdict
from campaigns.queries.history import tenant_sources
from campaigns.rules import form as forms
from campaigns.service.draft import Draft
from eligibility.queries.applicant import find_applicant
from eligibility.queries.compiling import Sources
from eligibility.rules import Outcome, assess, read_rule
from kit.transaction import Tx

_UNKNOWN_ENTITY = {
    "text": "L’organisme figure dans l’édition du registre retenue pour cet appel",
    "outcome": "information_missing",
    "because": "Il n’y figure pas, ou n’y figure plus. L’ARS vérifiera.",
    "facts": {},
    "parts": [],
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """An eligibility worked out now: `clauses` is JSON (text, outcome, because, facts, parts)."""

    outcome: str
    clauses: list[dict[str, Any]]
    rule_version: int
    edition_id: int


def assess_entity(
    tx: Tx,
    campaign: Campaign,
    version: CampaignVersion,
    finess_ej: str,
    answers: Mapping[str, object] | None = None,
    sources: Sources | None = None,
) -> Assessment:
    """The verdict of the call's rule, at its pinned edition, on a legal entity.

    `answers` are those of its file as a rule compares them (forms.facts); `sources` is what may be read beside the
    register (None: all that the tenant knows). An entity that the edition does not know (the call was pinned to a
    newer one since) is a matter for the authority: information is missing.
    """
    edition, rule = campaign.edition_id or 0, read_rule(version.document["rule"])
    known = (sources or tenant_sources(tx.now, campaign.zone)).asked_by(rule)
    applicant = find_applicant(tx.session, edition, finess_ej, known, answers)
    if applicant is None:
        return Assessment(Outcome.INFORMATION_MISSING, [_UNKNOWN_ENTITY], version.rule_version, edition)
    verdict = assess(rule, applicant).as_json()
    # A decimal answer has no JSON of its own: its text says it exactly.
    clauses = json.loads(json.dumps(verdict["clauses"], default=str))
    return Assessment(verdict["outcome"], clauses, version.rule_version, edition)


def assess_draft(tx: Tx, draft: Draft) -> Assessment:
    """The verdict on a file as it stands."""
    answers = forms.facts(draft.form, draft.answers)
    return assess_entity(tx, draft.campaign, draft.version, draft.candidacy.finess_ej, answers)


def keep_verdict(tx: Tx, draft: Draft) -> Verdict:
    """Store the verdict on the file as it stands: what the authority will read beside the submission."""
    found = assess_draft(tx, draft)
    return tx.add(
        Verdict(
            campaign_id=draft.campaign.id,
            candidacy_id=draft.candidacy.id,
            finess_ej=draft.candidacy.finess_ej,
            rule_version=found.rule_version,
            edition_id=found.edition_id,
            outcome=found.outcome,
            clauses=found.clauses,
            decided_at=tx.now,
        )
    )
