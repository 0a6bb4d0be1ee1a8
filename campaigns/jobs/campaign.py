"""The hours of a call: its scheduled publication, and the end of its last window."""

from campaigns.queries import campaign as campaigns
from campaigns.service.notice import tell_managers
from campaigns.service.publication import publish, unschedule
from campaigns.service.upkeep import close_when_over
from kit.document.finding import Refused, errors_of
from kit.outbox import OutboxMessage
from kit.transaction import Tx


def publish_due(tx: Tx, message: OutboxMessage) -> None:
    """Publish a scheduled call at its hour; one that cannot be is a draft again, and the ARS is told why."""
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id, lock=True)
    if campaign.state != "scheduled" or (campaign.publish_at and campaign.publish_at > tx.now):
        return
    try:
        publish(tx, campaign)
    except Refused as refused:
        unschedule(tx, campaign)
        reasons = [one.sentence for one in errors_of(refused.findings)]
        tell_managers(tx, campaign, "campaigns/publication_refused", message.id, reasons=reasons)


def close_window(tx: Tx, message: OutboxMessage) -> None:
    """After a window, say that the call is closed if no other window is to come."""
    close_when_over(tx, campaigns.get_campaign_by_id(tx.session, message.subject_id, lock=True))
