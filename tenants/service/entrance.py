"""The last step of every way in by address or by provider: the account, the identity attached to it, the session."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from kit import signing
from kit.db import uuid7
from kit.errors import Conflict
from kit.transaction import Tx
from kit.vault import lock_away, take_out
from tenants.models import ExternalIdentity, Session, SignInLink, Tenant, User
from tenants.queries.factor import has_factor
from tenants.queries.identity import find_identity
from tenants.rules.identity import PROVIDER_NAMES, Told
from tenants.service.account import take_account
from tenants.service.session import Arrival, Cookie, start_session

TAKEN = (
    "Cette identité {provider} est déjà rattachée à un autre compte de ce portail. Connectez-vous avec elle pour "
    "retrouver ce compte, ou détachez-la d’abord depuis lui."
)


def enter(tx: Tx, link: SignInLink, ended: str | None, agent: str) -> tuple[Cookie, str]:
    """Come in by a link that has just been used, and where to land: its address is proved, and so the identity that
    waited for it.

    Where a second factor protects the account, a mail attaches nothing: whoever reads somebody's mails has a strong
    identity of their own. It is attached from the account, once the factor is shown. Raises Conflict when somebody
    else's account has the identity.
    """
    told = _waiting(link.identity)
    user = take_account(tx, link.email, told.name if told else "")
    if told is None:
        return _start(tx, user, Arrival(agent=agent), ended, link=str(link.id)), link.next_path
    if has_factor(tx.session, user.id):
        slug = tx.session.get_one(Tenant, tx.tenant_id).slug
        cookie = _start(tx, user, Arrival(agent=agent), ended, link=str(link.id), waiting=told.provider)
        return cookie, f"/{slug}/account/identities?waiting={told.provider}"
    identity = attach_identity(tx, told, user.id)
    return arrive(tx, told, identity, user, ended, agent, link=str(link.id)), link.next_path


def arrive(
    tx: Tx, told: Told, identity: ExternalIdentity, user: User, ended: str | None, agent: str, **facts: Any
) -> Cookie:
    """Come in as somebody a provider has just identified.

    Who works in several places says later for which one they come: until then, for none.
    """
    places = told.activities
    alone = places[0] if places and len(places) == 1 else None
    arrival = Arrival(
        told.provider,
        told.factor,
        identity.id,
        told.acr,
        told.siret or (alone or {}).get("siret") or None,
        None if places is None else [alone] if alone else [],
        told.id_token,
        agent,
    )
    return _start(tx, user, arrival, ended, provider=told.provider, identity=str(identity.id), acr=told.acr, **facts)


def attach_identity(tx: Tx, told: Told, user_id: UUID) -> ExternalIdentity:
    """The identity, attached to an account. An account may have several, an identity has one account.

    Of two that attach it together, one does. Raises Conflict when another account has it.
    """
    row = {
        "id": uuid7(),
        "provider": told.provider,
        "issuer": told.issuer,
        "sub": told.sub,
        "user_id": user_id,
        "claims": told.claims,
        "created_at": tx.now,
        "used_at": tx.now,
    }
    added = tx.session.scalar(
        insert(ExternalIdentity)
        .values(row)
        .on_conflict_do_nothing(index_elements=["issuer", "sub"])
        .returning(ExternalIdentity.id)
    )
    identity = find_identity(tx.session, told.issuer, told.sub)
    if identity is None or identity.user_id != user_id:
        raise Conflict(TAKEN.format(provider=PROVIDER_NAMES[told.provider]))
    meet_again(tx, told, identity)
    if added is not None:
        tx.audit("identity.link", identity.id, provider=told.provider, user=str(user_id))
        tx.emit("identity.link", user_id, told.provider)
    return identity


def meet_again(tx: Tx, told: Told, identity: ExternalIdentity) -> None:
    """Keep what the provider says now."""
    identity.claims, identity.used_at = told.claims, tx.now


def waiting(told: Told) -> dict[str, Any]:
    """What is kept of somebody until their address is proved; the token is sealed."""
    return told.facts(lock_away(told.id_token))


def _waiting(facts: dict[str, Any] | None) -> Told | None:
    if not facts:
        return None
    try:
        return Told.read(facts, take_out(facts["id_token"]))
    except Conflict:  # the keys have changed in these few minutes: signing out there will not be offered
        return Told.read(facts, "")


def _start(tx: Tx, user: User, arrival: Arrival, ended: str | None, **facts: Any) -> Cookie:
    if ended:
        tx.session.execute(delete(Session).where(Session.digest == signing.sha256(ended.encode())))
    cookie = start_session(tx, user, arrival)
    tx.audit("session.start", user.id, **facts)
    return cookie
