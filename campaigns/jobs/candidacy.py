"""What the people of an organisation are told of their file: received, withdrawn, or not submitted yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from campaigns.models import CampaignWindow
from campaigns.queries import campaign as campaigns
from campaigns.queries import candidacy as candidacies
from campaigns.queries import submission as submissions
from campaigns.rules.document.campaign import stored
from campaigns.rules.form import progress
from campaigns.rules.reminder import current_reminder
from campaigns.service.draft import Draft, drafts_of
from campaigns.service.notice import EVERYBODY, WRITERS, FileNews, tell_members
from campaigns.service.receipt import address, local_time
from kit.outbox import OutboxMessage
from kit.transaction import Tx
from tenants.models import Tenant


def acknowledge_submission(tx: Tx, message: OutboxMessage) -> None:
    """Acknowledge one submission to whoever writes in the file; another submission has its own news."""
    submission = submissions.find_submission_at(tx.session, message.subject_id, message.emitted_at)
    if submission is None:
        return
    (draft,) = drafts_of(tx, [candidacies.get_candidacy(tx.session, message.subject_id)])
    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    words = {
        "submission": submission,
        "received": local_time(submission, draft.campaign.zone),
        "receipt_url": address(tenant, submission.code),
        "closes_at": _closing(draft),
        "action_text": "Voir le dossier et son accusé de réception",
    }
    _tell(tx, "submission", submission.id, [draft], WRITERS, {draft.candidacy.id: words})


def tell_withdrawal(tx: Tx, message: OutboxMessage) -> None:
    """Say that a submitted file was withdrawn; a draft that is given up is nobody's news."""
    (draft,) = drafts_of(tx, [candidacies.get_candidacy(tx.session, message.subject_id)])
    if draft.candidacy.submitted_at is None:
        return
    words = {
        "withdrawn_at": message.emitted_at,
        "closes_at": _closing(draft),
        "action_text": "Voir le dossier",
    }
    _tell(tx, "withdrawal", message.id, [draft], WRITERS, {draft.candidacy.id: words})


def remind_unsubmitted(tx: Tx, message: OutboxMessage) -> None:
    """Remind the people of each draft that it is not submitted.

    Says nothing when the window is not open any more, nor when a reminder nearer to the closing is due as well: workers
    that were down for a week do not send three mails at once, and never announce what is over.
    """
    campaign = campaigns.get_campaign_by_id(tx.session, message.subject_id)
    number, _, key = message.key.partition(":")
    document = stored(campaigns.get_version(tx.session, campaign).document, campaign.zone)
    if campaign.state != "published" or current_reminder(document, int(number), tx.now) != key:
        return
    drafts = drafts_of(tx, candidacies.list_drafts(tx.session, campaign.id))
    opened = [draft for draft in drafts if _closing(draft) and _number(draft) == int(number)]
    words = {
        draft.candidacy.id: {
            "closes_at": _closing(draft),
            "gaps": len(progress(draft.form, draft.answers).gaps),
            "action_text": "Ouvrir le dossier",
        }
        for draft in opened
    }
    _tell(tx, "reminder", message.id, opened, EVERYBODY, words)


def _closing(draft: Draft) -> datetime | None:
    """The last accepted second, when the window is open now; None otherwise."""
    moment = draft.moment
    return moment.window.closes_at if moment.status == "open" and moment.window else None


def _number(draft: Draft) -> int | None:
    found = draft.moment.window
    return found.number if isinstance(found, CampaignWindow) else None


def _tell(
    tx: Tx, what: str, occasion: UUID, drafts: list[Draft], roles: tuple[str, ...], words: Mapping[UUID, dict[str, Any]]
) -> None:
    news = [FileNews(one.campaign, one.candidacy, words[one.candidacy.id]) for one in drafts]
    tell_members(tx, what, occasion, news, roles)
