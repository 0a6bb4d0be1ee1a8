"""Coming in with ProConnect or Pro Santé Connect, and going out. Nothing is asked of them inside a transaction.

Somebody is (issuer, sub). The first time, the address is proved by a mail of ours, in the same browser, before the
identity is attached to the account of that address: a provider's word alone opens nobody's account.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote
from uuid import UUID

from kit import limits, signing
from kit.actor import Actor
from kit.errors import Conflict, CrrcError, NotFound
from kit.permissions import permit
from kit.transaction import Tx, transaction
from kit.vault import take_out
from tenants.gateway import oidc
from tenants.models import IdentityProvider
from tenants.permissions import PERMISSIONS
from tenants.queries.identity import find_identity, find_provider, find_session_identity, list_providers
from tenants.queries.person import get_user
from tenants.rules.identity import Told
from tenants.rules.refusal import WRONG_ANSWER, ProviderRefused, StateLost, refusal
from tenants.service.entrance import arrive, attach_identity, meet_again, waiting
from tenants.service.identity_state import SIGN_IN, SIGN_OUT, UNPROVED, asked, come_back, send_off
from tenants.service.session import Cookie, end_session
from tenants.service.sign_in import LINK_LIFETIME, ask_sign_in_link

MOST_BY_IP = 120  # a hospital leaves through one address
TOO_MANY = "Trop de connexions ont été commencées depuis votre réseau."
NOT_YOURS = "Vous n’êtes plus connecté avec le compte qui demandait ce rattachement. Rien n’a été modifié."


@dataclass(frozen=True, slots=True)
class Came:
    """How a return ends: signed in (`cookie`), attached, or with an address still to be proved (`pending`, found again
    by its secret; `email` is what the provider believes)."""

    next_path: str
    cookie: Cookie | None = None
    attached: bool = False
    pending: str = ""
    email: str = ""


def list_doors(actor: Actor) -> list[str]:
    """The kinds of provider that one may come in with here."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity.start")
        return [row.kind for row in list_providers(tx.session, tx.tenant_id) if row.enabled]


def begin(actor: Actor, kind: str, next_path: str, browser: str, back: str, *, attach: bool = False) -> str:
    """Where to send the person; `back` is our own address they return to. `attach`: to the account of the actor.

    Raises NotFound when the portal has no such provider, ProviderAway, TooManyRequests.
    """
    permit(PERMISSIONS, actor, "identity.link" if attach else "identity.start")
    limits.hit("identity-ip", limits.subscriber(actor.ip), MOST_BY_IP, timedelta(minutes=15), TOO_MANY)
    with transaction(actor) as tx:
        door = _door(tx, kind)
    oidc.describe(kind, door.discovery_url)
    facts = {"next": next_path, "attach": str(actor.user_id) if attach else None}
    with transaction(actor) as tx:
        state = send_off(tx, SIGN_IN, kind, browser, facts)
    return oidc.authorization_url(door, asked(back, kind, browser, state), state)


def finish(
    actor: Actor,
    kind: str,
    answer: Mapping[str, str],
    browser: str,
    back: str,
    ended: str | None = None,
    agent: str = "",
    choose: str = "",
) -> Came:
    """Take what a provider sent back by the browser (`code`, `state`, `iss`, or `error`).

    `choose` is the path where somebody who works in several places says for which one they come.
    Raises StateLost, ProviderRefused, ProviderAway, Conflict when the identity is another account's.
    """
    permit(PERMISSIONS, actor, "identity.finish")
    state = answer.get("state", "")
    with transaction(actor) as tx:
        facts = come_back(tx, SIGN_IN, kind, browser, state)
        door = _door(tx, kind)
    if facts is None:
        raise StateLost()
    _check_answer(door, answer)
    told = oidc.finish(door, asked(back, kind, browser, state), answer["code"])
    with transaction(actor) as tx:
        if facts["attach"] is not None:
            return _attach(tx, told, facts["attach"], facts["next"])
        several = len(told.activities or ()) > 1
        landing = f"{choose}?next={quote(facts['next'], safe='/')}" if several and choose else facts["next"]
        identity = find_identity(tx.session, told.issuer, told.sub)
        if identity is None:
            kept = {"next": landing, "identity": waiting(told)}
            pending = send_off(tx, UNPROVED, kind, browser, kept, LINK_LIFETIME)
            return Came(landing, pending=pending, email=told.email)
        meet_again(tx, told, identity)
        user = get_user(tx.session, identity.user_id)
        return Came(landing, arrive(tx, told, identity, user, ended, agent))


