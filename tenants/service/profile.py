"""What a portal says of itself, as its managers set it: part by part, never over what somebody else has just saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from kit import signing
from kit.actor import Actor
from kit.errors import Conflict, CrrcError, Invalid, Stale
from kit.french import NBSP
from kit.host import our_hosts
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import Tenant, TenantProfile
from tenants.permissions import PERMISSIONS
from tenants.queries import portal as queries
from tenants.rules import profile as rules
from tenants.rules.people import check_email, check_line
from tenants.rules.portal import check_colour, check_zone
from tenants.service.portal import forget_portals

# What each form changes, and of what it asks whether somebody has changed it meanwhile.
PARTS: Mapping[str, tuple[str, ...]] = {
    "identity": ("name", "ars", "contact_email", "zone"),
    "domain": ("domain",),
    "territory": ("departments",),
    "brand": ("colour", "letter_head"),
    "logo": ("logo",),
    "legal": (*rules.LEGAL_LABELS, "accessibility_state", "accessibility_audited_on", "accessibility_notes"),
    "policy": ("second_factor_roles", "idle_minutes", "step_up_minutes", "claim_proof", "review_months"),
}
NOT_SAVED = "Rien n’est enregistré."
SAVED_MEANWHILE = "Quelqu’un d’autre a enregistré cette page pendant que vous l’écriviez."


@dataclass(frozen=True, slots=True)
class Portal:
    """A portal and what it says of itself; `lacks` is what it does not say yet."""

    tenant: Tenant
    profile: TenantProfile

    @property
    def lacks(self) -> tuple[rules.Lack, ...]:
        """What the settings' page asks for."""
        return rules.lacks(self.profile)

    def values(self, part: str) -> dict[str, Any]:
        """What one form shows now."""
        return {name: getattr(self._owner(name), name) for name in PARTS[part]}

    def version(self, part: str) -> str:
        """Which state of that form this is: it comes back with the form, and must still be the one (If-Match)."""
        plain = {
            name: str(value) if value is not None and not isinstance(value, (list, int)) else value
            for name, value in self.values(part).items()
        }
        return signing.sha256(signing.canonical(plain))[:16]

    def set(self, name: str, value: Any) -> None:
        """Change one field."""
        setattr(self._owner(name), name, value)

    def _owner(self, name: str) -> Tenant | TenantProfile:
        return self.tenant if name in Tenant.__table__.columns else self.profile


def view_portal(actor: Actor, action: str = "tenant_profile.view") -> Portal:
    """The actor's portal as its settings show it."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, action)
        return portal_of(tx)


def public_profile(actor: Actor) -> TenantProfile:
    """What the legal pages say, for anybody."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "tenant.view")
        return queries.find_profile(tx.session, tx.tenant_id) or queries.new_profile(tx.now)


def portal_of(tx: Tx, lock: bool = False) -> Portal:
    """The portal of the transaction. Locked, its profile is a row: it is made when it was not there."""
    tenant = queries.get_tenant(tx.session, tx.tenant_id, lock)
    profile = queries.find_profile(tx.session, tx.tenant_id, lock)
    if profile is None:
        profile = queries.new_profile(tx.now)
        if lock:
            tx.add(profile)
    return Portal(tenant, profile)


def save_identity(actor: Actor, typed: Mapping[str, str], version: str) -> None:
    """Name, ARS, contact and zone. Raises Invalid (each field), Stale."""

    def read() -> dict[str, Any]:
        return gather(
            name=lambda: check_line(typed.get("name", ""), "name", "Indiquez le nom du GRADeS."),
            ars=lambda: check_line(typed.get("ars", ""), "ars", "Indiquez le nom de l’ARS."),
            contact_email=lambda: check_email(typed.get("contact_email", ""), "contact_email"),
            zone=lambda: check_zone(typed.get("zone", "")),
        )

    _save(actor, "tenant_profile.set", "identity", read, version)


def save_domain(actor: Actor, typed: str, version: str) -> None:
    """A host of the portal's own. Raises Invalid (domain), Stale, Conflict when another portal has it."""
    domain = rules.check_domain(typed)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "tenant_policy.set")
        refuse_taken(tx, domain)
        set_part(tx, "tenant_policy.set", "domain", {"domain": domain}, version)
    forget_portals()


