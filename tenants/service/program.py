"""What tokens and clients have in common: the place they act in, and the warning before they end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.actor import Actor
from kit.errors import NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from tenants.models import ApiClient, ApiToken, Organisation
from tenants.permissions import PERMISSIONS
from tenants.queries import program as queries
from tenants.queries.organisation import find_organisation, find_suppliers
from tenants.rules.program import WARNED_BEFORE
from tenants.service.entity import check_finess_ej


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of a portal, and the names of the organisations that some of them act in."""

    tokens: Sequence[ApiToken]
    clients: Sequence[ApiClient]
    places: dict[UUID, str]


def list_programs(actor: Actor) -> Programs:
    """Everything that was given to programs and not taken back. Three statements."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "api_token.view")
        tokens, clients = queries.list_tokens(tx.session, tx.tenant_id), queries.list_clients(tx.session, tx.tenant_id)
        held = [one.organisation_id for one in tokens] + [one.organisation_id for one in clients]
        inside = [one for one in held if one is not None]
        return Programs(tokens, clients, queries.names_of(tx.session, inside) if inside else {})


def list_providers(actor: Actor) -> Sequence[Organisation]:
    """The providers that a program may act in."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "api_token.view")
        return queries.list_providers(tx.session)


def find_place(tx: Tx, finess_ej: str | None, provider: str | None) -> Organisation | None:
    """The organisation a program acts in, None for the portal itself. Raises Invalid, NotFound without such account."""
    if finess_ej is not None:
        found = find_organisation(tx.session, check_finess_ej(finess_ej))
        if found is None:
            raise NotFound(f"Aucune organisation n’a de compte sous le numéro {finess_ej} dans ce portail.")
        return found
    if provider is None:
        return None
    suppliers = find_suppliers(tx.session, provider)
    if len(suppliers) != 1:
        number = "Plusieurs prestataires ont" if suppliers else "Aucun prestataire n’a"
        raise NotFound(f"{number} un compte sous «\xa0{provider}\xa0»\xa0: donnez son identifiant.")
    return suppliers[0]


def warn_before_end(tx: Tx, topic: str, program_id: UUID, expires_at: datetime) -> None:
    """Two weeks before it ends, if it lives that long."""
    if expires_at - WARNED_BEFORE > tx.now:
        tx.due(topic, program_id, expires_at - WARNED_BEFORE)
