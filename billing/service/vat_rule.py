"""The tenant's VAT rules: read, set, removed; drafts follow them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from billing.models import VatRule
from billing.permissions import PERMISSIONS
from billing.queries import vat as queries
from billing.rules.states import SUBJECTS
from billing.rules.vat_rule import Cell, read_rule, who_pays
from billing.service.vat import refresh_vat
from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Service
from services_catalog.queries.turn import take_turn
from services_catalog.service.today import today

AT_ONCE = 1_000
TOO_MANY = "Il y a trop de règles de TVA\N{NO-BREAK SPACE}: retirez celles qui ne servent plus."


@dataclass(frozen=True, slots=True)
class VatPage:
    """The rules, the services they may name, and what a service (None: any) costs each status on a day."""

    rules: Sequence[VatRule]
    services: Sequence[Service]
    service_id: UUID | None
    on: date
    preview: Mapping[str, Sequence[Cell]]


def view_vat(actor: Actor, service_id: UUID | None = None, on: date | None = None) -> VatPage:
    """The rules, and who pays what."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "vat_rule.view")
        rules, services = queries.list_rules(tx.session), queries.list_services(tx.session)
        known = service_id if service_id in {one.id for one in services} else None
        day = on or today(tx)
        preview = {subject: who_pays(rules, known, subject, day) for subject in SUBJECTS}
        return VatPage(rules, services, known, day, preview)


def set_rule(actor: Actor, typed: Mapping[str, Any]) -> VatRule:
    """Set what a service, a subject and a status bear from a day on: a new rule, or that rule written again.

    Raises Invalid by field.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "vat_rule.set")
        details = read_rule(typed, {one.id for one in queries.list_services(tx.session)})
        take_turn(tx.session, tx.tenant_id, "vat_rule")
        rules = queries.list_rules(tx.session)
        rule = next((one for one in rules if _key(one) == _key(details)), None)
        if rule is None:
            if len(rules) >= queries.MOST_RULES:
                raise Conflict(TOO_MANY)
            rule = tx.add(VatRule(id=uuid7(), **asdict(details)))
        for name, value in asdict(details).items():
            setattr(rule, name, value)
        rule.set_by, rule.set_at = tx.actor.user_id, tx.now
        _tell(tx, rule, "vat_rule.set")
        return rule


def remove_rule(actor: Actor, rule_id: UUID) -> None:
    """Remove a rule. Issued invoices keep theirs; drafts take what is left, or wait."""
    with transaction(actor) as tx:
        rule = queries.get_rule(tx.session, rule_id, lock=True)
        permit(PERMISSIONS, actor, "vat_rule.set", rule)
        _tell(tx, rule, "vat_rule.remove")
        tx.session.delete(rule)


def refresh_drafts(tx: Tx) -> int:
    """Work out every draft again; one that is being issued is left to its issue. Returns how many changed."""
    drafts = queries.lock_drafts(tx.session)
    return sum(refresh_vat(tx, drafts[start : start + AT_ONCE]) for start in range(0, len(drafts), AT_ONCE))


def _tell(tx: Tx, rule: VatRule, action: str) -> None:
    facts = {"category": rule.category, "rate": rule.rate, "code": rule.exemption_code}
    scope = {"service_id": rule.service_id and str(rule.service_id), "subject": rule.subject, "status": rule.status}
    tx.audit(action, rule.id, starts_on=rule.starts_on.isoformat(), **facts, **scope)
    tx.emit("vat_rule.set", rule.id)


def _key(rule: Any) -> tuple[Any, ...]:
    return rule.service_id, rule.subject, rule.status, rule.starts_on
