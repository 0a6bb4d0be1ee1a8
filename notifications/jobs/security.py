"""What people are told of what opens their own account: essential, whatever they chose to receive."""

from collections.abc import Mapping
from typing import Any

from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify, notify_later
from tenants.queries.factor import count_recovery_codes, has_factor
from tenants.queries.person import get_user
from tenants.rules.factor import KIND_LABELS
from tenants.rules.identity import PROVIDER_NAMES
from tenants.service.second_factor import sent_code

SECURITY, SESSIONS, IDENTITIES = "/account/security", "/account/sessions", "/account/identities"


def tell_code(tx: Tx, message: OutboxMessage) -> None:
    """Somebody confirms by mail: written only when it leaves, since it holds the code."""
    sent = sent_code(tx, message.subject_id)
    if sent is not None:
        key = f"second_factor.ask:{message.subject_id}"
        notify_later(tx, key, "tenants/confirmation_code", message.subject_id, sent.email, "Votre code de confirmation")


def tell_added(tx: Tx, message: OutboxMessage) -> None:
    """A factor, or new codes."""
    _tell(tx, message, "tenants/factor_added", SECURITY, {"kind": message.key, "label": KIND_LABELS[message.key]})


def tell_removed(tx: Tx, message: OutboxMessage) -> None:
    """A factor is gone, and maybe it was the last one."""
    facts = {"label": KIND_LABELS[message.key], "others": has_factor(tx.session, message.subject_id)}
    _tell(tx, message, "tenants/factor_removed", SECURITY, facts)


def tell_reset(tx: Tx, message: OutboxMessage) -> None:
    """The GRADeS removed everything."""
    _tell(tx, message, "tenants/factors_reset", "/", {})


def tell_recovery(tx: Tx, message: OutboxMessage) -> None:
    """A code for a bad day was used."""
    _tell(
        tx,
        message,
        "tenants/recovery_code_used",
        SECURITY,
        {"left": count_recovery_codes(tx.session, message.subject_id)},
    )


def tell_blocked(tx: Tx, message: OutboxMessage) -> None:
    """Somebody was wrong five times."""
    _tell(tx, message, "tenants/factor_blocked", SESSIONS, {})


def tell_linked(tx: Tx, message: OutboxMessage) -> None:
    """ProConnect or Pro Santé Connect opens the account from now on."""
    _tell(tx, message, "tenants/identity_linked", IDENTITIES, {"provider": PROVIDER_NAMES[message.key]})


def tell_unlinked(tx: Tx, message: OutboxMessage) -> None:
    """It does not any more."""
    _tell(tx, message, "tenants/identity_unlinked", IDENTITIES, {"provider": PROVIDER_NAMES[message.key]})


def _tell(tx: Tx, message: OutboxMessage, template: str, path: str, facts: Mapping[str, Any]) -> None:
    user = get_user(tx.session, message.subject_id)
    notify(
        tx,
        NewNotice(
            key=f"{message.topic}:{message.id}",
            template=template,
            subject_id=user.id,
            email=user.email,
            user_id=user.id,
            path=path,
            context={"at": message.emitted_at, **facts},
        ),
    )
