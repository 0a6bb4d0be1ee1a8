"""« Vérifier mon éligibilité »: the rule of a call applied to one number, or to the structure found by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Campaign
from campaigns.permissions import PERMISSIONS, staff
from campaigns.queries import campaign as campaigns
from campaigns.queries.applicant import find_applicant, tenant_sources
from campaigns.queries.eligibility import NOT_CONSULTED, Sources
from campaigns.rules import window
from campaigns.rules.eligibility import LegalEntity, Verdict, assess, read_rule
from finess.models import RegistryEdition
from finess.queries.edition import get_current_edition, get_edition
from finess.queries.number import resolve_number
from finess.queries.search import Hit, search
from finess.rules.answer import NumberAnswer
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction

MOST_HITS = 20


@dataclass(frozen=True)
class Check:
    """The answer to one number: `verdict` is None when it leads to no legal entity.

    `error` is the sentence of a number that cannot apply (unknown, unreadable, of several entities, closed); `note`
    that of an establishment's number, answered for its legal entity.
    """

    campaign: Campaign
    edition: RegistryEdition
    at: datetime
    moment: window.Moment
    answer: NumberAnswer
    entity: LegalEntity | None
    verdict: Verdict | None

    @property
    def error(self) -> str | None:
        """Why this number cannot apply, whatever the rule says."""
        if self.answer.outcome == "legal_entity":
            return None
        runs = self.entity is not None and self.entity.is_open
        return None if self.answer.outcome == "establishment" and runs else self.answer.sentence

    @property
    def note(self) -> str | None:
        """What was answered in place of what was typed."""
        return self.answer.sentence if self.answer.outcome == "establishment" and not self.error else None

    def as_json(self) -> dict[str, Any]:
        """What programs read, by the API and by the command line: `error` in place of an outcome without an entity."""
        zone = ZoneInfo(self.campaign.zone)
        bounds = self.moment.window
        return {
            **({"error": self.error, "code": self.answer.outcome} if self.error else {}),
            **(self.verdict.as_json() if self.verdict else {}),
            "window": self.moment.status,
            "opens_at": bounds.opens_at.astimezone(zone).isoformat() if bounds else None,
            "closes_at": bounds.closes_at.astimezone(zone).isoformat() if bounds else None,
            "at": self.at.astimezone(zone).isoformat(),
            "campaign": self.campaign.slug,
            "typed": self.answer.typed,
            "number": self.entity.finess_ej if self.entity else self.answer.finess_ej,
            "name": self.entity.name if self.entity else None,
            "candidates": list(self.answer.candidates),
            "note": self.note,
            "edition": {
                "id": self.edition.id,
                "source": self.edition.source,
                "generated_at": self.edition.generated_at.isoformat(),
            },
        }


@dataclass(frozen=True)
class Enquiry:
    """What somebody asked of a call: a number's check, or the structures whose name matches."""

    campaign: Campaign
    check: Check | None
    hits: Sequence[Hit]


def check_number(actor: Actor, slug: str, typed: str, at: datetime | None = None) -> Check:
    """Apply the call's rule to a number, at its pinned edition (a draft's is the one in force).

    `at` (aware) says when, for the window and the adhesions. Only the staff's checks read what the tenant knows of an
    entity: its files, its attributes, its adhesion are not told to strangers. Raises NotFound.
    """
    with transaction(actor) as tx:
        return _check(tx, _visible(tx, slug), typed, at)


def enquire(actor: Actor, slug: str, typed: str) -> Enquiry:
    """The check of a number, or the structures found by the name that was typed. Raises NotFound."""
    with transaction(actor) as tx:
        campaign = _visible(tx, slug)
        check = _check(tx, campaign, typed, None)
        if check.answer.outcome == "several":
            return Enquiry(campaign, check, search(tx.session, check.edition.id, typed, MOST_HITS))
        if check.answer.outcome != "unreadable" or not typed.strip():
            return Enquiry(campaign, check, ())
        return Enquiry(campaign, None, search(tx.session, check.edition.id, typed, MOST_HITS))


def _visible(tx: Tx, slug: str) -> Campaign:
    campaign = campaigns.get_campaign(tx.session, slug)
    permit(PERMISSIONS, tx.actor, "campaign.view", campaign)
    permit(PERMISSIONS, tx.actor, "campaign.check", campaign)
    return campaign


def _check(tx: Tx, campaign: Campaign, typed: str, at: datetime | None) -> Check:
    when = at or tx.now
    pinned = campaign.edition_id
    edition = get_edition(tx.session, pinned) if pinned else get_current_edition(tx.session)
    answer = resolve_number(tx.session, edition.id, typed)
    moment = window.at(campaigns.list_windows(tx.session, campaign.id), when)
    if answer.finess_ej is None:
        return Check(campaign, edition, when, moment, answer, None, None)
    applicant = find_applicant(tx.session, edition.id, answer.finess_ej, _sources(tx, campaign, when))
    if applicant is None:
        return Check(campaign, edition, when, moment, answer, None, None)
    rule = read_rule(campaigns.get_version(tx.session, campaign).document["rule"])
    return Check(campaign, edition, when, moment, answer, applicant.legal_entity, assess(rule, applicant))


def _sources(tx: Tx, campaign: Campaign, when: datetime) -> Sources:
    knows = tx.actor.kind in ("operator", "system") or staff(tx.actor, campaign)
    return tenant_sources(when.astimezone(ZoneInfo(campaign.zone)).date()) if knows else NOT_CONSULTED
