"""Files that no row names: of a machine that died between the disk and the database. Removed once a day, a day old."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Select, select

from bookings.models import Deliverable
from campaigns.models import Attachment, AttachmentUpload
from kit import queue
from kit.actor import system
from kit.errand import Errand, Stop
from kit.storage import storage
from kit.transaction import transaction
from privacy.models import PersonalExport
from services_catalog.models import PriceSchedule
from tenants.models import OrganisationClaim, TenantExport

NAME = "lost-files"
EVERY = 24 * 3600  # seconds
YOUNG = timedelta(days=1)  # longer than any command between its file and its row
# A file is named after its row, whose identifier says when it came: everything below has one, or is left alone.
IDENTIFIER = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
# By first part of the name: the rows whose files are kept.
ROWS: Mapping[str, Select[Any]] = {
    "attachments": select(Attachment.id),
    "pieces": select(AttachmentUpload.id),
    "deliverables": select(Deliverable.id),
    "schedules": select(PriceSchedule.id),
    "claims": select(OrganisationClaim.id),
    "tenants": select(PersonalExport.id).where(PersonalExport.state.in_(("asked", "ready"))),
    "exports": select(TenantExport.id).where(TenantExport.state.in_(("asked", "running", "ready"))),
}
log = structlog.get_logger("crrc.storage")


def wanted(tenant_id: UUID) -> int:
    """One worker, once a day; sooner when Redis has forgotten."""
    return int(queue.take(f"{NAME}-{tenant_id}", EVERY))


def sweep(tenant_id: UUID, stop: Stop = lambda: False) -> int:
    """Remove the portal's lost files; returns how many. The names are read before the rows: what comes meanwhile is
    known, or young."""
    names = storage().names(tenant_id)
    with transaction(system(tenant_id, NAME)) as tx:
        known = {kind: set(tx.session.scalars(rows)) for kind, rows in ROWS.items()}
        before = tx.now - YOUNG
    done = 0
    for name in names:
        owner = owner_of(name)
        if owner is None or owner in known[name.partition("/")[0]] or came_at(owner) >= before.timestamp():
            continue
        if stop():
            break
        storage().forget(name)
        log.warning("file.lost", name=name)
        done += 1
    return done


def owner_of(name: str) -> UUID | None:
    """The row a file is named after; None for what is named otherwise, by its digest for one."""
    kind, _, rest = name.split("/", 2)
    found = IDENTIFIER.search(rest)
    return UUID(found[0]) if found and kind in ROWS else None


def came_at(identifier: UUID) -> float:
    """When a UUIDv7 was made: seconds since 1970."""
    return (identifier.int >> 80) / 1000


LOST_FILES = Errand(NAME, wanted, sweep)
