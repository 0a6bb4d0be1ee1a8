"""Copies of what is kept of somebody: asked once, made by a worker that says how far it is, kept for a week.

The account's own traces (sessions, identities, factors) are everybody's alone: they are in the copy that a person asks
for themself, never in one that a GRADeS makes for a letter, since they belong to every portal.
"""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, delete

from kit.actor import Actor, system
from kit.db import uuid7
from kit.errand import Stop
from kit.errors import Conflict, NotFound, Unauthenticated
from kit.permissions import permit
from kit.storage import keep_bytes, storage
from kit.transaction import Tx, transaction
from notifications.service.notices import NewNotice, notify
from privacy.gateway.paper_pdf import make_pdf
from privacy.models import PersonalExport
from privacy.permissions import PERMISSIONS
from privacy.queries import request as queries
from privacy.rules.paper import copy_paper
from privacy.service.collecting import PACKAGES, collect_part, parts, person_of
from privacy.service.erasure import person_of as person_asking
from tenants.models import Tenant, User
from tenants.rules.person import Person

NAME = "copies de données"
KEPT_FOR = timedelta(days=7)
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 5
log = structlog.get_logger("crrc.privacy")


@dataclass(frozen=True, slots=True)
class Made:
    """A file of a copy: what it is called, its bytes."""

    name: str
    content_type: str
    content: bytes


def ask_export(actor: Actor, request_id: UUID | None = None) -> PersonalExport:
    """Ask for a copy of one's own data; with `request_id`, for the person of a request that came by letter.

    While one is being made, a second asking finds it. Raises NotFound.
    """
    with transaction(actor) as tx:
        user_id = actor.user_id
        if user_id is None:
            raise Unauthenticated()
        if request_id is not None:
            row = queries.get_request(tx.session, tx.tenant_id, request_id, lock=True)
            permit(PERMISSIONS, actor, "privacy_request.list", row)
            user_id = row.user_id
        else:
            permit(PERMISSIONS, actor, "personal_export.ask")
            tx.session.get_one(User, user_id, with_for_update={"key_share": True})
        waiting = [one for one in queries.list_exports(tx.session, user_id, request_id) if one.state == "asked"]
        if waiting:
            return waiting[0]
        made = PersonalExport(
            id=uuid7(), user_id=user_id, request_id=request_id, asked_at=tx.now, next_attempt_at=tx.now
        )
        tx.add(made)
        tx.audit("personal_export.ask", made.id, request=str(request_id) if request_id else None)
        return made


def open_export(actor: Actor, export_id: UUID, kind: str) -> Made:
    """The file of a copy (`json` or `pdf`). Raises NotFound, Conflict once it is not kept any more."""
    with transaction(actor) as tx:
        row = queries.get_export(tx.session, tx.tenant_id, export_id)
        permit(PERMISSIONS, actor, "personal_export.view", row)
        _refuse_for_others(tx, actor, row)
        permit(PERMISSIONS, actor, "personal_export.download", row)
        stored = row.stored_json if kind == "json" else row.stored_pdf
        if row.state != "ready" or stored is None or (row.expires_at and row.expires_at <= tx.now):
            raise Conflict("Cette copie n’est plus gardée\N{NO-BREAK SPACE}: demandez-en une autre.")
        tx.audit("personal_export.download", row.id, kind=kind)
        slug = tx.session.get_one(Tenant, tx.tenant_id).slug
    with storage().open(stored) as file:
        content = file.read()
    types = {"json": "application/json", "pdf": "application/pdf"}
    return Made(f"mes-donnees-{slug}.{kind}", types[kind], content)


def _refuse_for_others(tx: Tx, actor: Actor, row: PersonalExport) -> None:
    """What somebody asked for themself is for them alone: the GRADeS opens the copies made for its letters."""
    if row.request_id is None and row.user_id != actor.user_id:
        raise NotFound()


def exports_wanted(tenant_id: UUID) -> int:
    """One worker when a copy is to be made, or its week is over."""
    with transaction(system(tenant_id, NAME)) as tx:
        return min(queries.count_exports_due(tx.session, tx.now), 1)


def run_exports(tenant_id: UUID, stop: Stop) -> int:
    """Make what was asked, remove what is over."""
    done = 0
    while not stop() and (make_next(tenant_id) or expire_next(tenant_id)):
        done += 1
    return done


def make_next(tenant_id: UUID) -> bool:
    """Make one copy; False when none is asked. One that fails is tried again, five times."""
    claimed = _claim(tenant_id)
    if claimed is None:
        return False
    export_id, attempts = claimed
    try:
        _make(tenant_id, export_id)
    except NotFound:
        log.info("personal_export_gone", export_id=str(export_id))  # erased meanwhile
    except Exception as error:
        log.exception("personal_export_failed", export_id=str(export_id))
        _say_failure(tenant_id, export_id, attempts, error)
    return True