def set_domain(actor: Actor, typed: str) -> None:
    """The same, for the operator: no form, so no version. Raises Invalid (domain), Conflict."""
    domain = rules.check_domain(typed)
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "tenant_policy.set")
        refuse_taken(tx, domain)
        known = portal_of(tx, lock=True).version("domain")
        set_part(tx, "tenant_policy.set", "domain", {"domain": domain}, known)
    forget_portals()


def refuse_taken(tx: Tx, domain: str | None) -> None:
    """Raise Conflict when this host leads to another portal, or to the installation itself."""
    if domain and (queries.is_taken(tx.session, domain, tx.tenant_id) or domain in our_hosts()):
        fault = f"Ce nom de domaine mène déjà ailleurs sur cette installation{NBSP}: {domain}."
        raise Conflict(fault, {"domain": fault})


def save_territory(actor: Actor, departments: Sequence[str], version: str) -> None:
    """The départements served (INSEE codes; whoever calls knows those of the région). Raises Stale."""
    _save(actor, "tenant_profile.set", "territory", lambda: {"departments": list(departments)}, version)


def save_brand(actor: Actor, typed: Mapping[str, str], version: str) -> None:
    """Colour and letter head. Raises Invalid (colour, letter_head), Stale."""

    def read() -> dict[str, Any]:
        return gather(
            colour=lambda: check_colour(typed.get("colour", "")),
            letter_head=lambda: rules.check_text(typed.get("letter_head", ""), "letter_head", 400),
        )

    _save(actor, "tenant.brand", "brand", read, version)


def save_legal(actor: Actor, typed: Mapping[str, str], version: str) -> None:
    """What the legal pages say. Anything may be left empty. Raises Invalid (each field), Stale."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "tenant_profile.set")
        today = tx.now.astimezone(ZoneInfo(queries.get_tenant(tx.session, tx.tenant_id).zone)).date()
        values = gather(
            **{name: _legal(typed, name) for name in (*rules.LEGAL_LABELS, "accessibility_notes")},
            accessibility_state=lambda: rules.read_accessibility(typed, today),
            accessibility_audited_on=lambda: rules.read_day(typed, "accessibility_audited_on"),
        )
        set_part(tx, "tenant_profile.set", "legal", values, version)
    forget_portals()


_CHECKS: Mapping[str, Any] = {
    "host_phone": rules.check_phone,
    "dpo_email": lambda text, name: check_email(text, name) if text.strip() else "",
    "security_contact": rules.check_security_contact,
}


def _legal(typed: Mapping[str, str], name: str) -> Any:
    return lambda: _CHECKS.get(name, rules.check_text)(typed.get(name, ""), name)


def gather(**readers: Any) -> dict[str, Any]:
    """Read every field, and say every fault at once. Raises Invalid."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, read in readers.items():
        try:
            values[name] = read()
        except Invalid as error:
            faults |= error.fields
    if faults:
        raise Invalid(NOT_SAVED, faults)
    return values


def _save(actor: Actor, action: str, part: str, read: Callable[[], Mapping[str, Any]], version: str) -> None:
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, action)
        set_part(tx, action, part, read(), version)
    forget_portals()


def set_part(tx: Tx, action: str, part: str, values: Mapping[str, Any], version: str, **facts: Any) -> bool:
    """Write one form's fields; returns whether anything changed. Raises Stale when `version` is no longer the one."""
    portal = portal_of(tx, lock=True)
    permit(PERMISSIONS, tx.actor, action, portal.tenant)
    if version != portal.version(part):
        raise Stale(SAVED_MEANWHILE)
    before = portal.values(part)
    changed = sorted(name for name, value in values.items() if before[name] != value)
    for name in changed:
        portal.set(name, values[name])
    if changed:
        portal.profile.revision += 1
        portal.profile.updated_at = tx.now
        tx.audit(action, portal.tenant.id, changed=changed, **facts)
        tx.emit(action, portal.tenant.id)
    return bool(changed)


def own(error: CrrcError) -> CrrcError:
    """A fault that a form of settings shows beside its fields; another has its own page and is raised again."""
    if isinstance(error, (Invalid, Stale, Conflict)):
        return error
    raise error
