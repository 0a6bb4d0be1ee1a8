"""Portals: creating, listing, branding."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant
from tenants.permissions import PERMISSIONS
from tenants.queries.portal import new_profile
from tenants.queries.tenant import list_tenants as all_tenants
from tenants.rules.people import check_email, check_line
from tenants.rules.portal import check_colour, check_slug, check_zone
from tenants.rules.profile import check_domain
from tenants.rules.roles import ORGANISATION_ROLES, TENANT_ROLES, check_role
from tenants.service.portal import forget_portals
from tenants.service.profile import refuse_taken

DEFAULT_COLOUR = "#0f4c5c"


def create_tenant(
    actor: Actor,
    slug: str,
    name: str,
    *,
    ars: str,
    region_code: str,
    zone: str,
    contact_email: str,
    colour: str = DEFAULT_COLOUR,
    departments: Sequence[str] = (),
    domain: str = "",
    second_factor_roles: Sequence[str] = (),
) -> Tenant:
    """Open a portal. Raises Conflict when the slug or the domain is taken, Invalid (each argument but the région's).

    `zone` is an IANA name, `region_code` and `departments` INSEE's; whoever calls knows the région. What else a portal
    needs from its first day, others make when they hear of `tenant.create`.
    """
    permit(PERMISSIONS, actor, "tenant.create")
    tenant_id = uuid7()
    values: dict[str, Any] = {
        "slug": check_slug(slug),
        "name": check_line(name, "name", "Indiquez le nom du GRADeS."),
        "ars": check_line(ars, "ars", "Indiquez le nom de l’ARS."),
        "region_code": region_code,
        "zone": check_zone(zone),
        "colour": check_colour(colour),
        "contact_email": check_email(contact_email, "contact_email"),
        "domain": check_domain(domain),
        "second_factor_roles": [check_role(role, (*TENANT_ROLES, *ORGANISATION_ROLES)) for role in second_factor_roles],
    }
    with transaction(replace(actor, tenant_id=tenant_id)) as tx:
        created = _insert(tx, values)
        profile = tx.add(new_profile(tx.now))
        profile.departments = list(departments)
        tx.audit("tenant.create", created.id, slug=slug, region_code=region_code)
        tx.emit("tenant.create", created.id)
    forget_portals()
    return created


def _insert(tx: Tx, values: Mapping[str, Any]) -> Tenant:
    refuse_taken(tx, values["domain"])
    statement = insert(Tenant).values(**values, id=tx.tenant_id, created_at=tx.now)
    created: Tenant | None = tx.session.scalar(
        statement.on_conflict_do_nothing(index_elements=["slug"]).returning(Tenant)
    )
    if created is None:
        fault = f"Le portail «\xa0{values['slug']}\xa0» existe déjà. Rien n’a été modifié."
        raise Conflict(fault, {"slug": fault})
    return created


def list_tenants(actor: Actor) -> Sequence[Tenant]:
    """Every portal of the installation, by name."""
    with transaction(replace(actor, tenant_id=None)) as tx:
        permit(PERMISSIONS, actor, "tenant.list")
        return all_tenants(tx.session)


def brand_tenant(
    actor: Actor, *, name: str | None = None, colour: str | None = None, contact_email: str | None = None
) -> Tenant:
    """Change how the actor's portal looks. Raises Invalid (fields name, colour, contact_email)."""
    with transaction(actor) as tx:
        tenant = tx.session.get(Tenant, tx.tenant_id, with_for_update=True)
        if tenant is None:
            raise NotFound()
        permit(PERMISSIONS, actor, "tenant.brand", tenant)
        before = (tenant.name, tenant.colour, tenant.contact_email)
        if name is not None:
            tenant.name = check_line(name, "name", "Indiquez le nom du GRADeS.")
        if colour is not None:
            tenant.colour = check_colour(colour)
        if contact_email is not None:
            tenant.contact_email = check_email(contact_email, "contact_email")
        after = (tenant.name, tenant.colour, tenant.contact_email)
        changed = [
            field
            for field, old, new in zip(("name", "colour", "contact_email"), before, after, strict=True)
            if old != new
        ]
        if changed:
            tx.audit("tenant.brand", tenant.id, changed=changed)
    forget_portals()
    return tenant
