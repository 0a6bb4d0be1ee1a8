"""Files whose period is over: drafts that nobody submitted go; of the others the answers go, the decision stays.

What a decision rests on is kept: verdict, score, motive, award, proofs, the receipt with its digest and signature.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, cast, delete, exists, func, select, update
from sqlalchemy.types import Date, DateTime

from campaigns.models import (
    AnswerRevision,
    Attachment,
    AttachmentUpload,
    Award,
    Campaign,
    CampaignWindow,
    Candidacy,
    Review,
    Submission,
    Verdict,
)
from campaigns.rules.attachment import place
from campaigns.service.upload import forget_pieces
from kit.retention import Expiring
from kit.storage import storage
from kit.transaction import Tx
from tenants.rules.person import NOBODY

SELECTED = ("accepted",)
OTHERS = ("refused", "waitlisted", "withdrawn")


def _drafts(before: datetime) -> Select[Any, Any]:
    closed = (
        select(func.max(CampaignWindow.closes_at))
        .where(CampaignWindow.tenant_id == Candidacy.tenant_id, CampaignWindow.campaign_id == Candidacy.campaign_id)
        .scalar_subquery()
    )
    submitted = exists().where(Submission.tenant_id == Candidacy.tenant_id, Submission.candidacy_id == Candidacy.id)
    return select(Candidacy.id, closed.label("since")).where(
        Candidacy.state.in_(("draft", "withdrawn")), ~submitted, closed < before
    )


def _remove_drafts(tx: Tx, files: Sequence[UUID]) -> None:
    forget_attachments(tx, files)
    for model in (Review, Verdict, AnswerRevision):
        tx.session.execute(delete(model).where(model.candidacy_id.in_(files)))
    tx.session.execute(delete(Candidacy).where(Candidacy.id.in_(files)))


def _decided(states: Sequence[str], since: Any, before: datetime) -> Select[Any, Any]:
    """Files in these states whose content is still there."""
    there = exists().where(
        Submission.tenant_id == Candidacy.tenant_id,
        Submission.candidacy_id == Candidacy.id,
        Submission.erased_at.is_(None),
    )
    return (
        select(Candidacy.id, since.label("since"))
        .join(Campaign, and_(Campaign.tenant_id == Candidacy.tenant_id, Campaign.id == Candidacy.campaign_id))
        .outerjoin(Award, and_(Award.tenant_id == Candidacy.tenant_id, Award.candidacy_id == Candidacy.id))
        .where(Candidacy.state.in_(states), there, since < before)
    )


def _refused(before: datetime) -> Select[Any, Any]:
    return _decided(OTHERS, func.coalesce(Campaign.released_at, Candidacy.withdrawn_at), before)


def _selected(before: datetime) -> Select[Any, Any]:
    """From the end of the path, where one is known; never before the decisions were told."""
    end = cast(cast(func.coalesce(Award.complete_on, Campaign.complete_on), Date), DateTime(timezone=True))
    return _decided(SELECTED, func.greatest(Campaign.released_at, end), before)


def forget_attachments(tx: Tx, files: Sequence[UUID]) -> None:
    """Remove all that is joined to these files. The bytes leave before the rows are committed: what is left by an
    interruption is found again by its row."""
    gone = delete(Attachment).where(Attachment.candidacy_id.in_(files)).returning(Attachment.id)
    for attachment_id in tx.session.scalars(gone).all():
        storage().forget(place(tx.tenant_id, attachment_id))
    begun = tx.session.scalars(select(AttachmentUpload).where(AttachmentUpload.candidacy_id.in_(files))).all()
    for upload in begun:
        forget_pieces(upload)
        tx.session.delete(upload)
    tx.session.flush()


def _forget_answers(tx: Tx, files: Sequence[UUID]) -> None:
    forget_attachments(tx, files)
    quick = {"synchronize_session": False}
    named = (
        (update(Submission).where(Submission.candidacy_id.in_(files), Submission.erased_at.is_(None)))
        .values(content="{}", erased_at=tx.now)
        .execution_options(**quick)
    )
    tx.session.execute(named)
    tx.session.execute(delete(AnswerRevision).where(AnswerRevision.candidacy_id.in_(files)))
    blank = update(Candidacy).where(Candidacy.id.in_(files))
    tx.session.execute(blank.values(answers={}, revision=Candidacy.revision + 1).execution_options(**quick))
    noted = update(Review).where(Review.candidacy_id.in_(files), Review.note != "")
    tx.session.execute(noted.values(note="", revision=Review.revision + 1).execution_options(**quick))
    contact = update(Award).where(Award.candidacy_id.in_(files), Award.referent.is_not(None))
    tx.session.execute(contact.values(referent=dict(NOBODY)).execution_options(**quick))


EXPIRING = (
    Expiring("candidacy_draft", _drafts, _remove_drafts),
    Expiring("candidacy_refused", _refused, _forget_answers),
    Expiring("candidacy_selected", _selected, _forget_answers),
)
