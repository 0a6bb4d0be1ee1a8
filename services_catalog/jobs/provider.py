"""What is told of a provider: its account is open, it is suspended, something of its file ends soon."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kit.outbox import OutboxMessage
from kit.transaction import Tx
from notifications.service.notices import NewNotice, notify_many
from services_catalog.models import Insurance, Provider, Qualification
from services_catalog.queries import provider as providers
from services_catalog.queries import provider_file as queries
from services_catalog.rules.states import QUALIFICATION_LABELS
from services_catalog.rules.validity import current_notice, is_renewed
from services_catalog.service.today import today
from tenants.models import User

_OWNER = "Vous recevez ce message parce que vous êtes responsable du compte de ce prestataire."
_EITHER = "Vous recevez ce message parce que vous êtes responsable du compte de ce prestataire, ou du marché au GRADeS."
UNQUALIFIED = "Sans elle, aucune mission d’une prestation qui la demande ne peut lui être confiée."
UNINSURED = "Sans assurance connue, aucune mission ne peut lui être confiée."


def tell_opening(tx: Tx, message: OutboxMessage) -> None:
    """Tell the first person of a provider (the key is their identifier) that they answer for its account."""
    owner = tx.session.get_one(User, UUID(message.key))
    _tell(tx, message, "provider_opened", _provider(tx, message.subject_id), [owner], {"why": _OWNER})


def tell_suspension(tx: Tx, message: OutboxMessage) -> None:
    """Tell a provider's owners that it gets no new mission."""
    _tell_owners(tx, message, "provider_suspended")


def tell_resumption(tx: Tx, message: OutboxMessage) -> None:
    """Tell a provider's owners that it gets missions again."""
    _tell_owners(tx, message, "provider_resumed")


def tell_qualification_end(tx: Tx, message: OutboxMessage) -> None:
    """Tell that a qualification ends, unless another of its kind follows it. The key says how long before."""
    found = queries.find_filed(tx.session, tx.tenant_id, Qualification, message.subject_id)
    if found is None:
        return
    same = [one for one in queries.list_qualifications(tx.session, found.provider_id) if one.kind == found.kind]
    what = f"la qualification {QUALIFICATION_LABELS[found.kind]}"
    _tell_end(tx, message, found, [(one.starts_on, one.ends_on) for one in same], what, UNQUALIFIED)


def tell_insurance_end(tx: Tx, message: OutboxMessage) -> None:
    """Tell that an insurance ends, unless another follows it. The key says how long before."""
    found = queries.find_filed(tx.session, tx.tenant_id, Insurance, message.subject_id)
    if found is None:
        return
    same = queries.list_insurances(tx.session, found.provider_id)
    what = f"l’assurance ({found.insurer}, {found.policy})"
    _tell_end(tx, message, found, [(one.starts_on, one.ends_on) for one in same], what, UNINSURED)


def _tell_end(
    tx: Tx,
    message: OutboxMessage,
    found: Qualification | Insurance,
    others: Sequence[tuple[date, date]],
    what: str,
    consequence: str,
) -> None:
    """Say what is true today: late news of 90 days is not said in the last 30, and what was renewed is not said."""
    on = today(tx)
    if current_notice(found.ends_on, on) != message.key or is_renewed(found.starts_on, found.ends_on, others):
        return
    words = {
        "what": what,
        "ends_on": found.ends_on,
        "days": (found.ends_on - on).days,
        "consequence": consequence,
        "why": _EITHER,
    }
    told = queries.list_told(tx.session, tx.tenant_id, found.provider_id, managers=True)
    template = "ended" if message.key == "after" else "ends_soon"
    _tell(tx, message, template, _provider(tx, found.provider_id), told, words)


def _tell_owners(tx: Tx, message: OutboxMessage, template: str) -> None:
    owners = queries.list_told(tx.session, tx.tenant_id, message.subject_id, managers=False)
    words = {"at": message.emitted_at, "why": _OWNER}
    _tell(tx, message, template, _provider(tx, message.subject_id), owners, words)


def _provider(tx: Tx, provider_id: UUID) -> Provider:
    return providers.get_provider(tx.session, tx.tenant_id, provider_id)


def _tell(
    tx: Tx, message: OutboxMessage, template: str, provider: Provider, people: Sequence[User], words: dict[str, Any]
) -> None:
    context = {"provider": provider, "action_text": "Voir la fiche du prestataire", **words}
    notify_many(
        tx,
        [
            NewNotice(
                key=f"{template}:{message.id}:{person.id}",
                template=f"services_catalog/{template}",
                subject_id=provider.id,
                email=person.email,
                user_id=person.id,
                path=f"/providers/{provider.id}",
                context=context,
            )
            for person in people
        ],
    )
