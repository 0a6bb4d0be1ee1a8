"""The tenant as it invoices: its identity, its bank, what its invoices say, its delays, reminders and accounts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from billing.models import Issuer
from billing.permissions import PERMISSIONS
from billing.queries import issuer as queries
from billing.rules import issuer as rules
from billing.rules.accounts import DEFAULTS
from billing.rules.issuer import IssuerDetails, read_issuer
from billing.rules.readiness import Finding, issuer_findings
from kit.actor import Actor
from kit.errors import Conflict, Invalid, Stale
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.service.today import today
from tenants.models import Tenant

NO_ISSUER = f"Réglez d’abord l’identité de facturation{NBSP}: sans elle, aucune facture ne peut être émise."
CHANGED = (
    f"Les réglages ont été modifiés depuis l’ouverture de cette page. Rien n’est enregistré{NBSP}: relisez-les, puis "
    "recommencez."
)
# Never told to the audit trail: where money goes is read in the settings by those who may.
BANK = ("iban", "bic")


@dataclass(frozen=True, slots=True)
class IssuerPage:
    """The settings (or what law gives, not kept yet), what they lack, and whether the prefix may still change."""

    issuer: Issuer
    is_new: bool
    lacks: tuple[Finding, ...]
    prefix_is_fixed: bool


def find_issuer(tx: Tx) -> Issuer | None:
    """The issuer, None while nothing was set."""
    return queries.find_issuer(tx.session, tx.tenant_id)


def issuer_of(tx: Tx) -> Issuer:
    """The issuer. Raises Conflict, saying what to do, while nothing was set."""
    found = find_issuer(tx)
    if found is None:
        raise Conflict(NO_ISSUER)
    return found


def view_issuer(actor: Actor) -> IssuerPage:
    """The settings of billing."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "issuer.view")
        found = find_issuer(tx)
        shown = found or usual_issuer(tx)
        return IssuerPage(shown, found is None, issuer_findings(shown), _prefix_is_fixed(tx))


def save_issuer(actor: Actor, typed: Mapping[str, Any], revision: int) -> Issuer:
    """Save the settings as typed; `revision` is the one that was read (0: none yet).

    Raises Stale when somebody saved meanwhile, Invalid by field; `prefix` cannot change once it numbers this year.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "issuer.set")
        tx.session.get_one(Tenant, tx.tenant_id, with_for_update=True)  # two first savings take turns
        issuer = queries.find_issuer(tx.session, tx.tenant_id, lock=True)
        if revision != (issuer.revision if issuer else 0):
            raise Stale(CHANGED)
        details = read_issuer(typed)
        if issuer is None:
            issuer = tx.add(Issuer(**details.as_columns(), revision=1, changed_at=tx.now))
            tx.audit("issuer.set", tx.tenant_id, revision=1)
            return issuer
        _check_prefix(tx, issuer, details)
        changed = _apply(issuer, details)
        if changed:
            issuer.revision, issuer.changed_at = issuer.revision + 1, tx.now
            tx.audit("issuer.set", tx.tenant_id, revision=issuer.revision, fields=changed)
        return issuer


def usual_issuer(tx: Tx) -> Issuer:
    """What the tenant and the law already say, to begin with. Not added."""
    tenant = tx.session.get_one(Tenant, tx.tenant_id)
    return Issuer(
        name=tenant.name,
        email=tenant.contact_email,
        prefix="F",
        public_accounting=True,
        penalty_text=rules.PENALTY,
        discount_text=rules.DISCOUNT,
        recovery_cents=rules.RECOVERY_CENTS,
        terms=dict(rules.TERMS),
        ladders={kind: list(steps) for kind, steps in rules.LADDERS.items()},
        accounts={key: {"number": one.number, "label": one.label} for key, one in DEFAULTS.items()},
        revision=0,
        **dict.fromkeys(_EMPTY, ""),
        country="FR",
        vat_on_debits=False,
        penalty_rate=None,
    )


def _check_prefix(tx: Tx, issuer: Issuer, details: IssuerDetails) -> None:
    if details.prefix != issuer.prefix and _prefix_is_fixed(tx):
        fault = (
            f"Des factures de {today(tx).year} portent déjà le préfixe {issuer.prefix}{NBSP}: une série ne change pas "
            "de nom en cours d’année. Il pourra changer au 1er janvier."
        )
        raise Invalid(rules.NOT_SAVED, {"prefix": fault})


def _prefix_is_fixed(tx: Tx) -> bool:
    return queries.numbers_taken(tx.session, today(tx).year) > 0


def _apply(issuer: Issuer, details: IssuerDetails) -> list[str]:
    """Write what differs; returns the names of the columns."""
    changed = [name for name, value in details.as_columns().items() if getattr(issuer, name) != value]
    for name in changed:
        setattr(issuer, name, getattr(details, name))
    return sorted("bank" if name in BANK else name for name in changed)


_EMPTY = (
    "legal_form",
    "siret",
    "vat_number",
    "address",
    "postal_code",
    "town",
    "phone",
    "electronic_address",
    "iban",
    "bic",
    "accounting_officer",
    "mentions",
)
