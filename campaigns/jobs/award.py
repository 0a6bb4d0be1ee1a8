"""What people are told of an award: not confirmed yet, confirmed, given up, lapsed."""

from collections.abc import Mapping
from datetime import date

from campaigns.models import Award
from campaigns.queries import award as awards
from campaigns.queries import campaign as campaigns
from campaigns.rules.award import current_reminder, is_late, shown_referent
from campaigns.service.award import Journey, journeys
from campaigns.service.notice import EVERYBODY, WRITERS, FileNews, offered, tell_managers, tell_members
from kit.outbox import OutboxMessage
from kit.transaction import Tx

AWAITED_PAGE = "/awards?state=offered"
AWARDS_PAGE = "/awards"


def remind_unconfirmed(tx: Tx, message: OutboxMessage) -> None:
    """Remind the people of each award without an answer of the last day to give it.

    Says nothing once that day is over, nor when a nearer reminder is due as well. The key is "<last day>:<reminder>".
    """
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id)
    day, _, key = message.key.partition(":")
    last = date.fromisoformat(day)
    if current_reminder(last, tx.now, campaign.zone) != key:
        return
    rows = awards.list_unconfirmed(tx.session, campaign.id, last)
    titles = awards.service_titles(tx.session, {award.service for award, _ in rows})
    news = [
        FileNews(campaign, file, {"award": offered(award, last, titles), "action_text": "Répondre"}, _page(award))
        for award, file in rows
    ]
    tell_members(tx, "award_reminder", message.id, news, EVERYBODY)


def tell_unconfirmed(tx: Tx, message: OutboxMessage) -> None:
    """The day after the last one, tell the ARS who has not answered; it decides what becomes of these awards."""
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id)
    last = date.fromisoformat(message.key)
    rows = awards.list_unconfirmed(tx.session, campaign.id, last)
    if not rows or not is_late(last, tx.now, campaign.zone):
        return
    silent = [file for _, file in rows]
    words = {"confirm_by": last, "silent": silent, "action_text": "Voir les attributions sans réponse"}
    tell_managers(tx, campaign, "campaigns/award_unconfirmed", message.id, AWAITED_PAGE, **words)


def tell_confirmation(tx: Tx, message: OutboxMessage) -> None:
    """Acknowledge a confirmation to whoever writes in the organisation's files."""
    journey = _journey(tx, message)
    words = {
        "award": journey.award,
        "gives": journey.gives,
        "referent": shown_referent(journey.award.referent or {}),
        "action_text": "Suivre le parcours",
    }
    _tell(tx, "award_confirmed", message, journey, words)


def tell_refusal(tx: Tx, message: OutboxMessage) -> None:
    """Tell the ARS that a place is free."""
    journey = _journey(tx, message)
    words = {"candidacy": journey.candidacy, "motive": journey.award.motive, "action_text": "Voir les attributions"}
    tell_managers(tx, journey.campaign, "campaigns/award_declined", message.id, AWARDS_PAGE, **words)


def tell_lapse(tx: Tx, message: OutboxMessage) -> None:
    """Tell the people of an organisation that its award was declared lapsed."""
    journey = _journey(tx, message)
    _tell(tx, "award_lapsed", message, journey, {"award": journey.award, "action_text": "Voir le dossier"})


def _journey(tx: Tx, message: OutboxMessage) -> Journey:
    (found,) = journeys(tx, [awards.get_award(tx.session, message.subject_id)])
    return found


def _tell(tx: Tx, what: str, message: OutboxMessage, journey: Journey, words: Mapping[str, object]) -> None:
    news = FileNews(journey.campaign, journey.candidacy, words, _page(journey.award))
    tell_members(tx, what, message.id, [news], WRITERS)


def _page(award: Award) -> str:
    return f"/awards/{award.id}"
