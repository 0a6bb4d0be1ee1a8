"""Whom a call reaches, before it is published and after: how many, where, who."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from campaigns.models import Campaign
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries.history import tenant_sources
from eligibility.queries.audience import Audience, Cell, Member, audience, list_audience
from eligibility.queries.reach import count_seated_elsewhere
from eligibility.rules import Outcome, Rule, read_rule
from finess.models import RegistryEdition
from finess.queries.edition import find_current_edition, get_edition
from finess.rules.geography import regions
from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant

PAGE = 50


@dataclass(frozen=True)
class Reach:
    """A call's audience at an edition; `members` is a page of those with `outcome`, `after` where the next one begins.

    `edition` and `audience` are None when no register was imported.
    """

    campaign: Campaign
    edition: RegistryEdition | None
    audience: Audience | None
    seated_elsewhere: int
    outcome: Outcome
    members: Sequence[Member]
    after: str | None
    region_code: str

    @property
    def by_department(self) -> Mapping[str, int]:
        """Matching establishments by département; "" when it is not known."""
        return _totals((cell.department or "", cell.establishments) for cell in self.cells)

    @property
    def by_category(self) -> Mapping[str, int]:
        """Matching establishments by category; "" when it is not known."""
        return _totals((cell.category_code or "", cell.establishments) for cell in self.cells)

    @property
    def cells(self) -> Sequence[Cell]:
        """The figures of the table."""
        return self.audience.cells if self.audience else ()


def preview_audience(
    actor: Actor, slug: str, outcome: Outcome = Outcome.ELIGIBLE, after: str | None = None, limit: int = PAGE
) -> Reach:
    """The audience of the call as its document stands, at its pinned edition, else at the one in force."""
    with transaction(actor, replica=True) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "campaign.preview", campaign)
        pinned = campaign.edition_id
        edition = get_edition(tx.session, pinned) if pinned else find_current_edition(tx.session)
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        if edition is None:
            return Reach(campaign, None, None, 0, outcome, (), None, tenant.region_code)
        rule = read_rule(campaigns.get_version(tx.session, campaign).document["rule"])
        return _reach(tx, tenant, campaign, edition, rule, outcome, after, limit)


def _reach(
    tx: Tx,
    tenant: Tenant,
    campaign: Campaign,
    edition: RegistryEdition,
    rule: Rule,
    outcome: Outcome,
    after: str | None,
    limit: int,
) -> Reach:
    sources = tenant_sources(tx.now, campaign.zone)
    home = regions()[tenant.region_code].departments if tenant.region_code in regions() else ()
    members = list_audience(tx.session, edition.id, rule, sources, outcome, after, limit + 1)
    return Reach(
        campaign=campaign,
        edition=edition,
        audience=audience(tx.session, edition.id, rule, sources),
        seated_elsewhere=count_seated_elsewhere(tx.session, edition.id, rule, home, sources),
        outcome=outcome,
        members=members[:limit],
        after=members[limit - 1].finess_ej if len(members) > limit else None,
        region_code=tenant.region_code,
    )


def _totals(figures: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for code, figure in figures:
        found[code] = found.get(code, 0) + figure
    return found