def _claim(tenant_id: UUID) -> tuple[UUID, int] | None:
    with transaction(system(tenant_id, NAME)) as tx:
        row = queries.take_export(tx.session, tx.now)
        if row is None:
            return None
        row.attempts += 1
        row.next_attempt_at = tx.now + LEASE
        return row.id, row.attempts


def _make(tenant_id: UUID, export_id: UUID) -> None:
    """A transaction for each part, so that the progress is seen and the lease renewed."""
    sections: list[dict[str, Any]] = []
    with transaction(system(tenant_id, NAME)) as tx:
        person, mine = _person(tx, queries.get_export(tx.session, tenant_id, export_id))
        tenant = tx.session.get_one(Tenant, tenant_id)
    looked = parts(mine)
    for rank, part in enumerate(looked, 1):
        with transaction(system(tenant_id, NAME)) as tx:
            sections += collect_part(tx, person, part)
            row = queries.get_export(tx.session, tenant_id, export_id, lock=True)
            if row.state == "asked":
                row.progress, row.next_attempt_at = rank * 90 // len(looked), tx.now + LEASE
            now = tx.now
    about = {
        "tenant": tenant.name,
        "person": {"email": person.email, "names": list(person.names)},
        "made_at": now,
        "sections": sections,
    }
    paper = make_pdf(copy_paper(tenant.name, tenant.colour, tenant.zone, about, _labels()), now)
    text = json.dumps(plain(about), ensure_ascii=False, indent=1).encode()
    _finish(
        tenant_id, export_id, (_keep(tenant_id, export_id, "json", text), _keep(tenant_id, export_id, "pdf", paper))
    )


def _labels() -> dict[str, dict[str, str]]:
    """By title of a section, the French label of each column."""
    found: dict[str, dict[str, str]] = {}
    for traces in PACKAGES.values():
        for trace in traces:
            found.setdefault(trace.title, {}).update(trace.shown)
    return found


def _person(tx: Tx, row: PersonalExport) -> tuple[Person, bool]:
    """Whose data, and whether they ask for themself."""
    if row.request_id is None:
        return person_of(tx, row.user_id), True
    return person_asking(tx, queries.get_request(tx.session, tx.tenant_id, row.request_id))[0], False


def plain(value: Any) -> Any:
    """As JSON: dates in ISO 8601, instants in UTC, identifiers as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def _keep(tenant_id: UUID, export_id: UUID, kind: str, content: bytes) -> str:
    """Made twice, it is kept under two names: what is kept never changes."""
    name = f"tenants/{tenant_id}/personal/{export_id}-{uuid7()}.{kind}"
    keep_bytes(name, content)
    return name


def _finish(tenant_id: UUID, export_id: UUID, names: tuple[str, str]) -> None:
    with transaction(system(tenant_id, NAME)) as tx:
        row = tx.session.get(PersonalExport, (tenant_id, export_id), with_for_update=True)
        if row is None or row.state != "asked":
            for name in names:
                storage().forget(name)  # another was faster, or the person is erased
            return
        row.stored_json, row.stored_pdf = names
        row.state, row.progress, row.ready_at, row.next_attempt_at = "ready", 100, tx.now, None
        row.expires_at, row.error = tx.now + KEPT_FOR, ""
        tx.audit("personal_export.ready", row.id)
        user = tx.session.get(User, row.user_id) if row.request_id is None else None
        if user is not None:
            notice = NewNotice(
                f"personal_export.ready:{row.id}",
                "privacy/export_ready",
                row.id,
                user.email,
                user.id,
                "/account/privacy",
                {"expires_at": row.expires_at},
            )
            notify(tx, notice)


def _say_failure(tenant_id: UUID, export_id: UUID, attempts: int, error: Exception) -> None:
    with transaction(system(tenant_id, NAME)) as tx:
        row = queries.get_export(tx.session, tenant_id, export_id, lock=True)
        if row.state == "asked":
            row.error = type(error).__name__
            if attempts >= MOST_ATTEMPTS:
                row.state, row.next_attempt_at = "failed", None


def forget_copies(tx: Tx, which: ColumnElement[bool]) -> int:
    """Remove copies with their files, before anything stops pointing at them; returns how many."""
    gone = delete(PersonalExport).where(which).returning(PersonalExport.stored_json, PersonalExport.stored_pdf)
    rows = tx.session.execute(gone).all()
    for name in (name for row in rows for name in row if name):
        storage().forget(name)
    return len(rows)


def expire_next(tenant_id: UUID) -> bool:
    """Remove the files of one copy whose week is over."""
    with transaction(system(tenant_id, NAME)) as tx:
        row = queries.take_expired(tx.session, tx.now)
        if row is None:
            return False
        for name in filter(None, (row.stored_json, row.stored_pdf)):
            storage().forget(name)
        row.state, row.stored_json, row.stored_pdf = "expired", None, None
        return True
