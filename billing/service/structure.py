"""What Chorus Pro wants of a customer's invoices: asked by a person, written on the customer."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.gateway.channel import ChannelError, Structure
from billing.gateway.chorus import ChorusPro
from billing.models import ChannelAccount
from billing.permissions import PERMISSIONS
from billing.queries import transmission as queries
from billing.queries.customer import get_customer
from billing.service.channel import WEB_SECONDS, reach
from kit.actor import Actor
from kit.errors import Conflict
from kit.french import NBSP
from kit.permissions import permit
from kit.transaction import transaction
from services_catalog.service.today import today

NOT_OPEN = f"Chorus Pro n’est pas ouvert pour vous{NBSP}: réglez-le d’abord dans les voies de transmission."
NO_SIRET = "Indiquez d’abord le SIRET de ce client."
CHANGED = f"Le SIRET de ce client a changé entre-temps{NBSP}: recommencez."


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found. `service_is_known` is None when the customer's file names no service."""

    structure: Structure
    service_code: str
    service_is_known: bool | None


def check_customer(actor: Actor, customer_id: UUID) -> Checked:
    """Read the customer's structure in Chorus Pro, and keep what its invoices must carry. Raises Conflict, NotFound."""
    with transaction(actor) as tx:
        customer = get_customer(tx.session, customer_id)
        permit(PERMISSIONS, actor, "customer.set", customer)
        account, on = queries.find_account(tx.session, "chorus_pro"), today(tx)
    if account is None or not account.is_open:
        raise Conflict(NOT_OPEN)
    if not customer.siret:
        raise Conflict(NO_SIRET)
    found = _ask(account, on, customer.siret)
    with transaction(actor) as tx:
        row = get_customer(tx.session, customer_id, lock=True)
        permit(PERMISSIONS, actor, "customer.set", row)
        if row.siret != customer.siret:
            raise Conflict(CHANGED)
        if row.requirement != found.requirement:
            row.requirement, row.revision = found.requirement, row.revision + 1
        tx.audit("customer.check", row.id, requirement=found.requirement, active=found.is_active)
        known = found.services.get(row.service_code, False) if row.service_code else None
        return Checked(found, row.service_code, known)


def _ask(account: ChannelAccount, on: date, siret: str) -> Structure:
    """Outside any transaction."""
    try:
        channel = reach(account, on, WEB_SECONDS)
        found = channel.structure(siret) if isinstance(channel, ChorusPro) else None
    except ChannelError as error:
        raise Conflict(error.sentence) from error
    if found is None:
        raise Conflict(f"Chorus Pro ne connaît aucune structure au SIRET {siret}.")
    return found
