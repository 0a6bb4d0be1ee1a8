"""What is joined to a file: added, removed, opened. What is acknowledged is on disk, and in the draft's answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from campaigns.models import Attachment, Candidacy, Submission
from campaigns.permissions import PERMISSIONS
from campaigns.queries import attachment as queries
from campaigns.queries import candidacy as candidacies
from campaigns.rules import attachment as rules
from campaigns.rules import filing
from campaigns.rules.attachment import Joined, Sent
from campaigns.rules.form import Form, FormField, SubmittedFile, files, submitted_files
from campaigns.rules.form.reading import Value
from campaigns.service.draft import Draft, open_draft
from campaigns.service.saving import NO_FIELD, record
from kit import clamd, limits, signing
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Invalid
from kit.file_name import clean_name
from kit.permissions import allows, permit
from kit.storage import kept_first, let_go, storage
from kit.transaction import Tx, transaction

DAY = timedelta(days=1)
TOO_MANY = "Vous avez envoyé beaucoup de fichiers aujourd’hui."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: BinaryIO


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is joined, with its question and all that the question has now."""

    attachment: Attachment
    field: FormField
    answer: Value


@dataclass(frozen=True, slots=True)
class Piece:
    """A file that a submission names, with what is kept of it: None once its period is over."""

    said: SubmittedFile
    attachment: Attachment | None


def add_attachment(actor: Actor, candidacy_id: UUID, key: str, upload: Upload) -> Kept:
    """Join a file to the question `key`. The same bytes twice in one question are one file.

    Nothing of it is audited: like any answer it is in the draft's history, with who added it. Raises NotFound,
    Forbidden, Conflict when the question or the file takes no more, Invalid (by the question's key) for what is not
    accepted, TooManyRequests.
    """
    draft, field = open_question(actor, candidacy_id, key)
    count_look(actor)
    content = upload.content.read(field.max_bytes + 1)
    if not upload.name and not content:
        raise rules.refusal(field, "Choisissez un fichier.")
    return join(actor, draft, field, rules.look(field, content, clean_name(upload.name, "piece")))


def remove_attachment(actor: Actor, attachment_id: UUID) -> Candidacy:
    """Take a file away: for good, unless a submission names it. Raises NotFound, Conflict when the file stands."""
    with transaction(actor) as tx:
        attachment, candidacy = queries.get_attachment(tx.session, attachment_id)
        draft = open_draft(tx, candidacy.id, "attachment.remove", lock=True)
        check_writable(draft)
        if attachment.removed_at is None:
            before = draft.answers.get(attachment.field)
            if str(attachment_id) in {one["id"] for one in files.entries(before)}:
                write_answer(tx, draft, attachment.field, files.without(before, attachment_id))
            if attachment.submitted_at is not None:
                attachment.removed_at = tx.now
            else:
                tx.session.delete(attachment)
    if attachment.removed_at is None:  # its row is gone: what is left of it by an interruption is swept
        let_go(rules.place(attachment.tenant_id, attachment_id))
    return draft.candidacy


def list_attachments(actor: Actor, candidacy_id: UUID) -> Sequence[Attachment]:
    """What a file has: now for its people, as it was submitted for the authority. Raises NotFound."""
    with transaction(actor) as tx:
        candidacy = candidacies.get_candidacy(tx.session, candidacy_id)
        permit(PERMISSIONS, actor, "attachment.view", candidacy)
        own = allows(PERMISSIONS, actor, "candidacy.read", candidacy)
        return queries.list_attachments(tx.session, candidacy_id, submitted=not own)


def view_attachment(actor: Actor, attachment_id: UUID) -> Attachment:
    """What is known of a file that the actor may open. Raises NotFound, also to strangers; Conflict while, or when,
    the antivirus forbids."""
    with transaction(actor) as tx:
        attachment, candidacy = queries.get_attachment(tx.session, attachment_id)
        permit(PERMISSIONS, actor, "attachment.view", Joined(candidacy.organisation_id, attachment.submitted_at))
        rules.check_open(attachment.state, is_own=allows(PERMISSIONS, actor, "candidacy.read", candidacy))
        return attachment


def read_attachment(actor: Actor, attachment_id: UUID) -> tuple[Attachment, bytes]:
    """A file and its content. Raises as `view_attachment`."""
    attachment = view_attachment(actor, attachment_id)
    with storage().open(rules.place(attachment.tenant_id, attachment_id)) as file:
        return attachment, file.read()


