"""Providers: opened by the GRADeS with their first person, written, suspended and resumed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kit.actor import Actor
from kit.errors import Conflict, Invalid, Stale
from kit.permissions import permit
from kit.transaction import Tx, transaction
from services_catalog.models import Provider
from services_catalog.permissions import PERMISSIONS
from services_catalog.queries import provider as queries
from services_catalog.queries.turn import take_turn
from services_catalog.rules.faults import Faults
from services_catalog.rules.profile import Profile, read_profile
from services_catalog.rules.states import PROVIDER
from tenants.models import Organisation
from tenants.service.supplier import open_supplier


def create_provider(actor: Actor, sent: Mapping[str, Any], email: str, function: str) -> Provider:
    """Open a provider: its account, its profile, and the first of its people, who is told by mail; all or nothing.

    Raises Invalid (the profile's fields, email, function), Conflict (field siret) when another one has the number.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "provider.write")
        profile = _read(sent, email, function)
        _check_siret(tx, profile, None)
        organisation, owner = open_supplier(tx, profile.name, email, function)
        provider = tx.add(Provider(id=organisation.id, created_at=tx.now, **profile.columns()))
        tx.session.flush()
        tx.audit("provider.create", provider.id, owner=str(owner.id))
        tx.emit("provider.create", provider.id, key=str(owner.id))
        return provider


def edit_provider(actor: Actor, provider_id: UUID, sent: Mapping[str, Any], base_revision: int) -> Provider:
    """Write the profile.

    Raises Invalid, NotFound, Stale when it was written since `base_revision`, Conflict (field siret).
    """
    profile = read_profile(sent)
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, "provider.write")
        if provider.revision != base_revision:
            raise Stale(
                "Un collègue a modifié cette fiche pendant votre saisie\N{NO-BREAK SPACE}: relisez, puis enregistrez."
            )
        _check_siret(tx, profile, provider.id)
        changed = [name for name, value in profile.columns().items() if getattr(provider, name) != value]
        for name in changed:
            setattr(provider, name, profile.columns()[name])
        if changed:
            tx.session.get_one(Organisation, (tx.tenant_id, provider.id)).name = profile.name
            provider.revision += 1
            tx.audit("provider.write", provider.id, changed=changed)
        return provider


def suspend_provider(actor: Actor, provider_id: UUID) -> Provider:
    """Give it no new mission from now on; those it has go on. Raises NotFound, Conflict when it is suspended."""
    return _move(actor, provider_id, "suspend")


def resume_provider(actor: Actor, provider_id: UUID) -> Provider:
    """Give it missions again. Raises NotFound, Conflict when it is not suspended."""
    return _move(actor, provider_id, "resume")


def take_provider(tx: Tx, provider_id: UUID, action: str) -> Provider:
    """The provider, locked, for whoever may do `action` to it or its file. Raises NotFound to strangers, Forbidden."""
    provider = queries.get_provider(tx.session, tx.tenant_id, provider_id, lock=True)
    permit(PERMISSIONS, tx.actor, "provider.view", provider)
    permit(PERMISSIONS, tx.actor, action, provider)
    return provider


def _move(actor: Actor, provider_id: UUID, move: str) -> Provider:
    with transaction(actor) as tx:
        provider = take_provider(tx, provider_id, f"provider.{move}")
        tx.advance(provider, PROVIDER, move)
        provider.revision += 1
        return provider


def _read(sent: Mapping[str, Any], email: str, function: str) -> Profile:
    """The profile. What is wrong with it is told together with what is wrong with its first person."""
    faults = Faults()
    faults.email(email, "email")
    faults.line(function, "function", "Indiquez la fonction de cette personne.")
    try:
        profile = read_profile(sent)
    except Invalid as error:
        raise Invalid(error.sentence, {**error.fields, **faults.found}) from error
    faults.raise_any()
    return profile


def _check_siret(tx: Tx, profile: Profile, provider_id: UUID | None) -> None:
    if profile.siret is None:
        return
    take_turn(tx.session, tx.tenant_id, "provider")
    other = queries.find_provider_by_siret(tx.session, profile.siret)
    if other is not None and other.id != provider_id:
        fault = f"Ce SIRET est déjà celui de {other.name}."
        raise Conflict(fault, {"siret": fault})
