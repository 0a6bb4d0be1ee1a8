"""Everything of a portal, asked by one of its managers: asked for, listed, taken away, forgotten after seven days."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO
from uuid import UUID

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, NotFound
from kit.permissions import permit
from kit.storage import storage
from kit.transaction import transaction
from tenants.models import TenantExport
from tenants.permissions import PERMISSIONS
from tenants.queries import portal as queries
from tenants.rules.export import EXPORT


def list_exports(actor: Actor) -> Sequence[TenantExport]:
    """The last exports of the actor's portal, the newest first."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "tenant_export.view")
        return queries.list_exports(tx.session)


def ask_export(actor: Actor) -> TenantExport:
    """Ask for an archive of everything. Workers make it. Raises Conflict while another one is being made."""
    with transaction(actor) as tx:
        queries.get_tenant(tx.session, tx.tenant_id, lock=True)
        permit(PERMISSIONS, actor, "tenant_export.ask")
        if queries.find_unfinished_export(tx.session) is not None:
            raise Conflict("Un export est déjà en cours. Il sera prêt dans quelques minutes.")
        export = TenantExport(id=uuid7(), state=EXPORT.initial, asked_by=actor.user_id, asked_at=tx.now)
        tx.audit("tenant_export.ask", export.id)
        tx.emit("tenant_export.ask", export.id)
        return tx.add(export)


@contextmanager
def fetch_export(actor: Actor, export_id: UUID) -> Iterator[tuple[TenantExport, BinaryIO]]:
    """The archive, to be read piece by piece; who took it is noted. Raises NotFound, Conflict when it is not there."""
    with transaction(actor) as tx:
        export = queries.get_export(tx.session, tx.tenant_id, export_id, lock=True)
        permit(PERMISSIONS, actor, "tenant_export.download", export)
        if export.state != "ready" or export.stored is None or (export.expires_at or tx.now) <= tx.now:
            raise Conflict(EXPORT_AWAY)
        stored, export.fetched_at = export.stored, tx.now
        tx.audit("tenant_export.download", export.id, sha256=export.sha256)
    with storage().open(stored) as file:
        yield export, file


def newest_export(actor: Actor) -> TenantExport:
    """The archive that the operator may hand over: the last one that a manager asked for and that is ready."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "tenant_export.view")
        found = queries.find_ready_export(tx.session, tx.now)
        if found is None:
            raise NotFound(
                "Aucun export n’est prêt. Un gestionnaire du GRADeS en demande un depuis les réglages de son portail."
            )
        return found


EXPORT_AWAY = "Cet export n’est pas prêt, ou n’est plus là. Demandez-en un autre."
