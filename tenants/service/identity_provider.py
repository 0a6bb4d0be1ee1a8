"""The providers of a portal, as its GRADeS sets them up: registered, tried, then opened to people."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from kit.actor import Actor
from kit.address import is_near
from kit.errors import Conflict
from kit.permissions import permit
from kit.settings import settings
from kit.transaction import Tx, transaction
from kit.vault import lock_away
from tenants.gateway import oidc
from tenants.models import IdentityProvider
from tenants.permissions import PERMISSIONS
from tenants.queries.identity import find_provider
from tenants.rules.identity import PROVIDER_NAMES, SECOND_FACTOR
from tenants.rules.provider import PLACES, SANDBOXES, check_client, check_level, check_place
from tenants.rules.refusal import ProviderAway

NOT_YET = "Enregistrez d’abord l’identifiant et le secret donnés par {provider}."


@dataclass(frozen=True, slots=True)
class Setting:
    """A provider as a page shows it: never its secret. `level`: "factor" or "any"."""

    kind: str
    places: Mapping[str, str]
    anywhere: bool
    discovery_url: str = ""
    client_id: str = ""
    has_secret: bool = False
    level: str = "factor"
    enabled: bool = False

    @property
    def name(self) -> str:
        """How people call it."""
        return PROVIDER_NAMES[self.kind]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a provider says of itself now; `fault` when it says nothing that can be used."""

    facts: dict[str, Any] = field(default_factory=dict)
    fault: str = ""


def view_providers(actor: Actor) -> list[Setting]:
    """Both, set up or not."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity_provider.view")
        return [_setting(kind, find_provider(tx.session, tx.tenant_id, kind)) for kind in PROVIDER_NAMES]


def view_provider(actor: Actor, kind: str) -> Setting:
    """One of them."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity_provider.view")
        return _setting(kind, find_provider(tx.session, tx.tenant_id, kind))


def set_provider(actor: Actor, kind: str, typed: Mapping[str, str]) -> Setting:
    """Write how the portal is registered: `discovery_url`, `client_id`, `client_secret` ("" keeps it), `level`.

    What leads to another place closes the door, until it is tried and opened again. Raises Invalid.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity_provider.set")
        row = find_provider(tx.session, tx.tenant_id, kind, lock=True)
        place = check_place(kind, typed.get("discovery_url", ""), trusted_places(kind), _anywhere())
        known = row is not None and bool(row.client_secret)
        client_id, secret = check_client(typed.get("client_id", ""), typed.get("client_secret", ""), known)
        levels = check_level(kind, typed.get("level", ""))
        if row is None:
            row = tx.add(IdentityProvider(kind=kind, client_secret="", updated_at=tx.now))
            row.enabled = False
        elif (row.discovery_url, row.client_id) != (place, client_id):
            row.enabled = False
        row.discovery_url, row.client_id, row.acr_values, row.updated_at = place, client_id, levels, tx.now
        if secret:
            row.client_secret = lock_away(secret)
        tx.audit("identity_provider.set", None, kind=kind, client=client_id, secret=bool(secret), levels=levels)
        return _setting(kind, row)


def try_provider(actor: Actor, kind: str) -> Trial:
    """Ask the provider for its description, now. Raises Conflict before it is set up."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity_provider.view")
        place = _known(tx, kind).discovery_url
    try:
        return Trial(oidc.describe(kind, place, fresh=True))
    except ProviderAway as error:
        return Trial(fault=error.reason)


def open_provider(actor: Actor, kind: str) -> Trial:
    """Offer it on the sign-in page, once it answers: a trial with a fault opens nothing. Raises Conflict."""
    permit(PERMISSIONS, actor, "identity_provider.set")
    trial = try_provider(actor, kind)
    if not trial.fault:
        _turn(actor, kind, True)
    return trial


def close_provider(actor: Actor, kind: str) -> None:
    """Offer it no more. Those who came with it come in by a link. Raises Conflict."""
    _turn(actor, kind, False)


def trusted_places(kind: str) -> dict[str, str]:
    """The descriptions that this installation trusts: those of production, and the sandboxes that it names.

    CRRC_IDENTITY_SANDBOXES: `proconnect`, `psc`, or both. In a sandbox anybody is whoever they like, and accounts are
    shared by every portal: for an installation of tests alone.
    """
    named = os.environ.get("CRRC_IDENTITY_SANDBOXES", "").split()
    sandbox = {SANDBOXES[kind]: "Bac à sable (essais)"} if kind in named or _anywhere() else {}
    return {**PLACES[kind], **sandbox}


def _anywhere() -> bool:
    """A trial on one machine may speak to a provider of its own."""
    return is_near(urlsplit(settings().base_url).hostname or "")


def _turn(actor: Actor, kind: str, enabled: bool) -> None:
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity_provider.set")
        row = _known(tx, kind, lock=True)
        if row.enabled != enabled:
            row.enabled, row.updated_at = enabled, tx.now
            tx.audit("identity_provider.set", None, kind=kind, enabled=enabled)


def _known(tx: Tx, kind: str, lock: bool = False) -> IdentityProvider:
    row = find_provider(tx.session, tx.tenant_id, kind, lock)
    if row is None:
        raise Conflict(NOT_YET.format(provider=PROVIDER_NAMES[kind]))
    return row


def _setting(kind: str, row: IdentityProvider | None) -> Setting:
    places, anywhere = trusted_places(kind), _anywhere()
    if row is None:
        return Setting(kind, places, anywhere, next(iter(places)))
    level = "factor" if set(row.acr_values) == set(SECOND_FACTOR) else "any"
    return Setting(
        kind, places, anywhere, row.discovery_url, row.client_id, bool(row.client_secret), level, row.enabled
    )
