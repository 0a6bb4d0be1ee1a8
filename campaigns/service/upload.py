"""A file that comes in pieces: a line that drops, a machine that dies, and what was received is not sent again.

Pieces wait in the storage, which every machine reaches; the row says which ones count. Each is on disk before it is
acknowledged, and the same piece sent twice, here and there, is one.
"""

from uuid import UUID

from campaigns.models import AttachmentUpload
from campaigns.queries import attachment as queries
from campaigns.rules import attachment as rules
from campaigns.rules.form import FormField
from campaigns.service.attachment import Kept, check_writable, count_look, join, open_question
from campaigns.service.draft import Draft, open_draft
from kit import signing
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid, NotFound
from kit.file_name import clean_name
from kit.storage import keep_bytes, let_go, storage
from kit.transaction import Tx, transaction

NOT_ALL = "Il manque des morceaux de ce fichier\N{NO-BREAK SPACE}: continuez l’envoi."
ALTERED = "Ce morceau n’est pas arrivé tel qu’il est parti. Renvoyez-le."
TOO_MUCH = "Ce morceau dépasse la fin du fichier."
TOO_MANY = "Beaucoup d’envois sont déjà en cours dans ce dossier. Terminez-les, ou réessayez demain."


class Misplaced(Conflict):
    """The piece does not begin where the last one ended: the sender asks where to go on."""

    code = "offset_moved"


def begin_upload(actor: Actor, candidacy_id: UUID, key: str, name: str, size: int) -> AttachmentUpload:
    """Announce a file of `size` bytes for the question `key`. Raises as `add_attachment`, before anything is sent."""
    draft, field = open_question(actor, candidacy_id, key)
    clean = clean_name(name, "piece")
    rules.check_announced(field, clean, size)
    rules.check_room(field, draft.answers.get(key))
    count_look(actor)
    with transaction(actor) as tx:
        if len(queries.list_uploads(tx.session, candidacy_id)) >= rules.MOST_UPLOADS:
            raise Conflict(TOO_MANY)
        told = {"candidacy_id": candidacy_id, "field": key, "name": clean, "size": size}
        begun = {"begun_at": tx.now, "begun_by": actor.user_id}
        return tx.add(AttachmentUpload(id=uuid7(), received=0, pieces=[], **told, **begun))


def view_upload(actor: Actor, upload_id: UUID) -> AttachmentUpload:
    """How far it is. Raises NotFound to strangers, and once it is too old."""
    with transaction(actor) as tx:
        return _open(tx, upload_id)[0]


def receive_piece(actor: Actor, upload_id: UUID, offset: int, piece: bytes, sha256: str = "") -> AttachmentUpload:
    """Keep the bytes that begin at `offset`; `sha256` (hexadecimal) is what they must be.

    A piece that is there already is acknowledged again. Raises Misplaced when it begins elsewhere than where the last
    one ended, Invalid (`piece`) when it is altered or too long, NotFound, and as `filing.check_save` when it comes too
    late.
    """
    digest = signing.sha256(piece)
    with transaction(actor) as tx:
        upload, draft = _open(tx, upload_id)
        check_writable(draft)
        _check_piece(upload, offset, piece, sha256 or digest, digest)
    if not piece or _has(upload, offset, digest):
        return upload
    keep_bytes(rules.piece_place(upload.tenant_id, upload_id, offset, digest), piece)
    with transaction(actor) as tx:
        upload = queries.get_upload(tx.session, upload_id, lock=True)
        if not _has(upload, offset, digest):
            _check_place(upload, offset)
            upload.pieces = [*upload.pieces, {"offset": offset, "length": len(piece), "sha256": digest}]
            upload.received = offset + len(piece)
        return upload


def finish_upload(actor: Actor, upload_id: UUID) -> Kept:
    """Make an attachment of what was received, once; asked again, it is the same one.

    What is refused (Invalid) is forgotten with its pieces: the file must change. Raises Conflict while pieces miss.
    """
    with transaction(actor) as tx:
        upload, draft = _open(tx, upload_id)
        if upload.attachment_id is not None:
            made, _ = queries.get_attachment(tx.session, upload.attachment_id)
            return Kept(made, _field(draft, upload), draft.answers.get(upload.field))
        check_writable(draft)
        field = _field(draft, upload)
        if upload.received < upload.size:
            raise Conflict(NOT_ALL)
    try:
        sent = rules.look(field, _whole(upload), upload.name)
    except Invalid:
        cancel_upload(actor, upload_id)
        raise
    kept = join(actor, draft, field, sent, upload_id)
    forget_pieces(upload)
    return kept


def cancel_upload(actor: Actor, upload_id: UUID) -> None:
    """Forget an upload and its pieces; what it became, if anything, stays."""
    with transaction(actor) as tx:
        upload, _ = _open(tx, upload_id)
        tx.session.delete(upload)
    forget_pieces(upload)


def forget_pieces(upload: AttachmentUpload) -> None:
    """Remove the pieces that count. Twice is once."""
    for one in upload.pieces:
        let_go(rules.piece_place(upload.tenant_id, upload.id, one["offset"], one["sha256"]))


def _open(tx: Tx, upload_id: UUID) -> tuple[AttachmentUpload, Draft]:
    upload = queries.get_upload(tx.session, upload_id)
    return upload, open_draft(tx, upload.candidacy_id, "attachment.add")


def _field(draft: Draft, upload: AttachmentUpload) -> FormField:
    found = next((one for one in draft.form.files if one.key == upload.field), None)
    if found is None:
        raise NotFound(queries.NO_UPLOAD)
    return found


def _check_piece(upload: AttachmentUpload, offset: int, piece: bytes, wanted: str, digest: str) -> None:
    if wanted != digest:
        raise Invalid(ALTERED, {"piece": ALTERED})
    if len(piece) > rules.MOST_PIECE_BYTES or offset + len(piece) > upload.size:
        raise Invalid(TOO_MUCH, {"piece": TOO_MUCH})
    if not _has(upload, offset, digest):
        _check_place(upload, offset)


def _check_place(upload: AttachmentUpload, offset: int) -> None:
    if offset != upload.received:
        raise Misplaced(f"L’envoi continue à l’octet {upload.received}.")


def _has(upload: AttachmentUpload, offset: int, digest: str) -> bool:
    return any(one["offset"] == offset and one["sha256"] == digest for one in upload.pieces)


def _whole(upload: AttachmentUpload) -> bytes:
    """The pieces in order. Raises Conflict when one is not what was acknowledged: the sender begins again."""
    found = []
    for one in upload.pieces:
        with storage().open(rules.piece_place(upload.tenant_id, upload.id, one["offset"], one["sha256"])) as file:
            piece = file.read()
        if signing.sha256(piece) != one["sha256"]:
            raise Conflict(rules.CUT)
        found.append(piece)
    return b"".join(found)
