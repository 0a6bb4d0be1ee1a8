"""The notebook of breaches: opened when one is seen, written as one learns, the CNIL told within seventy-two hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kit.actor import Actor
from kit.db import uuid7
from kit.errors import Conflict, Invalid, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from privacy.models import Breach, BreachRevision
from privacy.permissions import PERMISSIONS
from privacy.queries import breach as queries
from privacy.rules import breach as rules
from privacy.rules.breach import Account
from privacy.rules.clock import BREACH_REMINDERS
from privacy.rules.states import BREACH
from tenants.models import Tenant
from tenants.service.standing import lock_portal

REMIND = "breach.remind"


@dataclass(frozen=True, slots=True)
class BreachPage:
    """A breach with everything the notebook ever said of it, the last first: (revision, who wrote it)."""

    breach: Breach
    account: Account
    revisions: Sequence[tuple[BreachRevision, str]]
    now: datetime
    zone: str
    tenant: Tenant

    @property
    def lacking(self) -> list[str]:
        """What it wants before it is closed."""
        return rules.lacking(self.account, self.breach.notified_at is not None)


def open_breach(actor: Actor, title: str, detected_at: datetime | None, account: Account) -> Breach:
    """Write a breach down: the clock runs since it was seen. Raises Invalid (title, detected_at)."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "breach.open")
        zone = lock_portal(tx).zone
        seen = _check_seen(detected_at, tx.now)
        number = queries.next_number(tx.session, tx.now.astimezone(ZoneInfo(zone)).year)
        breach = Breach(
            id=uuid7(),
            number=number,
            title=rules.check_title(title),
            detected_at=seen,
            content=account.as_json(),
            created_by=actor.user_id,
            created_at=tx.now,
        )
        tx.add(breach)
        tx.session.flush()
        _write(tx, breach, 1)
        _arm(tx, breach)
        tx.audit("breach.open", breach.id, number=number, detected_at=seen.isoformat())
        tx.emit("breach.open", breach.id)
        return breach


def _check_seen(detected_at: datetime | None, now: datetime) -> datetime:
    fault = None
    if detected_at is None:
        fault = "Indiquez le jour et l’heure où la violation a été constatée."
    elif detected_at > now:
        fault = "Cet instant est dans l’avenir."
    elif now - detected_at > timedelta(days=3650):
        fault = "Cet instant est trop ancien."
    if fault or detected_at is None:
        raise Invalid("La violation n’est pas enregistrée.", {"detected_at": fault or ""})
    return detected_at


def _arm(tx: Tx, breach: Breach) -> None:
    """Somebody is reminded until the CNIL is told, or until it is decided that it will not be."""
    for hours in BREACH_REMINDERS:
        at = breach.detected_at + timedelta(hours=hours)
        if at > tx.now:
            tx.due(REMIND, breach.id, at, str(hours))


def view_breach(actor: Actor, breach_id: UUID) -> BreachPage:
    """A breach. Raises NotFound."""
    with transaction(actor) as tx:
        breach = queries.get_breach(tx.session, tx.tenant_id, breach_id)
        permit(PERMISSIONS, actor, "breach.view", breach)
        tenant = tx.session.get_one(Tenant, tx.tenant_id)
        revisions = queries.list_revisions(tx.session, breach_id)
        return BreachPage(breach, Account.of(breach.content), revisions, tx.now, tenant.zone, tenant)


def list_breaches(actor: Actor) -> tuple[Sequence[Breach], datetime]:
    """Every breach, those being handled first, and the instant at which it was read."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "breach.view")
        return queries.list_breaches(tx.session), tx.now


def edit_breach(actor: Actor, breach_id: UUID, title: str, account: Account, revision: int) -> Breach:
    """Write what one knows now; what was said before stays too. Raises Stale, Conflict once it is closed."""
    with transaction(actor) as tx:
        breach = _locked(tx, breach_id, "breach.edit")
        if breach.closed_at is not None:
            raise Conflict("Cette violation est close\N{NO-BREAK SPACE}: son récit ne change plus.")
        if revision != breach.revision:
            raise Stale(
                "Quelqu’un d’autre a écrit dans ce cahier pendant que vous écriviez\N{NO-BREAK SPACE}: relisez."
            )
        breach.title, breach.content = rules.check_title(title), account.as_json()
        _write(tx, breach, breach.revision + 1)
        if account.cnil == "no":
            tx.undue(REMIND, breach.id)
        elif breach.notified_at is None:
            _arm(tx, breach)
        tx.audit("breach.edit", breach.id, revision=breach.revision, cnil=account.cnil, persons=account.persons)
        return breach


def notify_cnil(actor: Actor, breach_id: UUID, told_at: datetime | None, typed: Mapping[str, str]) -> Breach:
    """Note that the CNIL was told, when and under which reference; past 72 hours, why so late. Raises Invalid."""
    with transaction(actor) as tx:
        breach = _locked(tx, breach_id, "breach.notify")
        BREACH.target(breach.state, "notify")
        if told_at is None:
            fault = "Indiquez le jour et l’heure de la notification."
            raise Invalid("La notification n’est pas enregistrée.", {"told_at": fault})
        reference = typed.get("reference", "")[:80]
        late = rules.check_notification(breach.detected_at, told_at, tx.now, reference, typed.get("late_reason", ""))
        breach.late_reason, breach.notified_at, breach.cnil_reference = late, told_at, " ".join(reference.split())
        account = Account.of(breach.content)
        if account.cnil != "yes":
            breach.content = {**account.as_json(), "cnil": "yes", "cnil_reason": account.cnil_reason or "Notifiée."}
        _write(tx, breach, breach.revision + 1)
        tx.undue(REMIND, breach.id)
        tx.advance(breach, BREACH, "notify", late=bool(late))
        return breach


def close_breach(actor: Actor, breach_id: UUID) -> Breach:
    """Close the entry, which stays. Raises Conflict with what the notebook still wants."""
    with transaction(actor) as tx:
        breach = _locked(tx, breach_id, "breach.close")
        BREACH.target(breach.state, "close")
        rules.check_closing(Account.of(breach.content), breach.notified_at is not None)
        tx.undue(REMIND, breach.id)
        breach.closed_at = tx.now
        tx.advance(breach, BREACH, "close")
        return breach


def _locked(tx: Tx, breach_id: UUID, action: str) -> Breach:
    breach = queries.get_breach(tx.session, tx.tenant_id, breach_id, lock=True)
    permit(PERMISSIONS, tx.actor, action, breach)
    return breach


def _write(tx: Tx, breach: Breach, revision: int) -> None:
    breach.revision = revision
    content: dict[str, Any] = {"title": breach.title, **breach.content}
    if breach.notified_at is not None:
        content |= {"notified_at": breach.notified_at.isoformat(), "cnil_reference": breach.cnil_reference}
    tx.add(
        BreachRevision(
            breach_id=breach.id, revision=revision, content=content, author_id=tx.actor.user_id, saved_at=tx.now
        )
    )
