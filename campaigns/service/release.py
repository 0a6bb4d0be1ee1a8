"""Telling everybody at one instant: all the decisions of a call are released in one transaction, or none is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Campaign, Candidacy, Decision
from campaigns.permissions import PERMISSIONS
from campaigns.queries import campaign as campaigns
from campaigns.queries import decision as decisions
from campaigns.queries.award import service_titles
from campaigns.queries.decision import DecidedRow
from campaigns.rules import window
from campaigns.rules.award import confirm_by
from campaigns.rules.selection import Readiness, Release, readiness
from campaigns.rules.states import CAMPAIGN, CANDIDACY, DECISION, MOVE_OF
from campaigns.service.awarding import offer_awards, terms_of
from campaigns.service.notice import TEMPLATES, Offered, letter, offered
from kit.actor import Actor
from kit.bulk import advance_all
from kit.errors import Conflict, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from notifications.gateway.templates import Rendered, render
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class Preview:
    """What a release would tell now: figures and blockers, a page of the decisions, one letter per outcome.

    `decided` counts the decisions by outcome, also once they are told. `is_late`: the notification instant has passed
    and nobody is notified.
    """

    campaign: Campaign
    ready: Readiness
    rows: Sequence[DecidedRow]
    page: int
    pages: int
    letters: Mapping[str, Rendered]
    mails: int
    decided: Mapping[str, int]
    is_late: bool


def preview_release(actor: Actor, slug: str, page: int = 1) -> Preview:
    """What a release would tell now, and what stops it. `ready.digest` names exactly these decisions."""
    with transaction(actor) as tx:
        campaign = campaigns.get_campaign(tx.session, slug)
        permit(PERMISSIONS, actor, "decision.view", campaign)
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        samples = decisions.first_decided(tx.session, campaign.id)
        promised = _promised(tx, campaign)
        decided = decisions.count_decided(tx.session, campaign.id)
        return Preview(
            campaign,
            readiness_of(tx, campaign),
            decisions.list_decided(tx.session, campaign.id, offset=(page - 1) * decisions.PAGE),
            page,
            -(-sum(decided.values()) // decisions.PAGE),
            {one.outcome: _letter(tenant, campaign, one, tx.now, promised) for one in samples},
            decisions.count_told(tx.session, campaign.id),
            decided,
            campaign.released_at is None and tx.now >= campaign.notify_at,
        )


def _promised(tx: Tx, campaign: Campaign) -> Offered:
    """What the letter of an acceptance would offer if it left now."""
    terms = terms_of(tx, campaign)
    titles = service_titles(tx.session, [terms.service])
    return offered(terms, confirm_by(terms, tx.now, campaign.zone), titles)


def _letter(tenant: Tenant, campaign: Campaign, sample: DecidedRow, now: datetime, promised: Offered) -> Rendered:
    """The letter as it would read if it left now."""
    told = {"outcome": sample.outcome, "motive": sample.motive, "rank": sample.rank, "released_at": now}
    context = letter(campaign, sample, told, promised if sample.outcome == "accepted" else None)
    return render(TEMPLATES[sample.outcome], tenant, f"/candidacies/{sample.candidacy_id}", context)


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
                "Une décision a changé depuis votre aperçu. Personne n’a été notifié : relisez l’aperçu à jour."
            )
        return release(tx, campaign, ready)


def release(tx: Tx, campaign: Campaign, ready: Readiness) -> Release:
    """Release every pending decision of a locked call. Raises Conflict with what stops it."""
    if not ready.is_ready:
        raise Conflict(f"Personne n’a été notifié. {' '.join(ready.blockers)}")
    files = decisions.list_for_release(tx.session, campaign.id)
    advance_all(tx, Decision, [row.decision_id for row in files], DECISION, "release", released_at=tx.now)
    for outcome, move in MOVE_OF.items():
        moved = [row.candidacy_id for row in files if row.outcome == outcome]
        advance_all(tx, Candidacy, moved, CANDIDACY, move)
    offer_awards(tx, campaign, [(row.candidacy_id, row.organisation_id) for row in files if row.outcome == "accepted"])
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
        moment.status,
    )
