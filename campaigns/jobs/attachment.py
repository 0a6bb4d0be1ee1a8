"""Attachments that wait for the antivirus, uploads that nobody finished: an errand; who is told of what it found."""

from campaigns.models import Attachment
from campaigns.queries import candidacy as candidacies
from campaigns.service.draft import drafts_of
from campaigns.service.notice import WRITERS, FileNews, tell_members
from campaigns.service.scanning import NAME, run, wanted
from kit.errand import Errand
from kit.outbox import OutboxMessage
from kit.transaction import Tx

ATTACHMENTS = Errand(NAME, wanted, run)


def tell_condemnation(tx: Tx, message: OutboxMessage) -> None:
    """Say to whoever writes in the file that a harmful program is in one they joined, and what to do now.

    Nothing once it is gone: there is nothing left to do.
    """
    attachment = tx.session.get(Attachment, (tx.tenant_id, message.subject_id))
    if attachment is None:
        return
    (draft,) = drafts_of(tx, [candidacies.get_candidacy(tx.session, attachment.candidacy_id)])
    field, moment = draft.form.fields.get(attachment.field), draft.moment
    words = {
        "attachment": attachment,
        "question": field.label if field else "",
        "closes_at": moment.window.closes_at if moment.status == "open" and moment.window else None,
        "action_text": "Ouvrir le dossier",
    }
    tell_members(tx, "attachment_condemned", attachment.id, [FileNews(draft.campaign, draft.candidacy, words)], WRITERS)