def prove_address(actor: Actor, kind: str, pending: str, email: str, ip: str, browser: str) -> tuple[str, str]:
    """Send a link to the address of somebody met for the first time; returns (address, where they were going).

    Raises StateLost, Invalid (field `email`), TooManyRequests.
    """
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity.finish")
        kept = come_back(tx, UNPROVED, kind, browser, pending, keep=True)
    if kept is None:
        raise StateLost()
    return ask_sign_in_link(actor, email, kept["next"], ip, browser, kept["identity"]), kept["next"]


def is_pending(actor: Actor, kind: str, pending: str, browser: str) -> bool:
    """Whether somebody met for the first time in this browser still has to prove an address."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "identity.finish")
        return come_back(tx, UNPROVED, kind, browser, pending, keep=True) is not None


def sign_out(actor: Actor, secret: str, browser: str, backs: Mapping[str, str]) -> tuple[str, str | None]:
    """End the session here, then say where to end it at the provider too: (kind, address or None); ("", None) when it
    came by no provider. `backs`: our address to return to, by kind.

    The session of ours ends first, whatever becomes of theirs.
    """
    with transaction(actor) as tx:
        row = find_session_identity(tx.session, signing.sha256(secret.encode()))
    end_session(actor, secret)
    if row is None or row.method not in backs or not row.id_token:
        return "", None
    try:
        with transaction(actor) as tx:
            door = _door(tx, row.method)
            state = send_off(tx, SIGN_OUT, row.method, browser, {})
        return row.method, oidc.sign_out_url(door, take_out(row.id_token), backs[row.method], state)
    except CrrcError:  # away, removed since, or its token cannot be read any more
        return row.method, None


def signed_out(actor: Actor, kind: str, state: str, browser: str) -> None:
    """The person comes back from the provider's own sign-out. Raises StateLost."""
    with transaction(actor) as tx:
        permit(PERMISSIONS, actor, "session.end")
        if come_back(tx, SIGN_OUT, kind, browser, state) is None:
            raise StateLost()


def door_of(row: IdentityProvider) -> oidc.Door:
    """How to speak to a provider, as the portal is registered with it."""
    return oidc.Door(row.kind, row.discovery_url, row.client_id, take_out(row.client_secret), tuple(row.acr_values))


def _door(tx: Tx, kind: str) -> oidc.Door:
    row = find_provider(tx.session, tx.tenant_id, kind)
    if row is None or not row.enabled:
        raise NotFound()
    return door_of(row)


def _check_answer(door: oidc.Door, answer: Mapping[str, str]) -> None:
    """Refuse an answer of another issuer (RFC 9207), one that says no, one without a code."""
    facts = oidc.describe(door.kind, door.discovery_url)
    said = answer.get("iss")
    if said != facts["issuer"] and (said is not None or facts["says_issuer"]):
        raise ProviderRefused(door.kind, WRONG_ANSWER, "issuer")
    if "error" in answer:
        raise refusal(door.kind, answer["error"], answer.get("error_description", ""))
    if not answer.get("code"):
        raise ProviderRefused(door.kind, WRONG_ANSWER, "no code")


def _attach(tx: Tx, told: Told, wanted: str, next_path: str) -> Came:
    """To the account that asked, which must still be the one of this browser, with its second factor shown."""
    if tx.actor.user_id is None or tx.actor.user_id != UUID(wanted) or tx.actor.held_back:
        raise Conflict(NOT_YOURS)
    attach_identity(tx, told, tx.actor.user_id)
    return Came(next_path, attached=True)
