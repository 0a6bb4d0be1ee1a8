"""Reading calls: the portal's home, a call's public page, the staff's list and page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campaigns.models import Campaign, CampaignVersion, CampaignWindow
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries.award import service_titles
from campaigns.rules import window
from campaigns.rules.award_words import promise
from campaigns.rules.document.campaign import Document, stored
from eligibility.rules import Sentence, read_rule, rule_in_words
from finess.models import RegistryEdition
from finess.queries.edition import find_current_edition, get_edition
from finess.rules.edition import Age
from finess.service.register import register_age
from kit.actor import Actor
from kit.permissions import allows, permit
from kit.transaction import Tx, transaction

MOST_ON_HOME = 60
PAGE = 50


@dataclass(frozen=True)
class Call:
    """A call with what a list shows of it: its windows, its current document, where `now` stands among the windows."""

    campaign: Campaign
    version: CampaignVersion
    windows: Sequence[CampaignWindow]
    moment: window.Moment
    files: Mapping[str, int]


@dataclass(frozen=True)
class CallPage:
    """A call with what its page shows. `promise` says what it gives, in sentences: empty when it does not say."""

    campaign: Campaign
    version: CampaignVersion
    document: Document
    moment: window.Moment
    siblings: Sequence[Campaign]
    edition: RegistryEdition | None
    promise: Sequence[str]
    now: datetime

    @property
    def rule_in_words(self) -> Sequence[Sentence]:
        """What the rule demands, every code with its name."""
        return rule_in_words(read_rule(self.document.rule))


@dataclass(frozen=True)
class Calls:
    """A page of calls; `after` is where the next one begins, None on the last. `register`: its age, for the staff."""

    items: Sequence[Call]
    after: UUID | None
    now: datetime
    register: Age | None = None


def public_calls(actor: Actor) -> Calls:
    """The calls that everybody may read, the most recently made first: what a portal opens on."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "campaign.view")
        found = campaigns.list_campaigns(tx.session, campaigns.PUBLIC, limit=MOST_ON_HOME)
        return Calls(_calls(tx, found, files=False), None, tx.now)


def list_calls(actor: Actor, after: UUID | None = None, limit: int = PAGE, action: str = "campaign.view") -> Calls:
    """A page of calls, for whoever may do `action`: all of them, with their files, for the staff; else the public."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, action)
        is_staff = allows(PERMISSIONS, actor, "campaign.list")
        states = None if is_staff else campaigns.PUBLIC
        found = campaigns.list_campaigns(tx.session, states, after, limit + 1)
        more = found[limit - 1].id if len(found) > limit else None
        age = register_age(tx) if is_staff else None
        return Calls(_calls(tx, found[:limit], files=is_staff), more, tx.now, age)


def view_call(actor: Actor, slug: str, action: str = "campaign.view") -> CallPage:
    """A call's page, for whoever may do `action` to it. A draft is the staff's: NotFound for everybody else."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, action, campaign)
        version = campaigns.get_version(tx.session, campaign)
        document = stored(version.document, campaign.zone)
        siblings = campaigns.list_by_slugs(tx.session, document.data.get("siblings", []))
        return CallPage(
            campaign,
            version,
            document,
            window.at(document.windows, tx.now),
            [one for one in siblings if allows(PERMISSIONS, actor, "campaign.view", one)],
            _edition(tx, campaign),
            _promise(tx, document),
            tx.now,
        )


def list_versions(actor: Actor, slug: str) -> tuple[Campaign, Sequence[CampaignVersion]]:
    """Every version of the call's document, the latest first."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "campaign.preview", campaign)
        return campaign, campaigns.list_versions(tx.session, campaign.id)


def _promise(tx: Tx, document: Document) -> Sequence[str]:
    if "award" not in document.data:
        return ()
    titles = service_titles(tx.session, [document.terms.service])
    return promise(document.terms, titles.get(document.terms.service or ""))


def _edition(tx: Tx, campaign: Campaign) -> RegistryEdition | None:
    if campaign.edition_id is not None:
        return get_edition(tx.session, campaign.edition_id)
    return find_current_edition(tx.session)


def _calls(tx: Tx, found: Sequence[Campaign], files: bool) -> list[Call]:
    """Four queries, however many calls."""
    ids = [one.id for one in found]
    windows = campaigns.windows_by_campaign(tx.session, ids)
    versions = campaigns.current_versions(tx.session, found)
    counts = campaigns.count_files(tx.session, ids) if files else {}
    return [
        Call(one, versions[one.id], windows[one.id], window.at(windows[one.id], tx.now), counts.get(one.id, {}))
        for one in found
    ]
