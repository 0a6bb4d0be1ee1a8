"""Following what a call gave: who confirmed, who has not answered, how many paths are finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from campaigns.models import Campaign
from campaigns.permissions import PERMISSIONS
from campaigns.queries import award as awards
from campaigns.queries import campaign as campaigns
from campaigns.queries.award import AwardRow
from campaigns.rules.award import today
from campaigns.rules.journey import Burndown, burndown
from campaigns.rules.states import AWARD
from kit.actor import Actor
from kit.errors import Invalid
from kit.permissions import permit
from kit.transaction import Tx, transaction


@dataclass(frozen=True, slots=True)
class Following:
    """A page of a call's awards with the figures of all of them.

    `counts` by state; `finished` of the confirmed paths; `burndown` is None before the release, without a completion
    date, or when no path is awaited. `after` asks for the next page, None on the last.
    """

    campaign: Campaign
    rows: Sequence[AwardRow]
    after: UUID | None
    counts: Mapping[str, int]
    finished: int
    burndown: Burndown | None


def follow_awards(
    actor: Actor, slug: str, state: str = "", after: UUID | None = None, limit: int = awards.PAGE
) -> Following:
    """The awards of a call, those in `state` when it is given. Raises Invalid (state) when there is no such state."""
    if state and state not in AWARD.states:
        raise Invalid("Ce filtre n’existe pas.", {"state": "Choisissez un état de la liste."})
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "campaign.view", campaign)
        permit(PERMISSIONS, actor, "award.list")
        rows = awards.list_awards(tx.session, campaign.id, state, after, limit + 1)
        counts = awards.count_states(tx.session, campaign.id)
        finished = awards.count_finished(tx.session, campaign.id, campaign.zone)
        return Following(
            campaign,
            rows[:limit],
            rows[limit - 1].award.id if len(rows) > limit else None,
            {one: counts.get(one, 0) for one in AWARD.states},
            sum(number for _, number in finished),
            _burndown(tx, campaign, counts, [(row[0], row[1]) for row in finished]),
        )


def _burndown(
    tx: Tx, campaign: Campaign, counts: Mapping[str, int], finished: Sequence[tuple[date, int]]
) -> Burndown | None:
    """Of the paths that are walked or may still be."""
    awaited = counts.get("confirmed", 0) + counts.get("offered", 0)
    if campaign.released_at is None or campaign.complete_on is None or not awaited:
        return None
    first, now = (today(at, campaign.zone) for at in (campaign.released_at, tx.now))
    return burndown(awaited, finished, first, campaign.complete_on, now)
