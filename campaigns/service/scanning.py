"""What workers do for attachments: ask the antivirus, when there is one; forget what was begun and never finished."""

from uuid import UUID

import structlog

from campaigns.models import Attachment, Candidacy
from campaigns.queries import attachment as queries
from campaigns.rules import attachment as rules
from campaigns.rules import filing
from campaigns.rules.form import files
from campaigns.rules.states import ATTACHMENT
from campaigns.service.attachment import check_writable, write_answer
from campaigns.service.draft import open_draft
from campaigns.service.upload import forget_pieces
from kit import clamd
from kit.actor import system
from kit.errand import Stop
from kit.errors import NotFound
from kit.storage import storage
from kit.transaction import Tx, transaction

NAME = "attachments"
log = structlog.get_logger("crrc.attachments")


def wanted(tenant_id: UUID) -> int:
    """One worker when a file waits for the antivirus, or an upload is too old."""
    with transaction(system(tenant_id, NAME)) as tx:
        waits = clamd.is_on() and queries.has_unscanned(tx.session)
        return int(waits or queries.has_old_upload(tx.session, tx.now - rules.KEPT_UNFINISHED))


def run(tenant_id: UUID, stop: Stop) -> int:
    """Forget old uploads, then scan what waits, one file after the other. An antivirus that is away is asked later."""
    done = 0
    while not stop() and forget_next(tenant_id):
        done += 1
    after: UUID | None = None
    while clamd.is_on() and not stop():
        found = _next(tenant_id, after)
        if found is None:
            break
        after = found.id
        try:
            done += _scan(found)
        except clamd.Away as error:
            log.warning("antivirus.away", tenant_id=str(tenant_id), error=str(error))
            break
    return done


def forget_next(tenant_id: UUID) -> bool:
    """Remove one upload that is too old, and its pieces; False when there is none."""
    with transaction(system(tenant_id, NAME)) as tx:
        old = queries.find_old_upload(tx.session, tx.now - rules.KEPT_UNFINISHED)
        if old is None:
            return False
        forget_pieces(old)
        tx.session.delete(old)
        return True


def _next(tenant_id: UUID, after: UUID | None) -> Attachment | None:
    with transaction(system(tenant_id, NAME)) as tx:
        return queries.find_unscanned(tx.session, after)


def _scan(attachment: Attachment) -> int:
    """Ask outside of any transaction, then note the answer; 0 when the file went meanwhile."""
    try:
        with storage().open(rules.place(attachment.tenant_id, attachment.id)) as content:
            found = clamd.scan(content)
    except NotFound:
        log.warning("attachment.gone", attachment_id=str(attachment.id))
        return 0
    with transaction(system(attachment.tenant_id, NAME)) as tx:
        return _note(tx, attachment, found)


def _note(tx: Tx, attachment: Attachment, found: str) -> int:
    """The file's row is locked first, as everywhere: people add and remove under it."""
    tx.session.get_one(Candidacy, (tx.tenant_id, attachment.candidacy_id), with_for_update=True)
    row = tx.session.get(Attachment, (tx.tenant_id, attachment.id))
    if row is None or row.scanned_at is not None:
        return 0
    if row.state == "unscanned":
        tx.advance(row, ATTACHMENT, "wait")
    row.scanned_at = tx.now
    if not found:
        tx.advance(row, ATTACHMENT, "clear")
        return 1
    log.warning("attachment.infected", attachment_id=str(row.id), found=found)
    tx.advance(row, ATTACHMENT, "condemn", sha256=row.sha256)
    _ask_to_remove(tx, row)
    return 1


def _ask_to_remove(tx: Tx, row: Attachment) -> None:
    """While the file can still change, its question shows what must be done, and it is not submitted before."""
    draft = open_draft(tx, row.candidacy_id, "attachment.add")
    value = draft.answers.get(row.field)
    named = str(row.id) in {one["id"] for one in files.entries(value)}
    if named and filing.may(lambda: check_writable(draft)):
        write_answer(tx, draft, row.field, files.condemned(value, row.id))
