"""The notification instant: release what is ready, say why when it is not, and tell everybody."""

from campaigns.queries import campaign as campaigns
from campaigns.queries import decision as decisions
from campaigns.queries.award import service_titles
from campaigns.service.notice import notice_of, tell_managers
from campaigns.service.release import readiness_of, release
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import notify_many

DECISIONS_PAGE = "/decisions"


def release_due(tx: Tx, message: OutboxMessage) -> None:
    """At the notification instant, release all the decisions, or none and tell the ARS why."""
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id, lock=True)
    if campaign.state not in ("published", "closed") or tx.now < campaign.notify_at:
        return  # done already, or moved to later since the bell rang
    ready = readiness_of(tx, campaign)
    if campaign.held_at is None and ready.is_ready:
        release(tx, campaign, ready)
        return
    held = ["La notification automatique est suspendue."] if campaign.held_at else []
    reasons = [*held, *ready.blockers]
    tell_managers(tx, campaign, "campaigns/release_blocked", message.id, DECISIONS_PAGE, reasons=reasons)


def release_soon(tx: Tx, message: OutboxMessage) -> None:
    """The day before, tell the ARS what will leave, and what would stop it."""
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id, lock=True)
    if campaign.state not in ("published", "closed") or tx.now >= campaign.notify_at:
        return
    ready = readiness_of(tx, campaign)
    words = {"ready": ready, "reasons": list(ready.blockers)}
    tell_managers(tx, campaign, "campaigns/release_soon", message.id, DECISIONS_PAGE, **words)


def tell_applicants(tx: Tx, message: OutboxMessage) -> None:
    """After a release, write one notice for each member of each organisation that has a decision."""
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id)
    told = decisions.list_told(tx.session, campaign.id)
    titles = service_titles(tx.session, {award.service for _, _, award, _, _ in told if award})
    notify_many(tx, [notice_of(campaign, titles, *row) for row in told])
