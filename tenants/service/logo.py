"""The portal's logo: sent by a manager, kept as a PNG of ours, shown to everybody."""

from uuid import UUID

from kit import signing
from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import permit
from kit.storage import keep_bytes, storage
from kit.transaction import transaction
from tenants.gateway.picture import logo_png
from tenants.models import Tenant
from tenants.permissions import PERMISSIONS
from tenants.service.portal import forget_portals
from tenants.service.profile import portal_of, set_part


def set_logo(actor: Actor, content: bytes, version: str | None = None) -> str:
    """Keep a picture as the portal's logo; returns its SHA-256. Raises Invalid (logo), Stale.

    `version` is that of the form; None for the operator, who has none.
    """
    permit(PERMISSIONS, actor, "tenant.brand")
    picture = logo_png(content)
    digest = signing.sha256(picture)
    if actor.tenant_id is None:
        raise NotFound()
    keep_bytes(_place(actor.tenant_id, digest), picture)
    _write(actor, digest, version)
    return digest


def remove_logo(actor: Actor, version: str) -> None:
    """No logo any more. Raises Stale."""
    _write(actor, None, version)


def read_logo(tenant: Tenant) -> bytes:
    """The logo's PNG. Raises NotFound when there is none."""
    if tenant.logo is None:
        raise NotFound()
    with storage().open(_place(tenant.id, tenant.logo)) as file:
        return file.read()


def _write(actor: Actor, digest: str | None, version: str | None) -> None:
    with transaction(actor) as tx:
        known = portal_of(tx, lock=True).version("logo") if version is None else version
        set_part(tx, "tenant.brand", "logo", {"logo": digest}, known, sha256=digest)
    forget_portals()


def _place(tenant_id: UUID, digest: str) -> str:
    return f"logos/{tenant_id}/{digest}.png"