def pieces_of(tx: Tx, submission: Submission) -> list[Piece]:
    """The files that a submission names. No query where it names none."""
    named = submitted_files(submission.content)
    rows = queries.list_attachments(tx.session, submission.candidacy_id, submitted=True) if named else ()
    known = {(row.field, row.sha256): row for row in rows}
    return [Piece(one, known.get((one.field, one.sha256))) for one in named]


def keep_submitted(tx: Tx, form: Form, answers: Any) -> None:
    """A submission names the files of these answers. No query where there are none."""
    named = files.kept_ids(form, answers)
    if named:
        queries.mark_submitted(tx.session, named, tx.now)


def open_question(actor: Actor, candidacy_id: UUID, key: str) -> tuple[Draft, FormField]:
    """A file and its question, when the actor may join something there now: before anything is looked into."""
    with transaction(actor) as tx:
        draft = open_draft(tx, candidacy_id, "attachment.add")
        check_writable(draft)
        field = next((one for one in draft.form.files if one.key == key), None)
        if field is None:
            raise Invalid(rules.NOT_JOINED, {"field": NO_FIELD})
        return draft, field


def count_look(actor: Actor) -> None:
    """Count one more file that is looked into. Raises TooManyRequests."""
    limits.hit("attachment", str(actor.user_id or actor.session_id), rules.MOST_A_DAY, DAY, TOO_MANY)


def join(actor: Actor, draft: Draft, field: FormField, sent: Sent, upload_id: UUID | None = None) -> Kept:
    """Keep the bytes, then say so in one short transaction; what is refused there leaves nothing behind.

    `upload_id` is the upload that the file came by, which remembers what it became.
    """
    digest = signing.sha256(sent.content)
    made = Attachment(
        id=uuid7(),
        candidacy_id=draft.candidacy.id,
        field=field.key,
        name=sent.name,
        content_type=sent.content_type,
        size=len(sent.content),
        sha256=digest,
        state="pending" if clamd.is_on() else "unscanned",
        added_by=actor.user_id,
    )
    value = draft.answers.get(field.key)
    if files.same_file(value, digest) is None:
        rules.check_room(field, value)
    place = rules.place(draft.candidacy.tenant_id, made.id)
    with kept_first(place, sent.content), transaction(actor) as tx:
        kept = _join(tx, draft, field, made)
        if upload_id is not None:
            queries.get_upload(tx.session, upload_id, lock=True).attachment_id = kept.attachment.id
    if kept.attachment is not made:
        let_go(place)
    return kept


def check_writable(draft: Draft) -> None:
    """Raise as `filing.check_save`: what may be typed may be joined, what stands stands."""
    filing.check_save(draft.campaign.state, draft.candidacy.state, draft.moment, draft.campaign.zone)


def write_answer(tx: Tx, draft: Draft, key: str, value: Value) -> None:
    """Put a value in a locked draft, under a new revision, with its line in the history."""
    candidacy = draft.candidacy
    kept = {**draft.answers, key: value}
    candidacy.revision += 1
    candidacy.answers = {name: one for name, one in kept.items() if one is not None}
    candidacy.form_version = draft.version.form_version
    candidacy.saved_at = tx.now
    record(tx, candidacy, key, value, kept=True)


def _join(tx: Tx, draft: Draft, field: FormField, made: Attachment) -> Kept:
    fresh = _again(tx, draft)
    check_writable(fresh)
    value = fresh.answers.get(field.key)
    known = files.same_file(value, made.sha256)
    if known is not None:
        return Kept(queries.get_attachment(tx.session, UUID(known["id"]))[0], field, value)
    rules.check_room(field, value)
    made.added_at = tx.now
    tx.add(made)
    said = files.entry(made.id, made.name, made.size, made.sha256, made.content_type)
    answer: Value = [*files.entries(value), said]
    write_answer(tx, fresh, field.key, answer)
    return Kept(made, field, answer)


def _again(tx: Tx, draft: Draft) -> Draft:
    """The draft as it stands now, locked; its call is not read twice in one request."""
    candidacy = candidacies.get_candidacy(tx.session, draft.candidacy.id, lock=True)
    if candidacy.form_version != draft.version.form_version:  # its answers follow an older form
        return open_draft(tx, candidacy.id, "attachment.add")
    return replace(draft, candidacy=candidacy, answers=dict(candidacy.answers))
