"""The hours of a call: its scheduled publication, and the end of its last window."""

from campaigns.models import Campaign
from campaigns.queries import campaign as campaigns
from campaigns.queries import review as reviews
from campaigns.rules.document.finding import Finding, Refused, errors_of
from campaigns.service.publication import publish, unschedule
from campaigns.service.upkeep import close_when_over
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many


def publish_due(tx: Tx, message: OutboxMessage) -> None:
    """Publish a scheduled call at its hour; one that cannot be is a draft again, and the ARS is told why."""
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id, lock=True)
    if campaign.state != "scheduled" or (campaign.publish_at and campaign.publish_at > tx.now):
        return
    try:
        publish(tx, campaign)
    except Refused as refused:
        unschedule(tx, campaign)
        _tell_managers(tx, campaign, message, errors_of(refused.findings))


def close_window(tx: Tx, message: OutboxMessage) -> None:
    """After a window, say that the call is closed if no other window is to come."""
    close_when_over(tx, campaigns.get_campaign_by_id(tx.session, message.subject_id, lock=True))


def _tell_managers(tx: Tx, campaign: Campaign, message: OutboxMessage, errors: list[Finding]) -> None:
    template = "campaigns/publication_refused"
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{template}:{message.id}:{user.id}",
                template=template,
                subject_id=campaign.id,
                email=user.email,
                user_id=user.id,
                path=f"/staff/campaigns/{campaign.slug}",
                context={"campaign": campaign, "reasons": [one.sentence for one in errors]},
            )
            for user in reviews.list_users_with_role(tx.session, tx.tenant_id, "ars_manager")
        ],
    )
