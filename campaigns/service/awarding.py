"""At the release, each accepted file obtains an award with its milestones; the days to answer become deadlines."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from campaigns.models import Award, Campaign, Milestone
from campaigns.queries import campaign as campaigns
from campaigns.rules import award as rules
from campaigns.rules.document.award import Terms, read_terms
from campaigns.rules.states import AWARD
from kit.db import uuid7
from kit.transaction import Tx


def terms_of(tx: Tx, campaign: Campaign) -> Terms:
    """What the call gives, as its current document says."""
    return read_terms(campaigns.get_version(tx.session, campaign).document, campaign.complete_on)


def offer_awards(tx: Tx, campaign: Campaign, files: Sequence[tuple[UUID, UUID]]) -> None:
    """Offer an award for each accepted file (candidacy_id, organisation_id) of a call being released.

    One statement for the awards and one for their milestones, however many. The acceptance is the file's news: an offer
    has none of its own.
    """
    if not files:
        return
    terms = terms_of(tx, campaign)
    last = rules.confirm_by(terms, tx.now, campaign.zone)
    awards = [_award(tx, campaign, terms, last, *file) for file in files]
    tx.session.execute(insert(Award), awards)
    tx.session.execute(insert(Milestone), list(_milestones(terms, awards)))
    for topic, key, at in rules.appointments(last, tx.now, campaign.zone):
        tx.due(topic, campaign.id, at, key)


def _award(
    tx: Tx, campaign: Campaign, terms: Terms, last: date, candidacy_id: UUID, organisation_id: UUID
) -> dict[str, Any]:
    return {
        "tenant_id": tx.tenant_id,
        "id": uuid7(),
        "candidacy_id": candidacy_id,
        "campaign_id": campaign.id,
        "organisation_id": organisation_id,
        "service": terms.service,
        "quantity": terms.quantity,
        "ars_share_percent": terms.ars_share_percent,
        "cap_cents": terms.cap_cents,
        "state": AWARD.initial,
        "offered_at": tx.now,
        "confirm_by": last,
        "complete_on": campaign.complete_on,
        "motive": "",
    }


def _milestones(terms: Terms, awards: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for award in awards:
        for stage in terms.stages:
            yield {
                "tenant_id": award["tenant_id"],
                "id": uuid7(),
                "award_id": award["id"],
                "key": stage.key,
                "title": stage.title,
                "due_on": stage.due_on,
            }
