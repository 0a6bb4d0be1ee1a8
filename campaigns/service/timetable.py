"""Keeps the deadlines of a call in step with its document and its state."""

from campaigns.models import Campaign
from campaigns.rules.document.campaign import Document
from campaigns.rules.document.timetable import TOPICS, appointments
from kit.transaction import Tx

PUBLISH_DUE = "campaign.publish_due"


def keep_timetable(tx: Tx, campaign: Campaign, document: Document) -> None:
    """Set the deadlines that the call's state asks for, and forget the others."""
    tx.undue(PUBLISH_DUE, campaign.id)
    for topic in TOPICS:
        tx.undue(topic, campaign.id)
    if campaign.state == "scheduled" and campaign.publish_at:
        tx.due(PUBLISH_DUE, campaign.id, campaign.publish_at)
    elif campaign.state in ("published", "closed"):
        for topic, key, at in appointments(document, tx.now):
            tx.due(topic, campaign.id, at, key)
