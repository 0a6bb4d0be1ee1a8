"""Attachments of files, those on their way in pieces, and what waits for an antivirus."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, and_, exists, select, update
from sqlalchemy.orm import Session

from campaigns.models import Attachment, AttachmentUpload, Candidacy
from kit.errors import NotFound

NO_ATTACHMENT = "Ce fichier n’existe pas, ou vous n’y avez pas accès."
NO_UPLOAD = "Cet envoi n’existe plus\N{NO-BREAK SPACE}: recommencez-le."


def get_attachment(session: Session, attachment_id: UUID) -> Row[Attachment, Candidacy]:
    """An attachment with the file it is joined to. Raises NotFound."""
    joined = and_(Candidacy.tenant_id == Attachment.tenant_id, Candidacy.id == Attachment.candidacy_id)
    query = select(Attachment, Candidacy).join(Candidacy, joined).where(Attachment.id == attachment_id)
    found = session.execute(query).first()
    if found is None:
        raise NotFound(NO_ATTACHMENT)
    return found


def list_attachments(session: Session, candidacy_id: UUID, submitted: bool = False) -> Sequence[Attachment]:
    """What a file has now, or (`submitted`) all that its submissions name; in the order it was added."""
    query = select(Attachment).where(Attachment.candidacy_id == candidacy_id).order_by(Attachment.id)
    kept = Attachment.submitted_at.is_not(None) if submitted else Attachment.removed_at.is_(None)
    return session.scalars(query.where(kept)).all()


def list_condemned(session: Session, candidacy_id: UUID) -> Sequence[str]:
    """The names of the files that a file still has, and in which a harmful program was found."""
    found = select(Attachment.name).where(Attachment.candidacy_id == candidacy_id, Attachment.removed_at.is_(None))
    return session.scalars(found.where(Attachment.state == "infected").order_by(Attachment.id)).all()


def mark_submitted(session: Session, attachment_ids: Collection[UUID], now: datetime) -> None:
    """From now on the authority may read them, and they are kept as long as the submission."""
    named = update(Attachment).where(Attachment.id.in_(attachment_ids), Attachment.submitted_at.is_(None))
    session.execute(named.values(submitted_at=now).execution_options(synchronize_session=False))


def get_upload(session: Session, upload_id: UUID, lock: bool = False) -> AttachmentUpload:
    """A file on its way; locked on request, so that its pieces take turns. Raises NotFound."""
    query = select(AttachmentUpload).where(AttachmentUpload.id == upload_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(NO_UPLOAD)
    return found


def list_uploads(session: Session, candidacy_id: UUID) -> Sequence[AttachmentUpload]:
    """What is on its way to a file, the oldest first."""
    query = select(AttachmentUpload).where(AttachmentUpload.candidacy_id == candidacy_id)
    return session.scalars(query.order_by(AttachmentUpload.id)).all()


def find_old_upload(session: Session, before: datetime) -> AttachmentUpload | None:
    """One that was begun before an instant, that no other worker has."""
    query = select(AttachmentUpload).where(AttachmentUpload.begun_at < before).order_by(AttachmentUpload.begun_at)
    return session.scalar(query.limit(1).with_for_update(skip_locked=True))


def has_old_upload(session: Session, before: datetime) -> bool:
    """Whether there is one."""
    return bool(session.scalar(select(exists().where(AttachmentUpload.begun_at < before))))


def find_unscanned(session: Session, after: UUID | None = None) -> Attachment | None:
    """The oldest one that no antivirus has answered for, after another."""
    query = select(Attachment).where(Attachment.scanned_at.is_(None)).order_by(Attachment.id).limit(1)
    return session.scalar(query if after is None else query.where(Attachment.id > after))


def has_unscanned(session: Session) -> bool:
    """Whether there is one."""
    return bool(session.scalar(select(exists().where(Attachment.scanned_at.is_(None)))))
