"""Reading providers: the list, one's whole file, who is fit for what, what ends when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from kit.actor import Actor
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Consultant, Insurance, Provider, Qualification, Subcontractor
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import provider as providers
from services_catalog.queries import provider_file as queries
from services_catalog.rules.assignment import Candidate, Need, defect
from services_catalog.service.holder import candidates_of
from services_catalog.service.today import today

PAST = timedelta(days=180)  # what ended since then is still in the picture


@dataclass(frozen=True, slots=True)
class ProviderFile:
    """Everything that is known of a provider, on a day."""

    provider: Provider
    qualifications: Sequence[Qualification]
    insurances: Sequence[Insurance]
    subcontractors: Sequence[Subcontractor]
    consultants: Sequence[Consultant]
    on: date


@dataclass(frozen=True, slots=True)
class Listed:
    """A provider of the list: itself, as a mission looks at it, and why it cannot do what is needed ("": it can)."""

    provider: Provider
    candidate: Candidate
    fault: str


@dataclass(frozen=True, slots=True)
class Providers:
    """A page of providers; `after` is where the next one begins, None on the last one."""

    rows: Sequence[Listed]
    by_state: Mapping[str, int]
    after: UUID | None
    on: date


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list keeps, and what is needed of those it shows; `on` is today when None."""

    text: str = ""
    state: str = ""
    family: str = ""
    qualification: str | None = None
    department: str | None = None
    on: date | None = None

    def need(self, today: date) -> Need | None:
        """What a mission of no time at all would need; None when no family is asked."""
        if not self.family:
            return None
        return Need(self.family, self.qualification, self.department, self.on or today, 0)


def list_providers(actor: Actor, filters: Filters, after: UUID | None = None, limit: int = providers.PAGE) -> Providers:
    """A page of providers, by name, each with what stops it from the need of the filters, its load apart."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "provider.list")
        found = providers.list_providers(tx.session, filters.text, filters.state, after, limit + 1)
        more, page = len(found) > limit, found[:limit]
        on = today(tx)
        return Providers(
            _listed(tx, page, filters.need(on)),
            providers.count_by_state(tx.session),
            page[-1].id if more else None,
            filters.on or on,
        )


def view_provider(actor: Actor, provider_id: UUID, action: str = "provider.view") -> ProviderFile:
    """A provider's file, for whoever may do `action` to it. Raises NotFound, also to strangers; Forbidden."""
    with transaction(actor) as tx:
        provider = providers.get_provider(tx.session, tx.tenant_id, provider_id)
        permit(PERMISSIONS, actor, "provider.view", provider)
        permit(PERMISSIONS, actor, action, provider)
        return ProviderFile(
            provider,
            queries.list_qualifications(tx.session, provider_id),
            queries.list_insurances(tx.session, provider_id),
            queries.list_subcontractors(tx.session, provider_id),
            queries.list_consultants(tx.session, provider_id),
            today(tx),
        )


def check_writer(actor: Actor) -> None:
    """Raises Forbidden or Unauthenticated to whoever may not write providers, before they fill a form in."""
    permit(PERMISSIONS, actor, "provider.write")


def list_ends(actor: Actor) -> tuple[Sequence[Row[Any]], date]:
    """What ends, or ended in the last six months, of every provider (queries.list_ends), and the day it is."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "provider.list")
        on = today(tx)
        return queries.list_ends(tx.session, on - PAST), on


def _listed(tx: Tx, page: Sequence[Provider], need: Need | None) -> list[Listed]:
    candidates = candidates_of(tx, [(provider, None) for provider in page], {})
    return [
        Listed(provider, candidate, defect(candidate, need) if need else "")
        for provider, candidate in zip(page, candidates, strict=True)
    ]
