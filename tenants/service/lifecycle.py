"""The end of a portal, in steps that can be taken back: suspended, then deleted after thirty days."""

from datetime import timedelta

from kit.actor import Actor
from kit.errors import Conflict
from kit.french import NBSP, day
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries import portal as queries
from tenants.rules.profile import check_text
from tenants.service.portal import forget_portals

# Between the order to delete and the deletion: time for somebody to say no.
DELAY = timedelta(days=30)
# How old the archive that was taken away may be.
FETCHED_SINCE = timedelta(days=30)
DEFAULT_REASON = "Ce portail est suspendu à la demande de son éditeur."
CLOSING = "Ce portail ferme. Ses données ont été remises à son éditeur."


def suspend_tenant(actor: Actor, reason: str = "") -> Tenant:
    """Close the actor's portal for a while; `reason` is shown to everybody. Again: the reason changes."""
    with transaction(actor) as tx:
        tenant = _locked(tx, "tenant.suspend")
        _suspend(tx, tenant, check_text(reason, "reason", 500) or DEFAULT_REASON)
    forget_portals()
    return tenant


def resume_tenant(actor: Actor) -> Tenant:
    """Open it again: what was due meanwhile is done. Raises Conflict when it was open, or is being deleted."""
    with transaction(actor) as tx:
        tenant = _locked(tx, "tenant.resume")
        if tenant.suspended_at is None:
            raise Conflict("Ce portail n’est pas suspendu.")
        if tenant.delete_after is not None:
            raise Conflict("Ce portail va être supprimé. Annulez d’abord la suppression.")
        tenant.suspended_at = tenant.suspension = None
        tx.audit("tenant.resume", tenant.id)
        tx.emit("tenant.resume", tenant.id)
    forget_portals()
    return tenant


def delete_tenant(actor: Actor) -> Tenant:
    """Suspend the portal and set the day from which it may be purged. Raises Conflict without a recent export that
    somebody took away."""
    with transaction(actor) as tx:
        tenant = _locked(tx, "tenant.delete")
        if tenant.delete_after is not None:
            raise Conflict(f"La suppression est déjà prévue{NBSP}: à partir du {day(tenant.delete_after.date())}.")
        if queries.find_fetched(tx.session, tx.now - FETCHED_SINCE) is None:
            raise Conflict(
                "Aucun export de ce portail n’a été emporté depuis trente jours. Un gestionnaire du GRADeS en demande "
                "un dans les réglages, et le télécharge."
            )
        _suspend(tx, tenant, CLOSING)
        tenant.delete_after = tx.now + DELAY
        tx.audit("tenant.delete", tenant.id, after=tenant.delete_after.isoformat())
        tx.emit("tenant.delete", tenant.id)
    forget_portals()
    return tenant


def keep_tenant(actor: Actor) -> Tenant:
    """Take the deletion back; the portal stays suspended. Raises Conflict when none was ordered."""
    with transaction(actor) as tx:
        tenant = _locked(tx, "tenant.delete")
        if tenant.delete_after is None:
            raise Conflict("La suppression de ce portail n’est pas prévue.")
        tenant.delete_after = None
        tx.audit("tenant.keep", tenant.id)
    forget_portals()
    return tenant


def _locked(tx: Tx, action: str) -> Tenant:
    tenant = queries.get_tenant(tx.session, tx.tenant_id, lock=True)
    permit(PERMISSIONS, tx.actor, action, tenant)
    return tenant


def _suspend(tx: Tx, tenant: Tenant, reason: str) -> None:
    if tenant.suspended_at is None:
        tenant.suspended_at = tx.now
        tx.audit("tenant.suspend", tenant.id)
        tx.emit("tenant.suspend", tenant.id)
    tenant.suspension = reason
