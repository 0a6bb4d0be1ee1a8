"""The tenant's rule of acceptance: how long a facility has to answer a delivery, and what its silence means."""

from kit.actor import Actor
from kit.errors import Invalid, NotFound
from kit.permissions import permit
from kit.transaction import transaction
from tenants.models import Tenant
from tenants.permissions import PERMISSIONS
from tenants.service.portal import forget_portals

FEWEST, MOST = 1, 90


def set_acceptance_rule(actor: Actor, days: int | None, silence_accepts: bool) -> Tenant:
    """Change the rule for the deliveries to come. Raises Invalid (acceptance_days)."""
    with transaction(actor) as tx:
        tenant = tx.session.get(Tenant, tx.tenant_id, with_for_update=True)
        if tenant is None:
            raise NotFound()
        permit(PERMISSIONS, actor, "acceptance_rule.set", tenant)
        if days is None or not FEWEST <= days <= MOST:
            fault = f"Indiquez un nombre de jours, de {FEWEST} à {MOST}."
            raise Invalid("La règle n’est pas modifiée.", {"acceptance_days": fault})
        if (tenant.acceptance_days, tenant.silence_accepts) != (days, silence_accepts):
            tenant.acceptance_days, tenant.silence_accepts = days, silence_accepts
            tx.audit("acceptance_rule.set", tenant.id, days=days, silence_accepts=silence_accepts)
    forget_portals()
    return tenant
