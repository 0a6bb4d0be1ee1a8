"""A portal's policies: what it asks of those who come in."""

from collections.abc import Mapping, Sequence

from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import transaction
from tenants.permissions import PERMISSIONS
from tenants.rules.policy_form import read_policies
from tenants.service.portal import forget_portals
from tenants.service.profile import set_part


def save_policies(actor: Actor, typed: Mapping[str, str], roles: Sequence[str], version: str) -> None:
    """Change them: they hold for the next request of everybody. Raises Invalid (each field), Stale.

    Of an account review that is already planned the date stays; the next one follows the new rule.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "tenant_policy.set")
        values = read_policies(typed, roles).values()
        set_part(tx, "tenant_policy.set", "policy", values, version, **values)
    forget_portals()
