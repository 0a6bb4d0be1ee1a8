"""Telling everybody at one instant: all the decisions of a call are released in one transaction, or none is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

from sqlalchemy import Row

from campaigns.models import Campaign, Candidacy, Decision
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries import decision as decisions
from campaigns.rules import window
from campaigns.rules.selection import Readiness, Release, readiness
from campaigns.rules.states import CAMPAIGN, CANDIDACY, DECISION, MOVE_OF
from campaigns.service.notice import TEMPLATES
from kit.actor import Actor
from kit.errors import Conflict, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from notifications.gateway.templates import Rendered, render
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would tell now: figures and blockers, each file with its decision, and one letter per outcome."""

    campaign: Campaign
    ready: Readiness
    rows: Sequence[Row[Candidacy, Decision]]
    letters: Mapping[str, Rendered]
    mails: int


def preview_release(actor: Actor, slug: str) -> Preview:
    """What a release would tell now, and what stops it. `ready.digest` names exactly these decisions."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "decision.view", campaign)
        rows = decisions.list_decided(tx.session, campaign.id)
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        firsts = {decision.outcome: (candidacy, decision) for candidacy, decision in reversed(rows)}
        letters = {outcome: _letter(tenant, campaign, *first, tx.now) for outcome, first in sorted(firsts.items())}
        mails = decisions.count_told(tx.session, campaign.id)
        return Preview(campaign, readiness_of(tx, campaign), rows, letters, mails)


def _letter(tenant: Tenant, campaign: Campaign, candidacy: Candidacy, decision: Decision, now: datetime) -> Rendered:
    """The letter as it would read if it left now."""
    told = SimpleNamespace(outcome=decision.outcome, motive=decision.motive, rank=decision.rank, released_at=now)
    context = {"campaign": campaign, "candidacy": candidacy, "decision": told}
    return render(TEMPLATES[decision.outcome], tenant, f"/candidacies/{candidacy.id}", context)


def release_decisions(actor: Actor, slug: str, digest: str) -> Release:
    """Tell everybody now, by hand, after a preview.

    `digest` is the preview's: Stale is raised when a decision changed since, so that nothing is told that was not seen.
    Raises Conflict when something stops the release or it was already done.
    """
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug, lock=True)
        permit(PERMISSIONS, actor, "campaign.release", campaign)
        if campaign.state == "released":
            raise Conflict(CAMPAIGN.moves["release"].refusal)
        ready = readiness_of(tx, campaign)
        if ready.digest != digest:
            raise Stale(
                "Une décision a changé depuis votre aperçu. Personne n’a été notifié : relisez l’aperçu à jour."
            )
        return release(tx, campaign, ready)


def release(tx: Tx, campaign: Campaign, ready: Readiness) -> Release:
    """Release every pending decision of a locked call. Raises Conflict with what stops it."""
    if not ready.is_ready:
        raise Conflict(f"Personne n’a été notifié. {' '.join(ready.blockers)}")
    for candidacy, decision in decisions.list_for_release(tx.session, campaign.id):
        decision.released_at = tx.now
        tx.advance(decision, DECISION, "release")
        tx.advance(candidacy, CANDIDACY, MOVE_OF[decision.outcome])
    campaign.released_at = tx.now
    tx.undue("campaign.release_due", campaign.id)
    tx.undue("campaign.release_soon", campaign.id)
    tx.advance(campaign, CAMPAIGN, "release", digest=ready.digest, files=ready.decided)
    return Release(tx.now, ready.accepted, ready.refused, ready.waitlisted)


def readiness_of(tx: Tx, campaign: Campaign) -> Readiness:
    """Where the call stands before its notification."""
    moment = window.at(campaigns.list_windows(tx.session, campaign.id), tx.now)
    return readiness(
        decisions.count_submitted(tx.session, campaign.id),
        decisions.list_pending(tx.session, campaign.id),
        campaign.places,
        is_open=moment.status == "open",
    )
