"""« Vérifier mon éligibilité »: the rule of a call applied to one number, or to the structure found by its name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, CampaignVersion, CampaignWindow
from campaigns.permissions import PERMISSIONS, staff
from campaigns.queries import campaign as campaigns
from campaigns.queries.history import tenant_sources
from campaigns.rules import window
from eligibility.queries.applicant import find_applicant
from eligibility.queries.compiling import NOT_CONSULTED, Sources
from eligibility.rules import Applicant, LegalEntity, Verdict, assess, read_rule
from finess.models import RegistryEdition
from finess.queries.edition import get_current_edition, get_edition
from finess.queries.number import resolve_number
from finess.queries.search import Hit, search
from finess.rules.answer import NumberAnswer
from finess.rules.geography import regions
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant

MOST_HITS = 20
MOST_CALLS = 30


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


@dataclass(frozen=True)
class Overview:
    """One number against every call that is open or to come; or the structures whose name matches."""

    checks: Sequence[Check]
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
            return Enquiry(campaign, check, _search(tx, check.edition.id, typed))
        if check.answer.outcome != "unreadable" or not typed.strip():
            return Enquiry(campaign, check, ())
        return Enquiry(campaign, None, _search(tx, check.edition.id, typed))


def enquire_everywhere(actor: Actor, typed: str) -> Overview:
    """One number against every call that is open or to come, or the structures found by name.

    A handful of queries whatever the number of calls, when they retain the same edition of the register.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "campaign.check")
        found = campaigns.list_campaigns(tx.session, ("published",), limit=MOST_CALLS)
        windows = campaigns.windows_by_campaign(tx.session, [one.id for one in found])
        versions = campaigns.current_versions(tx.session, found)
        lookup = Lookup(tx, typed, tx.now)
        running = [one for one in found if window.at(windows[one.id], tx.now).status != "closed"]
        checks = [_judged(tx, one, windows[one.id], tx.now, lookup, versions[one.id]) for one in running]
        if not checks or checks[0].answer.outcome not in ("unreadable", "several") or not typed.strip():
            return Overview(checks, ())
        return Overview(checks, _search(tx, checks[0].edition.id, typed))


def _search(tx: Tx, edition: int, typed: str) -> Sequence[Hit]:
    """The structures of that name, the region's first: there are three hundred « Les Ajoncs » in France."""
    region = regions().get(tx.session.get_one(Tenant, tx.tenant_id).region_code)
    return search(tx.session, edition, typed, MOST_HITS, near=region.departments if region else ())


def _visible(tx: Tx, slug: str) -> Campaign:
    campaign = campaigns.get_campaign(tx.session, slug)
    permit(PERMISSIONS, tx.actor, "campaign.view", campaign)
    permit(PERMISSIONS, tx.actor, "campaign.check", campaign)
    return campaign


def _check(tx: Tx, campaign: Campaign, typed: str, at: datetime | None) -> Check:
    windows = campaigns.list_windows(tx.session, campaign.id)
    return _judged(tx, campaign, windows, at or tx.now, Lookup(tx, typed, at or tx.now), None)


def _judged(
    tx: Tx,
    campaign: Campaign,
    windows: Sequence[CampaignWindow],
    at: datetime,
    lookup: "Lookup",
    version: CampaignVersion | None,
) -> Check:
    edition, answer, applicant = lookup.at(campaign)
    moment = window.at(windows, at)
    if applicant is None:
        return Check(campaign, edition, at, moment, answer, None, None)
    document = (version or campaigns.get_version(tx.session, campaign)).document
    verdict = assess(read_rule(document["rule"]), applicant)
    return Check(campaign, edition, at, moment, answer, applicant.legal_entity, verdict)


class Lookup:
    """What a number is and what is known of its entity, read once for each edition that calls retain."""

    def __init__(self, tx: Tx, typed: str, at: datetime) -> None:
        self._tx, self._typed, self._at = tx, typed, at
        self._found: dict[int | None, tuple[RegistryEdition, NumberAnswer, Applicant | None]] = {}

    def at(self, campaign: Campaign) -> tuple[RegistryEdition, NumberAnswer, Applicant | None]:
        """At the edition of `campaign`: pinned, or in force."""
        pinned = campaign.edition_id
        if pinned not in self._found:
            session = self._tx.session
            edition = get_edition(session, pinned) if pinned else get_current_edition(session)
            answer = resolve_number(session, edition.id, self._typed)
            self._found[pinned] = edition, answer, self._applicant(campaign, edition, answer)
        return self._found[pinned]

    def _applicant(self, campaign: Campaign, edition: RegistryEdition, answer: NumberAnswer) -> Applicant | None:
        if answer.finess_ej is None:
            return None
        return find_applicant(self._tx.session, edition.id, answer.finess_ej, self._sources(campaign))

    def _sources(self, campaign: Campaign) -> Sources:
        actor = self._tx.actor
        if actor.kind not in ("operator", "system") and not staff(actor, campaign):
            return NOT_CONSULTED
        return tenant_sources(self._at, campaign.zone)
