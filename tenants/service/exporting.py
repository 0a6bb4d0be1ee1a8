"""Making the archive of a whole portal: a few seconds at a time, by whichever worker is there.

What is written stays (gateway.archive): a worker that is killed loses at most its last ten seconds. Every row is of one
instant; files, which never change, follow.
"""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from kit import signing
from kit.actor import Actor, system
from kit.errors import NotFound
from kit.settings import settings
from kit.storage import storage
from kit.transaction import transaction
from tenants.gateway.archive import Draft, measure, pieces_of
from tenants.models import TenantExport
from tenants.queries import dump
from tenants.queries import portal as queries
from tenants.rules import export as rules

NAME = "export"
MANIFEST = "manifest.json"
ROWS_DONE = "schema.json"  # written last of all that comes from the database
ROWS_WEIGHT = 20  # percent
FAILED = (
    "L’archive n’a pas pu être écrite. Demandez-en une autre\N{NO-BREAK SPACE}; si cela se répète, "
    "prévenez qui exploite la plateforme."
)
UNTOUCHED = 86400.0  # seconds; a draft under way is written every few
Stop = Callable[[], bool]
log = structlog.get_logger("crrc.exports")


def count_work(tenant_id: UUID) -> int:
    """1 when there is an archive to make or to forget, else 0."""
    with transaction(system(tenant_id, NAME)) as tx:
        due = queries.find_work(tx.session, tx.now) is not None or bool(queries.list_expired(tx.session, tx.now))
    return int(due)


def work(tenant_id: UUID, stop: Stop) -> int:
    """Forget what is too old, then write until it is whole or `stop()`; returns how many archives were finished."""
    actor = system(tenant_id, NAME)
    forget_expired(actor)
    forget_drafts()
    export = _take(actor)
    if export is None:
        return 0
    try:
        return int(_write(actor, export, stop))
    except OperationalError:
        raise  # the database was away: whoever comes next goes on
    except Exception:
        log.exception("export.failed", tenant_id=str(tenant_id), export_id=str(export.id))
        _settle(actor, export.id, "fail", error=FAILED)
        shutil.rmtree(_folder(export), ignore_errors=True)
        return 0


def forget_expired(actor: Actor) -> int:
    """Remove the archives whose seven days are over; returns how many."""
    with transaction(actor) as tx:
        old = queries.list_expired(tx.session, tx.now)
        for export in old:
            if export.stored:
                storage().forget(export.stored)
            export.stored = None
            tx.advance(export, rules.EXPORT, "expire")
        return len(old)


def forget_drafts() -> int:
    """Remove the drafts of this machine that nobody touched for a day: another machine finished those archives."""
    old = [path for path in _drafts().glob("*/") if time.time() - path.stat().st_mtime > UNTOUCHED]
    for folder in old:
        shutil.rmtree(folder, ignore_errors=True)
    return len(old)


def _take(actor: Actor) -> TenantExport | None:
    with transaction(actor) as tx:
        export = queries.find_work(tx.session, tx.now)
        if export is None:
            return None
        if export.state == "asked":
            tx.advance(export, rules.EXPORT, "start")
            export.started_at = tx.now
        export.held_until = tx.now + rules.HELD
        return export


def _write(actor: Actor, export: TenantExport, stop: Stop) -> bool:
    """Go on with the draft. Returns whether it is whole."""
    draft = Draft(_folder(export))
    if not draft.has(ROWS_DONE):
        _write_rows(actor, draft)
    names = [name for name in storage().names(export.tenant_id) if rules.is_in_archive(name)]
    for number, name in enumerate(names):
        if stop():
            draft.pause()
            _settle(actor, export.id, None, progress=_progress(number, len(names)), held_until=None)
            return False
        _write_file(draft, name)
    if not draft.has(MANIFEST):
        _write_manifest(export, draft)
    draft.pause()
    _hand_over(actor, export, draft)
    return True


def _write_rows(actor: Actor, draft: Draft) -> None:
    tenant_id = actor.tenant_id
    if tenant_id is None:
        raise NotFound()
    with transaction(actor, snapshot=True, replica=True) as tx:
        dump.take_time(tx.session)
        for as_json, ending in ((False, "csv"), (True, "jsonl")):
            draft.add(f"rows/tenant.{ending}", dump.copy_portal(tx.session, tenant_id, as_json))
            draft.add(f"rows/people.{ending}", dump.copy_people(tx.session, tenant_id, as_json))
            for table in dump.tables():
                draft.add(f"rows/{table.name}.{ending}", dump.copy_table(tx.session, table, tenant_id, as_json))
        registers = dump.list_registers(tx.session, tenant_id)
    draft.add("LISEZMOI.txt", [rules.README.encode()])
    draft.add("registers.json", [_pretty(registers)])
    draft.add(ROWS_DONE, [_pretty({"format": rules.FORMAT, "tables": dump.describe()})])


def _write_file(draft: Draft, name: str) -> None:
    path = rules.path_in_archive(name)
    if draft.has(path):
        return
    try:
        with storage().open(name) as file:
            draft.add(path, pieces_of(file), squeeze=False)
    except NotFound:
        log.warning("export.file_gone", name=name)  # forgotten since the list was made


def _write_manifest(export: TenantExport, draft: Draft) -> None:
    manifest = {
        "format": rules.FORMAT,
        "tenant_id": str(export.tenant_id),
        "export_id": str(export.id),
        "asked_at": export.asked_at.isoformat(),
        "left_out": dump.left_out(),
        "known_keys": sorted(signing.known_keys()),
        "parts": [{"path": one.path, "bytes": one.bytes, "sha256": one.sha256} for one in draft.parts.values()],
    }
    signed = {
        "manifest": manifest,
        "public_key": signing.public_key(),
        "signature": signing.sign(signing.canonical(manifest)),
    }
    draft.add(MANIFEST, [_pretty(signed)])


def _hand_over(actor: Actor, export: TenantExport, draft: Draft) -> None:
    size, digest = measure(draft.file)
    stored = rules.storage_name(export.tenant_id, export.id, digest)
    storage().keep(stored, draft.file)
    with transaction(actor) as tx:
        row = queries.get_export(tx.session, tx.tenant_id, export.id, lock=True)
        row.stored, row.size_bytes, row.sha256 = stored, size, digest
        row.ready_at, row.expires_at = tx.now, tx.now + rules.KEPT
        row.progress, row.held_until = 100, None
        tx.advance(row, rules.EXPORT, "finish", sha256=digest, size=size)
    shutil.rmtree(_folder(export), ignore_errors=True)


def _settle(actor: Actor, export_id: UUID, move: str | None, **columns: Any) -> None:
    with transaction(actor) as tx:
        row = queries.get_export(tx.session, tx.tenant_id, export_id, lock=True)
        for name, value in columns.items():
            setattr(row, name, value)
        if move is not None:
            tx.advance(row, rules.EXPORT, move)


def _progress(done: int, total: int) -> int:
    return ROWS_WEIGHT + (100 - ROWS_WEIGHT) * done // max(total, 1)


def _folder(export: TenantExport) -> Path:
    return _drafts() / str(export.id)


def _drafts() -> Path:
    return settings().home / "exports"


def _pretty(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()
